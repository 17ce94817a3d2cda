"""The written parts of a report: editable blocks, filled in from the figures until somebody writes their own."""

from collections.abc import Iterable
from dataclasses import dataclass

from publisher.reports.content import Figure, Report, Share, Value, decimal, share
from publisher.text import number
from publisher.words import _, mark


@dataclass(frozen=True)
class Section:
    """One block of text: its key, its heading in the document (level 1 "I.", level 2 "1."), what to write there."""

    key: str
    heading: str
    level: int
    hint: str


SECTIONS: tuple[Section, ...] = (
    Section("opening", "", 0, mark("Căn cứ và lời dẫn.")),
    Section("direction", mark("I. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH"), 1, mark("Văn bản đã ban hành, phân công, kiểm tra.")),
    Section("results", mark("II. KẾT QUẢ THỰC HIỆN"), 1, mark("Kết quả chung của kỳ.")),
    Section("themes", mark("1. Nội dung tuyên truyền"), 2, mark("Theo sáu nội dung cải cách và chỉ đạo, điều hành.")),
    Section("forms", mark("2. Hình thức tuyên truyền"), 2, mark("Theo kênh và hình thức.")),
    Section("targets", mark("3. Kết quả theo chỉ tiêu"), 2, mark("So với chỉ tiêu của kế hoạch.")),
    Section("assessment", mark("III. ĐÁNH GIÁ CHUNG"), 1, mark("Lời dẫn, có thể để trống.")),
    Section("strengths", mark("1. Ưu điểm"), 2, ""),
    Section("weaknesses", mark("2. Tồn tại, hạn chế"), 2, mark("Kể cả nội dung và hình thức còn thiếu.")),
    Section("causes", mark("3. Nguyên nhân"), 2, mark("Số liệu không nói được: để trống thì không in mục này.")),
    Section("next", mark("IV. NHIỆM VỤ TRỌNG TÂM KỲ TỚI"), 1, ""),
    Section("proposals", mark("V. KIẾN NGHỊ, ĐỀ XUẤT"), 1, mark("Không có thì ghi rõ là không có.")),
)
KEYS = tuple(section.key for section in SECTIONS)


def texts(report: Report) -> dict[str, str]:
    """Return the text of every block: what somebody wrote, else what the figures say."""
    ready = prefilled(report)
    return {key: report.narrative.get(key) or ready[key] for key in KEYS}


def prefilled(report: Report) -> dict[str, str]:
    """Return what the figures alone say, one text a block; a number that is not there is said not to be there."""
    found = {figure.key: figure for figure in report.figures}
    period = report.window.label[:1].lower() + report.window.label[1:]
    return {
        "opening": _opening(report, period),
        "direction": _direction(found),
        "results": _results(report, found),
        "themes": _themes(report.themes),
        "forms": _forms(report.forms),
        "targets": _targets(report),
        "assessment": "",
        "strengths": _strengths(report),
        "weaknesses": _weaknesses(report),
        "causes": "",  # no figure tells why: the heading stands only when somebody wrote
        "next": _("Tiếp tục thực hiện các nhiệm vụ của kế hoạch trong kỳ tới; khắc phục các hạn chế nêu trên."),
        "proposals": _("Không có."),
    }


def _opening(report: Report, period: str) -> str:
    reported = _("{unit} báo cáo kết quả thông tin, tuyên truyền cải cách hành chính {period} như sau:").format(
        unit=report.unit, period=period
    )
    if not report.plan:
        return reported
    return _("Thực hiện {plan}, {rest}").format(plan=report.plan, rest=reported)


def _direction(found: dict[str, Figure]) -> str:
    issued = amount(found.get("1"))
    if issued is None:
        return _("Số văn bản chỉ đạo, hướng dẫn tuyên truyền trong kỳ: chưa có số liệu.")
    return _(
        "Trong kỳ đã ban hành {count} văn bản kế hoạch, hướng dẫn, chỉ đạo tuyên truyền cải cách hành chính."
    ).format(count=number(issued))


