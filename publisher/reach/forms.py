"""The 38 forms of publicity (requirements.md §6.1): which group each belongs to and which numbers it has.

Groups serve the diversity count; their media serve the commune scorer of CV 244/PNV (electronic boards, web and social
networks, traditional forms).
"""

from dataclasses import dataclass
from typing import Literal

from publisher.reach.metrics import METRICS
from publisher.refusal import Refused
from publisher.words import _, mark
from schedules.plan_file.words import FORMS as MATRIX

Medium = Literal["online", "screen", "traditional"]

GROUPS = {
    "online": mark("Trên mạng"),
    "screen": mark("Màn hình điện tử"),
    "broadcast": mark("Phát thanh, truyền hình"),
    "press": mark("Báo chí"),
    "meeting": mark("Hội nghị, sinh hoạt, đối thoại"),
    "contest": mark("Cuộc thi, sự kiện"),
    "print": mark("Ấn phẩm, trực quan"),
    "listing": mark("Niêm yết, công khai"),
    "service": mark("Tiếp dân, phản ánh, khảo sát"),
}
# Which group stands for a channel's deliveries.
CHANNEL_GROUPS = {"portal": "online", "facebook": "online", "zalo": "online", "radio": "broadcast", "banner": "print"}


@dataclass(frozen=True)
class FormFacts:
    """One form: its row of the matrix, its channel if one carries it, its group, what one of it is called, and the
    numbers that may be entered beside how often it took place."""

    number: int
    code: str
    title: str
    channel: str
    group: str
    measure: str  # what `events` counts: cuộc, lần, tin bài
    pieces: str  # what `copies` counts: tờ, chiếc; empty where there are none
    metrics: tuple[str, ...]


_TTHC = ("tthc_new", "tthc_amended", "tthc_supplemented", "tthc_repealed", "tthc_replaced", "tthc_listed")
# code → group, measure of `events`, measure of `copies`, further metrics
_FACTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "portal": ("online", "tin, bài", "", ("views",)),
    "trang_xa_phuong": ("online", "tin, bài", "", ("views",)),
    "dang_van_ban": ("online", "lần", "", ("documents", "views")),
    "ban_tin": ("print", "số", "bản", ()),
    "mang_xa_hoi": ("online", "bài", "", ("views", "reach", "reactions", "comments", "shares")),
    "fanpage": ("online", "bài", "", ("views", "reach", "reactions", "comments", "shares")),
    "zalo": ("online", "tin, bài", "", ("views", "reach", "shares")),
    "ung_dung_so": ("online", "lần", "", ("views", "reached")),
    "truyen_thanh": ("broadcast", "chương trình", "", ("plays", "minutes")),
    "phat_thanh": ("broadcast", "chuyên mục", "", ("plays", "minutes")),
    "truyen_hinh": ("broadcast", "tin, phóng sự", "", ("plays", "minutes")),
    "bao_chi": ("press", "tin, bài", "", ("views",)),
    "cung_cap_bao_chi": ("press", "lần", "", ("documents",)),
    "hoi_nghi": ("meeting", "cuộc", "", ("attendees", "documents", "models")),
    "tap_huan": ("meeting", "lớp", "", ("attendees", "documents")),
    "hop_giao_ban": ("meeting", "lượt", "", ("attendees",)),
    "doan_the": ("meeting", "cuộc", "", ("attendees",)),
    "pbgdpl": ("meeting", "lượt", "", ("attendees", "documents")),
    "doi_thoai": ("meeting", "cuộc", "", ("attendees", "received", "answered")),
    "thi_tim_hieu": ("contest", "cuộc thi", "bài dự thi", ("attendees",)),
    "thi_viet": ("contest", "cuộc thi", "bài dự thi", ("attendees",)),
    "hoi_thi": ("contest", "hội thi", "", ("attendees",)),
    "su_kien": ("contest", "cuộc", "", ("attendees", "models")),
    "to_roi": ("print", "đợt", "tờ, cuốn", ()),
    "ap_phich": ("print", "đợt", "chiếc", ()),
    "bang_ron": ("print", "đợt", "chiếc", ()),
    "bien_hieu": ("print", "đợt", "chiếc", ()),
    "bang_tin": ("print", "lần cập nhật", "bảng", ("documents",)),
    "led": ("screen", "nội dung", "màn hình", ("plays", "minutes")),
    "niem_yet_tthc": ("listing", "lần", "", _TTHC),
    "mot_cua": ("service", "lượt", "", ("attendees",)),
    "kiem_tra": ("meeting", "cuộc", "", ("attendees", "documents")),
    "duong_day_nong": ("service", "lần công bố", "", ("calls",)),
    "tiep_nhan_phan_anh": ("service", "đợt", "", ("received", "answered", "on_time", "published")),
    "cong_khai_tra_loi": ("service", "lần", "", ("answered", "published")),
    "khao_sat": ("service", "đợt", "", ("surveys", "satisfied")),
    "email": ("service", "lượt", "", ("documents",)),
    "buu_chinh": ("service", "đợt", "", ("parcels",)),
}
_ALWAYS = ("reached", "cost")  # any form may have them


def _facts(number: int, code: str, title: str, channel: str | None) -> FormFacts:
    group, measure, pieces, further = _FACTS[code]
    metrics = ("events", *(("copies",) if pieces else ()), *further, *(m for m in _ALWAYS if m not in further))
    return FormFacts(number, code, title, channel or "", group, measure, pieces, metrics)


FORMS = {form.code: _facts(form.number, form.code, form.title, form.channel) for form in MATRIX}


def facts(code: str) -> FormFacts:
    """Return a form by its code; `Refused` if there is none."""
    try:
        return FORMS[code]
    except KeyError as error:
        raise Refused(
            _("Không có hình thức «{code}». Hãy chọn trong danh sách.").format(code=code[:60]), "form"
        ) from error


def medium(group: str) -> Medium:
    """Return the class of a group in the commune scorer."""
    if group in {"online", "screen"}:
        return "online" if group == "online" else "screen"
    return "traditional"


def measure(form: FormFacts, metric: str) -> str:
    """Return the unit in which a form counts a metric."""
    return {"events": form.measure, "copies": form.pieces}.get(metric) or METRICS[metric].measure
