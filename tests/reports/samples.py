"""A report made by hand, with every line, theme and kind of item, for tests of documents."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.reports.content import (
    Figure,
    Measured,
    Product,
    Proof,
    Report,
    Share,
    TargetLine,
    Value,
    Window,
)
from publisher.reports.letterhead import Letterhead
from publisher.reports.rows import ROWS
from schedules.periods import period
from schedules.plan_file.words import THEMES

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 3, 15, 1, tzinfo=UTC)
STATE = Letterhead(
    "state", (), ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ CHÍ LINH MẪU"), "BC-UBND", "Chí Linh",
    ("Ủy ban nhân dân tỉnh Mẫu", "Sở Nội vụ tỉnh Mẫu"), ("Như trên", "Thường trực Thành ủy", "Lưu: VT, PNV"),
    ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Nguyễn Văn Mẫu", 5, date(2026, 3, 5),
)  # fmt: skip
UNION = Letterhead(
    "union", ("TỔNG LIÊN ĐOÀN LAO ĐỘNG", "VIỆT NAM"), ("LIÊN ĐOÀN LAO ĐỘNG", "TỈNH MẪU"), "BC-LĐLĐ", "Mẫu",
    ("Tổng Liên đoàn Lao động Việt Nam",), ("Như trên (để b/c)", "Lưu: VP, Ban TG-NC"),
    ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
)  # fmt: skip


def window() -> Window:
    found = period("CL22", "2026-Q1")
    return Window(
        found.code, found.key, found.label, found.kind, found.data_from, found.data_to, found.counted_to, found.due,
        found.assumed, found.note,
    )  # fmt: skip


def sample(products: int = 12, **changes: object) -> Report:
    """A first quarter; the same numbers each time."""
    chance = random.Random(1)
    return replace(
        Report(
            1, "Ủy ban nhân dân thành phố Chí Linh Mẫu", window(),
            "Kế hoạch số 21/KH-UBND ngày 08/02/2022 của Ủy ban nhân dân thành phố Chí Linh Mẫu",
            figures=_figures(chance), themes=_themes(chance), forms=_FORMS,
            products=tuple(product(number) for number in range(1, products + 1)),
            proofs=(Proof(1, "bien-ban.pdf", "Hội nghị quý I", sha256="a" * 64),
                    Proof(2, "Bài trên báo", "Bài số 1", url="https://bao.example/bai-1")),
            targets=(
                TargetLine("K1", "Tỷ lệ thủ tục hành chính được công khai đầy đủ", "100%", "98,5%", "below", None, ""),
                TargetLine("K2", "Chuyên mục phát thanh hằng tháng", "3", "", "open", None, ""),
            ),
            gaps=("T5: kỳ này chưa có nội dung phát thanh.",), drawn_at=AT,
        ),
        **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def _figures(chance: random.Random) -> tuple[Figure, ...]:
    def value(ratio: bool) -> Value:
        if chance.random() < 0.2:
            return Value()
        amount = chance.randrange(1, 3_000_000)
        return Value(amount, amount + chance.randrange(400_000) if ratio else None, ("measured", "reported"), AT)

    return tuple(
        Figure(
            row.key, row.title, row.measure, row.rule, *(value(row.rule == "ratio") for _i in range(3)), "", row.scale
        )
        for row in ROWS
    )


def _themes(chance: random.Random) -> tuple[Share, ...]:
    return tuple(
        Share(
            code, title, 0 if code == "T5" else chance.randrange(1, 40), () if code == "T5" else (("lượt xem", 4321),)
        )
        for code, title in THEMES["NQ76"].items()
    )


_FORMS = (
    Share("portal", "Cổng thông tin điện tử", 24, (("lượt xem", 24_123),)),
    Share("radio", "Phát thanh, truyền thanh", 12),
    Share("form:hoi_nghi", "Hội nghị, hội thảo, tọa đàm", 3, (("lượt người tham dự", 210),)),
)


def product(number: int, title: str = "") -> Product:
    held = number % 4 == 0
    return Product(
        "activity" if held else "published", number, date(2025, 12, 15) + timedelta(days=number % 88),
        title or f"Nộp hồ sơ trực tuyến chỉ với vài bước, bài số {number}",
        "Hội nghị, hội thảo, tọa đàm" if held else "Cổng thông tin điện tử", ("T2", "T6")[: 1 + number % 2],
        "UBND phường Mẫu", "" if held else f"https://phuongmau.example.gov.vn/tin/nop-ho-so-truc-tuyen-{number}",
        "Hội trường" if held else "", (Measured("Lượt xem", "lượt", number * 3, "measured", AT),), number % 2,
    )  # fmt: skip
