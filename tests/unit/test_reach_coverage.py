"""Targets, points and coverage: verdicts with their sources, thresholds as settings, gaps by name."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from publisher import clock
from publisher.audit import COMMAND
from publisher.model import Post, Setting, Slot, Target, TargetValue, Unit
from publisher.planning import import_plan, shipped
from publisher.reach import activities, coverage, landings, scoring, targets
from publisher.reach.activities import Told
from publisher.reach.coverage import Ratio, gaps, span_title
from publisher.reach.scoring import Rules
from publisher.reach.targets import verdict
from publisher.refusal import Missing, Refused
from tests.factories import Office, make_unit


def plan(office: Office, code: str, year: int = 2026) -> int:
    with office.writing() as session:
        return import_plan(session, COMMAND, session.get_one(Unit, office.unit_id), shipped(code), year=year).plan_id


def target(office: Office, ref: str) -> Target:
    with office.reading() as session:
        return session.scalars(select(Target).where(Target.ref == ref)).one()


def log(office: Office, ref: str, day: date, **values: object) -> int:
    with office.writing() as session:
        return targets.log_value(session, COMMAND, target(office, ref), day, **values).id  # type: ignore[arg-type]


def standing(office: Office, ref: str, until: date = date(2026, 12, 31)) -> targets.Standing:
    with office.reading() as session:
        return next(one for one in targets.standings(session, {office.unit_id}, until) if one.ref == ref)


def test_a_ratio_is_worked_out_from_its_numerator_and_denominator(either_office: Office) -> None:
    plan(either_office, "HZ23")
    assert (standing(either_office, "HZ23-K1").verdict, standing(either_office, "HZ23-K1").value) == ("open", None)
    log(either_office, "HZ23-K1", date(2026, 6, 1), numerator=Decimal(4), denominator=Decimal(15), note="Sổ kiểm tra")
    found = standing(either_office, "HZ23-K1")
    assert found.value is not None
    assert (found.value.quantize(Decimal("0.01")), found.verdict) == (Decimal("26.67"), "below")
    assert (found.numerator_title, found.note) == ("Số phòng, đơn vị đã được kiểm tra", "Sổ kiểm tra")
    log(either_office, "HZ23-K1", date(2026, 9, 1), numerator=Decimal(6), denominator=Decimal(15), source="measured")
    assert standing(either_office, "HZ23-K1").verdict == "met"
    assert standing(either_office, "HZ23-K1", date(2026, 7, 1)).verdict == "below", "as it stood then"


@pytest.mark.parametrize(
    ("kind", "value", "least", "most", "wanted", "expected"),
    [
        ("ratio", 100, 100, None, None, "met"), ("ratio", "99.9", 100, None, None, "below"),
        ("range", 35, 30, 40, None, "met"), ("range", 41, 30, 40, None, "above"), ("range", 29, 30, 40, None, "below"),
        ("rank", 1, None, None, 1, "met"), ("rank", 2, None, None, 1, "below"), ("rank", 9, None, 10, None, "met"),
        ("count", 12, None, None, 12, "met"), ("count", 11, None, None, 12, "below"),
        ("quality", None, None, None, None, "words"), ("ratio", None, 90, None, None, "open"),
    ],
)  # fmt: skip
def test_verdicts(kind: str, value: object, least: object, most: object, wanted: object, expected: str) -> None:
    given = [None if one is None else Decimal(str(one)) for one in (value, least, most, wanted)]
    assert verdict(kind, *given) == expected


def test_a_correction_stands_in_the_place_of_what_it_corrects(either_office: Office) -> None:
    plan(either_office, "HZ23")
    first = log(either_office, "HZ23-K7", date(2026, 5, 1), value=Decimal(3))
    with pytest.raises(Refused, match="Lý do"):
        log(either_office, "HZ23-K7", date(2026, 6, 1), value=Decimal(1), corrects_id=first)
    log(either_office, "HZ23-K7", date(2026, 6, 1), value=Decimal(1), corrects_id=first, note="Công bố lại")
    found = standing(either_office, "HZ23-K7", date(2026, 5, 2))
    assert (found.value, found.verdict, found.as_of) == (1, "met", date(2026, 5, 1))
    with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
        session.execute(delete(TargetValue))


@pytest.mark.parametrize(
    ("ref", "values", "what"),
    [
        ("HZ23-K1", {}, "Chưa nhập số nào"),
        ("HZ23-K1", {"numerator": Decimal(3)}, "cả tử số và mẫu số"),
        ("HZ23-K1", {"numerator": Decimal(3), "denominator": Decimal(0)}, "lớn hơn 0"),
        ("HZ23-K1", {"numerator": Decimal(16), "denominator": Decimal(15)}, "không thể lớn hơn mẫu số"),
        ("HZ23-K1", {"value": Decimal(101)}, "quá 100"),
        ("HZ23-K1", {"value": Decimal(-1)}, "từ 0 trở lên"),
        ("HZ23-K1", {"value": Decimal(1), "numerator": Decimal(1), "denominator": Decimal(2)}, "hoặc chỉ nhập giá trị"),
        ("HZ23-K1", {"value": Decimal(1), "source": "nghe nói"}, "Nguồn"),
        ("HZ23-K3", {"value": Decimal(1)}, "định tính"),
    ],
)
def test_values_that_make_no_sense_are_refused(office: Office, ref: str, values: dict[str, object], what: str) -> None:
    plan(office, "HZ23")
    with pytest.raises(Refused, match=what):
        log(office, ref, date(2026, 6, 1), **values)


def test_a_value_outlives_a_target_that_left_the_plan(office: Office) -> None:
    plan(office, "HZ23")
    log(office, "HZ23-K7", date(2026, 5, 1), value=Decimal(3))
    with office.writing() as session:
        session.delete(session.scalars(select(Target).where(Target.ref == "HZ23-K7")).one())
    with office.reading() as session:
        assert session.scalars(select(TargetValue.value)).all() == ["3"]
    with pytest.raises(Missing), office.reading() as session:
        targets.get(session, 999)


def held(office: Office, form: str, day: date, unit_id: int = 0, themes: tuple[str, ...] = ()) -> None:
    with office.writing() as session:
        zone = office.installation.config.zone
        activities.enter(session, COMMAND, zone, unit_id or office.unit_id, Told(form, day, "Việc mẫu", themes=themes))


def today(office: Office) -> date:
    return clock.local_day(clock.now(), office.installation.config.zone)


def test_units_without_anything_in_the_window_are_named(either_office: Office) -> None:
    zone = either_office.installation.config.zone
    with either_office.writing() as session:
        quiet = make_unit(session, "im-lang", "UBND phường Im Lặng").id
        ended = make_unit(
            session, "da-het", "UBND huyện cũ", valid_from=date(2000, 1, 1), valid_to=date(2025, 6, 30)
        ).id
    held(either_office, "hoi_nghi", date(2026, 3, 10))
    units = {either_office.unit_id, quiet, ended}
    with either_office.reading() as session:
        found = coverage.unit_coverage(session, zone, units, date(2026, 1, 1), date(2026, 3, 31))
        assert found.ratio == Ratio(1, 2)
        assert found.ratio.share == 50
        assert found.silent == ((quiet, "UBND phường Im Lặng"),)
        assert coverage.unit_coverage(session, zone, set(), date(2026, 1, 1), date(2026, 3, 31)).ratio.share is None


def test_gaps_are_named_by_theme_and_channel(either_office: Office) -> None:
    office, zone = either_office, either_office.installation.config.zone
    day = today(office)
    office.published("Bài T2", themes=["T2"])
    landings.enrol(office.world)
    held(office, "truyen_thanh", day, themes=("T2", "T6"))
    held(office, "hoi_nghi", day, themes=("T2",))
    with office.reading() as session:
        found = coverage.matrix(session, zone, {office.unit_id}, day - timedelta(days=1), day)
        named = gaps(found, "quý này")
    assert [name for name, _title in found.columns] == ["portal", "radio", "other"]
    assert (found.at("T2", "portal"), found.at("T2", "radio"), found.at("T6", "radio")) == (1, 1, 1)
    assert "T5 (Cải cách tài chính công): quý này chưa có nội dung nào." in named
    assert "T6: quý này chưa có bài trên cổng thông tin, hoạt động trực tiếp." in named
    assert not any(sentence.startswith("T2") for sentence in named)


def test_variety_counts_groups_and_a_channel_as_one_form(office: Office) -> None:
    zone, day = office.installation.config.zone, today(office)
    office.published()
    landings.enrol(office.world)
    held(office, "portal", day)
    held(office, "hoi_nghi", day)
    held(office, "tap_huan", day)
    with office.reading() as session:
        found = {one.group: one for one in coverage.diversity(session, zone, {office.unit_id}, day, day)}
    assert (found["online"].forms, found["online"].items) == (1, 2)
    assert (found["meeting"].forms, found["meeting"].items, found["meeting"].medium) == (2, 2, "traditional")
    assert found["screen"].items == 0


def done_slots(office: Office, share: Decimal) -> None:
    """Mark so much of the plan's days as done by public posts."""
    with office.writing() as session:
        slots = session.scalars(select(Slot).order_by(Slot.day)).all()
        for number in range(int(len(slots) * share)):
            slots[number].state = "used"
            session.add(
                Post(
                    unit_id=office.unit_id, slug=f"bai-{number}", title="Bài", state="approved", approved=1, live=1,
                    slot_id=slots[number].id, created_at=clock.now(), changed_at=clock.now(), published_at=clock.now(),
                )
            )  # fmt: skip


