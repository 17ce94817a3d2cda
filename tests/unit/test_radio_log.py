"""The broadcast log: what a station says confirms deliveries or stands in the inbox; dictionary, stations, keys."""

import io
from datetime import timedelta

import openpyxl
import pytest
from docx import Document
from sqlalchemy import select

from publisher import clock, inbox, tokens
from publisher.audit import COMMAND, acting
from publisher.model import Account, ApiToken, BroadcastLog, Delivery, Person
from publisher.radio import choosing, lexicon, logbook, logbook_file, programmes, stations
from publisher.radio.logbook import Said
from publisher.refusal import Missing, NotAllowed, Refused
from tests.factories import Office, make_person, make_unit
from tests.stations import SATURDAY, ZONE, Waves, local, on


@pytest.fixture
def waves(office: Office) -> Waves:
    """A station whose morning programme holds two posts, both handed over."""
    made = Waves(office)
    made.slot("05:15", 15)
    made.slot("16:45", 15, "phát thanh buổi chiều")
    with on(SATURDAY, "01:00"):
        made.approved("Tin một", local(SATURDAY, "05:15"))
        made.approved("Tin hai", local(SATURDAY, "05:16"))
    with on(SATURDAY, "05:17"):
        office.tick()
    return made


def say(waves: Waves, status: str, at: str = "05:35", index: int = 0, **values: object) -> list[BroadcastLog]:
    """Log the day's programme the way the station's screen does."""
    with on(SATURDAY, at), waves.office.writing() as session:
        account = waves.account(session)
        planned = programmes.span(session, waves.world, account, SATURDAY, SATURDAY).programmes[index]
        said = Said(status, local(SATURDAY, "05:15"), local(SATURDAY, "05:28"), **values)  # type: ignore[arg-type]
        person = waves.office.person(session, "station")
        return logbook.log_back(session, waves.world, acting(person), account, planned, None, said)


def states(waves: Waves) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in waves.office.deliveries() if one.account_id == waves.account_id]


def waiting(waves: Waves, at: str = "06:00") -> list[str]:
    """The reasons that the inbox gives for this station's posts."""
    with on(SATURDAY, at), waves.office.reading() as session:
        now = clock.now()
        found = inbox.items(session, {waves.office.unit_id}, {"air"}, now, now)
        assert inbox.counts(session, {waves.office.unit_id}) == len(found)
    return [item.reason for item in found if item.kind == "unconfirmed"]


def test_read_to_the_end_confirms_every_item(waves: Waves) -> None:
    rows = say(waves, "full")
    assert [(row.status, row.repeat_number, row.operator) for row in rows] == [("full", 1, "Người mẫu station")] * 2
    assert states(waves) == [("confirmed", "Đài đã phát đủ.")] * 2
    assert waiting(waves) == []


def test_not_on_air_stands_in_the_inbox_with_the_stations_reason(waves: Waves) -> None:
    say(waves, "not_aired", reason="mất điện")
    assert states(waves) == [("sent", "Đài ghi không phát: mất điện")] * 2
    assert waiting(waves) == ["Đài ghi không phát: mất điện"] * 2


def test_only_what_was_read_to_its_end_counts_when_a_programme_was_cut(waves: Waves) -> None:
    first = waves.office.deliveries()[0].id
    rows = say(waves, "partial", reason="mưa sấm sét", read=frozenset({first}))
    assert [row.status for row in rows] == ["full", "partial"]
    assert [state for state, _reason in states(waves)] == ["confirmed", "sent"]
    assert waiting(waves) == ["Đài ghi phát thiếu: mưa sấm sét"]


def test_a_confirmation_that_is_overdue_alarms_by_itself(waves: Waves) -> None:
    assert waiting(waves, "06:00") == []
    with on(SATURDAY + timedelta(days=1), "05:30"), waves.office.reading() as session:
        now = clock.now()
        found = inbox.items(session, {waves.office.unit_id}, {"air"}, now, now)
    assert [(item.kind, item.right, item.title) for item in found if item.kind == "unconfirmed"] == [
        ("unconfirmed", "air", "Tin một"),
        ("unconfirmed", "air", "Tin hai"),
    ]


def test_what_was_not_read_is_read_again_in_a_later_slot_with_the_same_bytes(waves: Waves) -> None:
    morning = waves_day(waves)[0]
    say(waves, "not_aired", reason="mất điện")
    with on(SATURDAY, "07:00"):
        for airing in morning.airings:
            waves.act("editor", choosing.read_again, airing, local(SATURDAY, "16:45"))
        evening = waves_day(waves)[1]
    assert waiting(waves) == []
    assert [one.title for one in evening.airings] == ["Tin một", "Tin hai"]
    assert [one.parts for one in evening.airings] == [one.parts for one in morning.airings]
    with on(SATURDAY, "17:10"), waves.office.writing() as session:
        account = waves.account(session)
        planned = programmes.programme(session, waves.world, account, evening.key)
        said = Said("full", planned.starts_at, planned.ends_at)
        rows = logbook.log_back(session, waves.world, COMMAND, account, planned, None, said)
    assert {row.repeat_number for row in rows} == {1}  # the morning was silent: this is the first time on air
    assert [state for state, _reason in states(waves)] == ["confirmed", "confirmed"]


