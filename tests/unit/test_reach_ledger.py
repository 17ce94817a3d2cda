"""The ledger of readings: windows add up whatever order numbers come in, corrections are new rows, sums never drift."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from publisher import clock
from publisher.audit import CLOCK, COMMAND
from publisher.model import Audit, ReachDay, Reading
from publisher.reach import ledger, sums
from publisher.reach.figures import totals
from publisher.reach.ledger import Entry
from publisher.refusal import Missing, Refused
from tests.factories import Office

NOON = datetime(2026, 3, 10, 5, tzinfo=UTC)  # 12:00 in the office


def views(office: Office, *steps: tuple[int, int], source: str = "measured", delivery: int | None = None) -> list[int]:
    """Log views of a published post: (days after 10 March, value) in the order given; returns the readings' ids."""
    number = delivery or office.deliveries()[0].id
    with office.writing() as session:
        entries = [
            Entry("views", value, source, NOON + timedelta(days=day), delivery_id=number) for day, value in steps
        ]
        return [row.id for row in ledger.log(session, CLOCK, office.installation.config.zone, entries)]


def gained(office: Office, since: date, until: date) -> int | None:
    with office.reading() as session:
        found = totals(session, {office.unit_id}, since, until, metrics={"views"})
    return sum(one.value for one in found) if found else None


def march(day: int) -> date:
    return date(2026, 3, day)


def test_a_window_counts_what_a_running_total_gained_in_it(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 40), (5, 100), (10, 130))
    assert gained(either_office, march(1), march(31)) == 130
    assert gained(either_office, march(11), march(15)) == 60
    assert gained(either_office, march(16), march(20)) == 30
    assert gained(either_office, march(1), march(14)) + gained(either_office, march(15), march(31)) == 130  # type: ignore[operator]


def test_numbers_that_come_late_change_neighbouring_windows_and_not_the_whole(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 40), (10, 130), (5, 100))
    assert gained(either_office, march(11), march(15)) == 60
    assert gained(either_office, march(16), march(31)) == 30
    assert gained(either_office, march(1), march(31)) == 130


def test_a_falling_value_is_stored_as_it_came(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 90), (3, 70))
    assert gained(either_office, march(13), march(13)) == -20
    assert gained(either_office, march(1), march(31)) == 70


def test_what_nobody_counted_is_no_figure_and_a_counted_zero_is_one(either_office: Office) -> None:
    either_office.published()
    assert gained(either_office, march(1), march(31)) is None
    views(either_office, (0, 0))
    assert gained(either_office, march(1), march(31)) == 0


def test_a_correction_is_a_new_row_with_its_reason_and_the_old_one_stays(either_office: Office) -> None:
    either_office.published()
    first, _last = views(either_office, (0, 40), (5, 100))
    with either_office.writing() as session:
        ledger.correct(session, COMMAND, first, 60, "Đọc nhầm dòng")
    assert gained(either_office, march(10), march(10)) == 60
    assert gained(either_office, march(11), march(31)) == 40
    with either_office.writing() as session:
        ledger.correct(session, COMMAND, first, 50, "Lần này đúng")
        assert session.scalar(select(func.count()).select_from(Reading)) == 4
        assert session.get_one(Reading, first).value == 40
    with either_office.reading() as session:
        act = session.scalars(select(Audit).where(Audit.act == "reading.correct").order_by(Audit.id)).all()[-1]
    assert (act.detail["before"], act.detail["after"], act.detail["reason"]) == (60, 50, "Lần này đúng")
    assert gained(either_office, march(10), march(10)) == 50


def test_a_struck_number_leaves_no_figure_behind(either_office: Office) -> None:
    either_office.published()
    (only,) = views(either_office, (0, 40))
    with either_office.writing() as session:
        ledger.strike(session, COMMAND, only, "Số của bài khác")
    assert gained(either_office, march(1), march(31)) is None
    for again in (
        lambda s: ledger.strike(s, COMMAND, only, "Lại"),
        lambda s: ledger.correct(s, COMMAND, only, 1, "Lại"),
    ):
        with pytest.raises(Refused, match="đã bỏ"), either_office.writing() as session:
            again(session)


