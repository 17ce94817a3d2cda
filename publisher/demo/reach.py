"""Sample reach for the demonstration: views of published pages and some activities, every number a marked sample."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from publisher.audit import CLOCK, COMMAND
from publisher.clock import local_day
from publisher.installation import Installation
from publisher.model import Account, Delivery, Unit
from publisher.reach import activities, ledger
from publisher.reach.activities import Told
from publisher.reach.ledger import Entry
from publisher.words import _, mark

# unit, days before today, form, title, place, themes, numbers
ACTIVITIES: tuple[tuple[str, int, str, str, str, tuple[str, ...], Mapping[str, int]], ...] = (
    ("phuong-an-mau", 9, "hoi_nghi", mark("Hội nghị triển khai kế hoạch cải cách hành chính"),
     mark("Hội trường phường"), ("T7",), {"attendees": 86, "documents": 3}),
    ("phuong-an-mau", 16, "doi_thoai", mark("Đối thoại với người dân về thủ tục đất đai"),
     mark("Nhà văn hóa khu phố 3"), ("T2",), {"attendees": 54, "received": 12, "answered": 11}),
    ("phuong-an-mau", 24, "to_roi", mark("Phát tờ rơi hướng dẫn nộp hồ sơ trực tuyến"), "",
     ("T2", "T6"), {"copies": 1500}),
    ("phuong-an-mau", 30, "niem_yet_tthc", mark("Cập nhật niêm yết thủ tục hành chính"),
     mark("Bộ phận Một cửa"), ("T2",), {"tthc_listed": 214, "tthc_amended": 9, "tthc_repealed": 2}),
    ("phuong-an-mau", 38, "khao_sat", mark("Khảo sát hài lòng tại Bộ phận Một cửa"), mark("Bộ phận Một cửa"),
     ("T2",), {"surveys": 320, "satisfied": 301}),
    ("phuong-an-mau", 45, "led", mark("Chạy khẩu hiệu chuyển đổi số trên màn hình điện tử"),
     mark("Trụ sở phường"), ("T6",), {"plays": 840}),
    ("so-noi-vu", 12, "tap_huan", mark("Tập huấn nghiệp vụ tuyên truyền cải cách hành chính"), "",
     ("T4", "T7"), {"attendees": 142}),
    ("so-noi-vu", 27, "cung_cap_bao_chi", mark("Cung cấp thông tin về sắp xếp bộ máy"), "", ("T3",), {"documents": 2}),
    ("ban-quan-ly", 20, "doi_thoai", mark("Gặp mặt doanh nghiệp khu kinh tế"), "", ("T2",),
     {"attendees": 63, "received": 18, "answered": 18}),
    ("ldld-tinh", 33, "doan_the", mark("Sinh hoạt công đoàn về văn hóa công sở"), "", ("T4",), {"attendees": 210}),
)  # fmt: skip


def load(session: Session, installation: Installation, units: Mapping[str, Unit], now: datetime) -> None:
    """Give each published page plausible views after a day and a week, and each unit some activities."""
    chance = random.Random(7)  # noqa: S311 - the same demonstration each time
    zone = installation.config.zone
    sent = session.execute(
        select(Delivery.id, Delivery.due_at)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.state == "sent", Account.mode == "live", Account.channel == "portal")
        .order_by(Delivery.id)
    ).all()
    entries = []
    for delivery_id, due_at in sent:
        first = chance.randrange(35, 240)
        for days, value in ((1, first), (7, first * chance.randrange(15, 40) // 10)):
            as_of = due_at + timedelta(days=days)
            if as_of <= now:
                entries.append(Entry("views", value, "sample", as_of, delivery_id=delivery_id, note=_("Số liệu mẫu")))
    ledger.log(session, CLOCK, zone, entries)
    today = local_day(now, zone)
    for code, days, form, title, place, themes, numbers in ACTIVITIES:
        told = Told(
            form, today - timedelta(days=days), _(title), place=_(place) if place else "", themes=themes,
            source="sample", numbers=numbers, note=_("Hoạt động mẫu"),
        )  # fmt: skip
        activities.enter(session, COMMAND, zone, units[code].id, told)