def waves_day(waves: Waves) -> list[programmes.Planned]:
    return waves.day(SATURDAY)


def test_what_will_not_be_read_any_more_leaves_the_list_with_a_reason(waves: Waves) -> None:
    airing = waves.day(SATURDAY)[0].airings[0]
    say(waves, "not_aired", reason="mất điện")
    with on(SATURDAY, "07:00"):
        with pytest.raises(Refused, match="chưa nhập"):
            waves.act("editor", choosing.give_up, airing, " ")
        waves.act("editor", choosing.give_up, airing, "đã quá hạn")
    assert states(waves)[0] == ("retracted", "Không phát: đã quá hạn")
    assert len(waiting(waves)) == 1


def test_saying_it_again_corrects_the_earlier_rows_and_keeps_them(waves: Waves) -> None:
    before = [row.id for row in say(waves, "not_aired", reason="mất điện")]
    after = say(waves, "full", at="05:50")
    assert [row.corrects_id for row in after] == before
    assert [state for state, _reason in states(waves)] == ["confirmed", "confirmed"]
    with waves.office.reading() as session:
        assert len(logbook.entries(session, waves.world, [waves.account_id], SATURDAY, SATURDAY)) == 2
        whole = logbook.entries(session, waves.world, [waves.account_id], SATURDAY, SATURDAY, whole=True)
    assert sorted(entry.corrected for entry in whole) == [False, False, True, True]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"status": "partial"}, "Hãy ghi lý do"),
        ({"status": "not_aired"}, "Hãy ghi lý do"),
        ({"status": "perhaps"}, "Hãy chọn «Phát đủ»"),
        ({"status": "full", "source": "radio"}, "Hãy chọn «Phát đủ»"),
        ({"status": "full", "at": "05:05"}, "chưa đến giờ phát"),
        ({"status": "full", "at": "05:18"}, "hãy ghi giờ đã phát thật"),
        ({"status": "partial", "reason": "mưa", "read": frozenset({1, 2})}, "bỏ chọn những bài chưa đọc trọn"),
    ],
)
def test_a_log_that_cannot_be_is_refused_and_nothing_is_written(
    waves: Waves, values: dict[str, object], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        say(waves, **values)  # type: ignore[arg-type]
    with waves.office.reading() as session:
        assert session.scalars(select(BroadcastLog)).all() == []
    assert [state for state, _reason in states(waves)] == ["sent", "sent"]


def test_a_log_that_came_before_the_clock_confirms_as_soon_as_the_clock_has_caught_up(office: Office) -> None:
    waves = Waves(office)
    waves.slot("05:15", 15)
    with on(SATURDAY, "01:00"):
        waves.approved("Tin", local(SATURDAY, "05:15"))
    say(waves, "full")
    assert [state for state, _reason in states(waves)] == ["planned"]
    with on(SATURDAY, "05:40"):
        office.tick()
        assert logbook.settle(office.world) == "confirmed=1"
        assert logbook.settle(office.world) == ""
    assert states(waves) == [("confirmed", "Đài đã phát đủ.")]


def test_the_book_has_the_columns_of_the_paper_one(waves: Waves) -> None:
    say(waves, "full", operator="Lê Văn Mẫu")
    with waves.office.reading() as session:
        lines = logbook.entries(session, waves.world, [waves.account_id], SATURDAY, SATURDAY)
    book = openpyxl.load_workbook(io.BytesIO(logbook_file.as_xlsx("Đài", lines, SATURDAY, SATURDAY, ZONE)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "SỔ NHẬT KÝ PHÁT THANH"
    assert rows[4][:4] == ("Ngày", "Giờ", "Chương trình, chuyên mục", "Nội dung")
    assert rows[5] == (
        "21/11/2026", "05:15–05:28", "phát thanh buổi sáng", "Tin một", "Tự sản xuất", 13, 1, "Phát đủ", None,
        "Lê Văn Mẫu",
    )  # fmt: skip
    assert rows[8][0] == "Cộng: 2 lượt phát đủ, 0 phát thiếu, 0 không phát."
    paper = Document(io.BytesIO(logbook_file.as_docx("Đài", lines, SATURDAY, SATURDAY, ZONE)))
    assert [cell.text for cell in paper.tables[0].rows[1].cells][3] == "Tin một"


def test_a_title_that_begins_like_a_formula_stays_text_in_the_book(office: Office) -> None:
    waves = Waves(office)
    waves.slot("05:15", 15)
    with on(SATURDAY, "05:14"):
        waves.approved('=HYPERLINK("http://x","y")', local(SATURDAY, "05:15"))
    with on(SATURDAY, "05:16"):
        office.tick()
    say(waves, "full")
    with office.reading() as session:
        lines = logbook.entries(session, waves.world, [waves.account_id], SATURDAY, SATURDAY)
    book = openpyxl.load_workbook(io.BytesIO(logbook_file.as_xlsx("Đài", lines, SATURDAY, SATURDAY, ZONE)))
    assert book.active["D6"].data_type == "s"


# The dictionary


def test_a_units_own_word_is_read_in_what_is_approved_from_then_on(waves: Waves) -> None:
    with on(SATURDAY, "05:00"), waves.office.writing() as session:
        editor = waves.office.person(session, "editor")
        lexicon.put(session, editor, waves.office.unit_id, "BTV", "Ban Thường vụ")
        lexicon.put(session, editor, waves.office.unit_id, "BTV", "biên tập viên")  # replaces
        assert lexicon.words(session, waves.office.unit_id)["BTV"] == "biên tập viên"
        assert lexicon.words(session, waves.office.unit_id)["phuongmau"] == "phường mẫu", "the unit's own place"
    with on(SATURDAY, "05:18"):
        waves.approved("Tin ba", local(SATURDAY, "16:45"), "Họp BTV sáng nay.")
        evening = waves.day(SATURDAY)[1]
    assert evening.book is not None
    assert "Họp biên tập viên sáng nay." in [line for row in evening.book["segments"] for line in row["lines"]]


@pytest.mark.parametrize(
    ("written", "spoken", "says"), [("", "x", "Chữ viết"), ("TU", "", "Cách đọc"), ("TU", "T.U 5", "chữ số")]
)
def test_a_word_that_could_not_be_read_out_is_refused(office: Office, written: str, spoken: str, says: str) -> None:
    with pytest.raises(Refused, match=says), office.writing() as session:
        lexicon.put(session, office.person(session, "editor"), office.unit_id, written, spoken)


def test_the_dictionary_belongs_to_the_units_editors(office: Office) -> None:
    with office.writing() as session:
        entry = lexicon.put(session, office.person(session, "editor"), office.unit_id, "TU", "Thành ủy")
        with pytest.raises(NotAllowed):
            lexicon.put(session, office.person(session, "station"), office.unit_id, "TU", "Tỉnh ủy")
        with pytest.raises(NotAllowed):
            lexicon.remove(session, office.person(session, "reporter"), entry.id)
        lexicon.remove(session, office.person(session, "editor"), entry.id)
        assert lexicon.entries(session, office.unit_id) == []
        with pytest.raises(Missing):
            lexicon.remove(session, office.person(session, "editor"), entry.id)


# Stations and keys


def test_a_stations_people_see_the_stations_of_their_own_unit_alone(office: Office) -> None:
    mine = Waves(office)
    with office.writing() as session:
        unit = make_unit(session, "phuong-khac", "UBND phường Khác")
        make_person(session, "dai@khac.example", "Đài khác", {"station": unit})
        unit_id = unit.id
    theirs = Waves(office, "Đài phường Khác", unit_id)
    with office.reading() as session:
        other = session.scalars(select(Person).where(Person.email == "dai@khac.example")).one()
        assert [one.id for one in stations.visible(session, other, "air")] == [theirs.account_id]
        assert stations.seen(session, other, theirs.account_id, "air").id == theirs.account_id
        for account_id in (mine.account_id, office.account_id, 999):
            with pytest.raises(Missing):
                stations.seen(session, other, account_id, "air", "read")


def test_a_key_is_kept_as_a_hash_and_ends_with_its_person(either_office: Office) -> None:
    with either_office.writing() as session:
        person = either_office.person(session, "station")
        row, key = tokens.add(session, COMMAND, person, "máy phát")
        row_id = row.id
    with either_office.writing() as session:
        stored = session.get_one(ApiToken, row_id)
        assert key not in str(stored.__dict__) and len(stored.hash) == 64
        found = tokens.find(session, key)
        assert found is not None and found[1].id == person.id
        assert tokens.find(session, key + "x") is None
        session.get_one(Person, person.id).active = False
    with either_office.writing() as session:
        assert tokens.find(session, key) is None
        session.get_one(Person, person.id).active = True
        tokens.close(session, COMMAND, row_id)
        assert tokens.find(session, key) is None
        with pytest.raises(Missing):
            tokens.close(session, COMMAND, row_id)


def test_the_station_s_account_is_an_account_like_any_other(waves: Waves) -> None:
    with waves.office.reading() as session:
        account = session.get_one(Account, waves.account_id)
        assert stations.described(account).name == "Đài truyền thanh phường Mẫu"
        assert session.scalars(select(Delivery.state).where(Delivery.account_id == account.id)).all() == ["sent"] * 2
