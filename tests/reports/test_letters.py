"""Reports that are due: by mail to the unit that owes them, and to the one above when they are late."""

from datetime import UTC, datetime, timedelta

from publisher import clock
from publisher.delivery.outlets import World
from publisher.operations.alerts import tell
from publisher.operations.mail import send_waiting
from tests.reports.offices import Reporting
from tests.unit.postbox import mail_server

WARD, CITY = "ward@mau.example", "city@mau.example"


def test_the_unit_is_written_to_on_the_days_of_reminding_and_the_one_above_when_it_is_late(
    either_reporting: Reporting,
) -> None:
    reporting = either_reporting
    reporting.plan("CL22")
    with clock.reading(datetime(2026, 2, 1, tzinfo=UTC)):
        reporting.make_year()
    with mail_server() as (box, url):
        base = reporting.office.world
        config = base.config.model_copy(update={"smtp_url": url, "mail_from": "nhac-viec@phuong.example"})
        world = World(base.db, base.files, base.vault, config)
        told: dict[int, dict[str, str]] = {}
        for days in (8, 7, 6, 3, 2, 0, -1, -2):
            seen = len(box.letters)
            with clock.reading(datetime(2026, 3, 16, 3, tzinfo=UTC) - timedelta(days=days)):
                tell(world, [])
                send_waiting(world)
            told[days] = {letter["To"]: letter.get_content() for letter in box.letters[seen:]}
        assert [days for days in told if WARD in told[days]] == [7, 3, -1, -2], "on the days set, and daily when late"
        assert [days for days in told if CITY in told[days]] == [-1, -2]
        assert "Hạn nộp 16/03/2026, còn 7 ngày." in told[7][WARD]
        assert "Quá hạn nộp 1 ngày (hạn 16/03/2026)." in told[-1][WARD]
        assert "Đơn vị cấp dưới chưa nộp, quá hạn 1 ngày (hạn 16/03/2026)." in told[-1][CITY]
        report = reporting.report(reporting.ward_id)
        assert f"/reports/bao-cao/{report.id}" in told[7][WARD]
        reporting.hand_in("ward", report.id)
        with clock.reading(datetime(2026, 3, 19, 3, tzinfo=UTC)):
            seen = len(box.letters)
            tell(world, [])
            send_waiting(world)
        done = {letter["To"]: letter.get_content() for letter in box.letters[seen:]}
        assert "ĐÃ XONG" in done[WARD] and "ĐÃ XONG" in done[CITY]