def test_striking_one_in_the_middle_gives_its_gain_to_the_next(either_office: Office) -> None:
    either_office.published()
    _first, middle, _last = views(either_office, (0, 40), (5, 100), (10, 130))
    with either_office.writing() as session:
        ledger.strike(session, COMMAND, middle, "Số của bài khác")
    assert gained(either_office, march(11), march(15)) is None
    assert gained(either_office, march(16), march(31)) == 90


def test_corrections_need_a_reason_another_value_and_something_to_correct(office: Office) -> None:
    office.published()
    (only,) = views(office, (0, 40))
    for value, reason, what in ((50, " ", "Lý do"), (40, "Kiểm tra", "giống"), (-1, "Kiểm tra", "số âm")):
        with pytest.raises(Refused, match=what), office.writing() as session:
            ledger.correct(session, COMMAND, only, value, reason)
    with pytest.raises(Missing), office.writing() as session:
        ledger.correct(session, COMMAND, 999, 1, "Không có")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"value": -3}, "số âm"),
        ({"value": 3_000_000_000}, "quá lớn"),
        ({"source": "guessed"}, "Nguồn"),
        ({"as_of": datetime(2999, 1, 1, tzinfo=UTC)}, "chưa tới"),
        ({"delivery_id": 999}, "lượt phát hành"),
    ],
)
def test_what_cannot_be_a_number_is_refused(office: Office, wrong: dict[str, object], what: str) -> None:
    office.published()
    entry = {"metric": "views", "value": 1, "source": "measured", "as_of": NOON, "delivery_id": 1, **wrong}
    with pytest.raises(Refused, match=what), office.writing() as session:
        ledger.log(session, COMMAND, office.installation.config.zone, [Entry(**entry)])  # type: ignore[arg-type]


def test_a_number_the_machine_made_is_logged_once(either_office: Office) -> None:
    either_office.published()
    entry = Entry("views", 5, "measured", NOON, delivery_id=1, key="portal:1:2026-03-10")
    for _turn in range(2):
        with either_office.writing() as session:
            ledger.log(session, CLOCK, either_office.installation.config.zone, [entry, entry])
    assert gained(either_office, march(1), march(31)) == 5


def test_unlike_things_are_never_summed(either_office: Office) -> None:
    either_office.published()
    zone, unit = either_office.installation.config.zone, either_office.unit_id
    with either_office.writing() as session:
        ledger.log(session, COMMAND, zone, [
            Entry("copies", 500, "reported", NOON, unit_id=unit, form="to_roi", measure="tờ, cuốn"),
            Entry("copies", 12, "reported", NOON, unit_id=unit, form="bang_ron", measure="chiếc"),
            Entry("attendees", 80, "reported", NOON, unit_id=unit, form="hoi_nghi"),
            Entry("attendees", 100, "estimated", NOON, unit_id=unit, form="hoi_nghi"),
            Entry("attendees", 20, "estimated", NOON, unit_id=unit, form="tap_huan"),
        ])  # fmt: skip
    with either_office.reading() as session:
        found = totals(session, {unit}, march(1), march(31))
    assert [(one.metric, one.measure, one.source, one.value) for one in found] == [
        ("attendees", "lượt người", "estimated", 120),
        ("attendees", "lượt người", "reported", 80),
        ("copies", "chiếc", "reported", 12),
        ("copies", "tờ, cuốn", "reported", 500),
    ]