@pytest.mark.parametrize(("share", "points"), [(1, "1"), ("0.95", "0.95"), ("0.8", "0")])
def test_the_commune_scorer_follows_the_document(office: Office, share: object, points: str) -> None:
    plan(office, "CL22", 2027)
    done_slots(office, Decimal(str(share)))
    zone = office.installation.config.zone
    held(office, "led", date(2026, 2, 1))
    with office.reading() as session:
        score = scoring.score(session, zone, office.unit_id, date(2026, 1, 1), date(2027, 12, 31))
    by_code = [(line.code, line.points, line.most) for line in score.lines]
    found = by_code[0][1]
    assert abs(found - Decimal(points)) <= Decimal("0.01")
    assert by_code[1:] == [
        ("4.2", Decimal("0.25"), Decimal("0.25")), ("4.2", 0, Decimal("0.25")), ("4.2", 0, Decimal("0.5")),
    ]  # fmt: skip
    assert score.most == 2
    assert "Hoàn thành" in score.lines[0].reason


def test_the_threshold_is_a_setting_since_the_document_contradicts_itself(office: Office) -> None:
    plan(office, "CL22", 2027)
    done_slots(office, Decimal("0.8"))
    zone = office.installation.config.zone
    with office.writing() as session:
        assert scoring.rules(session) == Rules()
        values = {name: str(value) for name, value in Rules().__dict__.items()} | {"least": "50", "online": "0,3"}
        scoring.set_rules(session, COMMAND, values)
    with office.reading() as session:
        assert scoring.rules(session).online == Decimal("0.3")
        score = scoring.score(session, zone, office.unit_id, date(2027, 1, 1), date(2027, 12, 31))
        assert abs(score.lines[0].points - Decimal("0.8")) <= Decimal("0.02"), "4 of 5 gives 0.8, as in the example"
        assert session.get(Setting, "reach.scoring") is not None


@pytest.mark.parametrize("wrong", [{"least": "nhiều"}, {"least": "-1"}, {"full": "50"}, {"online": "nan"}, {"x": "1"}])
def test_rules_that_make_no_sense_are_refused(office: Office, wrong: dict[str, str]) -> None:
    values = {name: str(value) for name, value in Rules().__dict__.items()} | wrong
    with pytest.raises(Refused), office.writing() as session:
        scoring.set_rules(session, COMMAND, values)


@pytest.mark.parametrize(
    ("since", "until", "title"),
    [
        (date(2026, 9, 1), date(2026, 9, 30), "tháng 9/2026"), (date(2026, 10, 1), date(2026, 12, 31), "quý IV/2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "tháng 2/2024"), (date(2026, 1, 1), date(2026, 12, 31), "năm 2026"),
        (date(2026, 6, 15), date(2026, 9, 14), "từ 15/06/2026 đến 14/09/2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "từ 01/02/2026 đến 30/04/2026"),
    ],
)  # fmt: skip
def test_a_window_in_words(since: date, until: date, title: str) -> None:
    assert span_title(since, until) == title