def _results(report: Report, found: dict[str, Figure]) -> str:
    window = report.window
    count = sum(one.kind == "published" for one in report.products)
    held = len(report.products) - count
    said = _(
        "Từ ngày {first} đến ngày {last} có {count} tin, bài, sản phẩm được phát hành và {held} hoạt động tuyên truyền "
        "trực tiếp (số liệu chi tiết tại Phụ lục I, danh mục sản phẩm tại Phụ lục II kèm theo)."
    ).format(
        first=window.data_from.strftime("%d/%m/%Y"), last=window.counted_to.strftime("%d/%m/%Y"),
        count=number(count), held=number(held),
    )  # fmt: skip
    done = found.get("30")
    percent = share(done.now) if done else None
    if done and percent is not None and done.now.amount is not None and done.now.of is not None:
        said += " " + _("Đã thực hiện {done}/{of} việc theo lịch của kế hoạch, đạt {share}%.").format(
            done=number(done.now.amount), of=number(done.now.of), share=decimal(percent)
        )
    return said


def _themes(themes: tuple[Share, ...]) -> str:
    reached = [one for one in themes if one.items]
    if not reached:
        return _("Trong kỳ chưa có sản phẩm nào được gắn nội dung cải cách hành chính.")
    most = max(reached, key=lambda one: one.items)
    said = _(
        "Tuyên truyền trên {count}/{of} nội dung; nhiều nhất là «{title}» với {items} sản phẩm, hoạt động."
    ).format(count=len(reached), of=len(themes), title=most.title, items=number(most.items))
    missing = [one.title for one in themes if not one.items]
    if missing:
        said += " " + _("Chưa có sản phẩm về: {titles}.").format(titles="; ".join(missing))
    return said


def _forms(forms: tuple[Share, ...]) -> str:
    if not forms:
        return _("Trong kỳ chưa có hình thức tuyên truyền nào được ghi nhận.")
    named = "; ".join(f"{one.title}: {number(one.items)}" for one in forms)
    return _("Sử dụng {count} hình thức: {named}.").format(count=len(forms), named=named)


def _targets(report: Report) -> str:
    if not report.targets:
        return _("Kế hoạch không đặt chỉ tiêu định lượng cho công tác tuyên truyền.")
    counted = [one for one in report.targets if one.verdict in {"met", "below", "above"}]
    if not counted:
        return _("Các chỉ tiêu của kế hoạch chưa có số liệu để đánh giá.")
    met = sum(one.verdict == "met" for one in counted)
    return _("Đạt {met}/{count} chỉ tiêu đã có số liệu, trên tổng số {all} chỉ tiêu của kế hoạch.").format(
        met=met, count=len(counted), all=len(report.targets)
    )


def _strengths(report: Report) -> str:
    return _compared(next((one for one in report.figures if one.key == "2"), None)) or _(
        "Công tác tuyên truyền được triển khai theo kế hoạch; sản phẩm đều có người duyệt trước khi phát hành."
    )


def _compared(figure: Figure | None) -> str:
    now, before = amount(figure), amount(figure, "before")
    if figure is None or now is None or before is None or now <= before:
        return ""
    return _("Số tin, bài trên cổng, trang thông tin điện tử đạt {now}, tăng {more} so với cùng kỳ năm trước.").format(
        now=number(now), more=number(now - before)
    )


def _weaknesses(report: Report) -> str:
    lines = [f"- {gap.rstrip('.')}." for gap in report.gaps]
    missing = [figure.title for figure in report.figures if figure.now.amount is None]
    if missing:
        lines.append(_("- Chưa có số liệu của {count} chỉ tiêu trong Phụ lục I.").format(count=len(missing)))
    return "\n".join(lines) or _("Chưa ghi nhận tồn tại, hạn chế qua số liệu trong kỳ.")


def amount(figure: Figure | None, column: str = "now") -> int | None:
    """Return a figure's number in one of its columns; None when there is no such figure or no number."""
    if figure is None:
        return None
    value: Value = getattr(figure, column)
    return value.amount


def missing(figures: Iterable[Figure]) -> list[Figure]:
    """Return the lines whose number of this period is not there yet."""
    return [figure for figure in figures if figure.now.amount is None]