def test_a_post_of_two_themes_counts_under_each_and_once_in_the_whole(either_office: Office) -> None:
    either_office.published(themes=["T2", "T6"])
    views(either_office, (0, 40))
    with either_office.reading() as session:
        by_theme = totals(session, {either_office.unit_id}, march(1), march(31), ("theme", "channel"))
        whole = totals(session, {either_office.unit_id}, march(1), march(31))
    assert [(one.theme, one.channel, one.value) for one in by_theme] == [("T2", "portal", 40), ("T6", "portal", 40)]
    assert [one.value for one in whole] == [40]


def test_a_level_counts_as_it_stood_on_the_last_day(either_office: Office) -> None:
    zone = either_office.installation.config.zone
    with either_office.writing() as session:
        for day, value in ((0, 1000), (8, 1100), (12, 1050)):
            ledger.log(session, CLOCK, zone, [
                Entry("followers", value, "measured", NOON + timedelta(days=day), account_id=either_office.account_id)
            ])  # fmt: skip
    with either_office.reading() as session:
        stood = [
            totals(session, {either_office.unit_id}, march(17), until)[0].value
            for until in (march(17), march(20), march(31))
        ]
    assert stood == [1000, 1100, 1050]


def test_samples_never_mix_with_what_is_real(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 500), source="sample")
    views(either_office, (5, 12))
    with either_office.reading() as session:
        found = totals(session, {either_office.unit_id}, march(1), march(31))
    assert {one.source: one.value for one in found} == {"measured": 12, "sample": 500}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 900), st.sampled_from(["keep", "correct", "strike"])), max_size=9
    )
)
def test_sums_equal_the_ledger_after_any_acts_in_any_order(office: Office, acts: list[tuple[int, int, str]]) -> None:
    post = office.published()
    delivery = office.deliveries(post)[0].id
    for day, value, what in acts:
        (row,) = views(office, (day, value), delivery=delivery)
        with office.writing() as session:
            if what == "correct":
                ledger.correct(session, CLOCK, row, value + 7, "Đếm lại")
            elif what == "strike":
                ledger.strike(session, CLOCK, row, "Nhầm")
    with office.reading() as session:
        assert sums.differences(session) == []


def test_sums_that_were_spoilt_are_found_and_made_anew_from_the_ledger(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 40), (5, 100))
    with either_office.writing() as session:
        session.execute(update(ReachDay).where(ReachDay.day == march(10)).values(total=41))
    with either_office.reading() as session:
        wrong = sums.differences(session)[0]
    assert (wrong.table, wrong.day, wrong.kept, wrong.counted) == ("reach_day", march(10), 41, 40)
    with either_office.writing() as session:
        sums.rebuild(session, COMMAND)
    with either_office.reading() as session:
        assert sums.differences(session) == []
    assert gained(either_office, march(1), march(31)) == 100


def test_readings_cannot_be_rewritten_and_stay_when_the_account_is_closed(either_office: Office) -> None:
    either_office.published()
    views(either_office, (0, 40))
    for statement in (update(Reading).values(gain=0), delete(Reading)):
        with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
            session.execute(statement)
    from publisher import accounts
    from publisher.model import Account

    with either_office.writing() as session:
        accounts.close(session, COMMAND, session.get_one(Account, either_office.account_id), "Thôi dùng")
    assert gained(either_office, march(1), march(31)) == 40


def test_a_day_belongs_to_the_office_s_calendar(office: Office) -> None:
    office.published()
    with office.writing() as session:
        at = datetime(2026, 3, 14, 17, 30, tzinfo=UTC)  # 00:30 on the 15th in the office
        ledger.log(session, CLOCK, office.installation.config.zone, [Entry("views", 9, "measured", at, delivery_id=1)])
    assert gained(office, march(1), march(14)) is None
    assert gained(office, march(15), march(15)) == 9


def test_the_end_of_a_day_is_never_in_the_future(office: Office) -> None:
    zone = office.installation.config.zone
    with clock.reading(NOON):
        assert ledger.end_of(march(10), zone) == NOON
        assert ledger.end_of(march(9), zone) == datetime(2026, 3, 9, 16, 59, 59, 999999, tzinfo=UTC)
