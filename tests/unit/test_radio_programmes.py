"""Programmes: composed of what is approved, pulled as editions, recomposed when something moves."""

import json
from datetime import time, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from publisher import clock
from publisher.editorial import moving, withdrawing
from publisher.model import Base, BroadcastItem, BroadcastLog, Delivery, Edition, Post, Pull, Rendering
from publisher.radio import choosing, items, programmes, pulling, stations
from publisher.refusal import Missing, NotAllowed, Refused
from tests.factories import Office
from tests.stations import SATURDAY, Waves, local, on


@pytest.fixture
def waves(office: Office) -> Waves:
    with on(SATURDAY, "00:00"):
        made = Waves(office)
        made.slot("05:15", 15)
        made.slot("16:45", 20, "phát thanh buổi chiều")
    return made


def texts(planned: programmes.Planned, post_id: int) -> list[str]:
    """The sentences of a post in a programme, in order."""
    delivery = next(one.delivery_id for one in planned.airings if one.post_id == post_id)
    assert planned.book is not None
    return [line for row in planned.book["segments"] if row["item"] == delivery for line in row["lines"]]


def test_a_day_has_the_stations_slots_and_what_was_approved_for_them(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        waves.approved("Nộp hồ sơ trực tuyến", local(SATURDAY, "05:15"))
        waves.approved("Trả kết quả qua bưu chính", local(SATURDAY, "17:00"))
        morning, evening = waves.day(SATURDAY)
    assert [one.title for one in morning.airings] == ["Nộp hồ sơ trực tuyến"]
    assert [one.title for one in evening.airings] == ["Trả kết quả qua bưu chính"]
    assert morning.book is not None
    said = [line for row in morning.book["segments"] for line in row["lines"]]
    assert said[:3] == [
        "Đây là Đài truyền thanh phường Mẫu.",
        "Kính chào quý vị và các bạn!",
        "Hôm nay là thứ Bảy, ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu.",
    ]
    assert "Chương trình phát thanh buổi sáng đến đây là hết." in said


def test_the_parts_of_a_programme_stand_in_the_order_of_the_norms_and_notices_are_read_twice(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        posts = [waves.approved(f"Bài số {n}", local(SATURDAY, "05:15")) for n in range(4)]
        [planned, _] = waves.day(SATURDAY)
        for post_id, kind in zip(posts, ("notice", "feature", "news", "news"), strict=True):
            airing = next(one for one in planned.airings if one.post_id == post_id)
            waves.act("editor", choosing.choose, airing, kind, "normal", 0)
        [planned, _] = waves.day(SATURDAY)
    assert planned.book is not None
    parts = [row["part"] for row in planned.book["segments"]]
    assert [part for at, part in enumerate(parts) if at == 0 or part != parts[at - 1]] == [
        "Nhạc hiệu", "Lời chào", "Giới thiệu", "Nhạc cắt", "Bản tin", "Nhạc cắt", "Chuyên mục", "Nhạc cắt", "Thông báo",
        "Lời kết", "Người thực hiện", "Nhạc hiệu",
    ]  # fmt: skip
    assert parts.count("Thông báo") == 2
    news = [row["who"] for row in planned.book["segments"] if row["part"] == "Bản tin"]
    assert news == ["nu", "nam"]  # two voices in turn
    notice = [row["lines"] for row in planned.book["segments"] if row["part"] == "Thông báo"]
    assert notice[0][1:] == notice[1][1:] and notice[1][0] == "Xin nhắc lại."


def test_what_has_priority_comes_first_within_its_part(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        waves.approved("Tin thường", local(SATURDAY, "05:15"))
        second = waves.approved("Tin ưu tiên", local(SATURDAY, "05:15"))
        planned = waves.day(SATURDAY)[0]
        airing = next(one for one in planned.airings if one.post_id == second)
        waves.act("editor", choosing.choose, airing, "news", "priority", 0)
        planned = waves.day(SATURDAY)[0]
    assert planned.book is not None
    said = [row["lines"][0] for row in planned.book["segments"] if row["part"] == "Bản tin"]
    assert said == ["Tin ưu tiên.", "Tin thường."]


def test_urgent_is_the_word_of_an_approver_and_waits_for_no_slot(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Thông báo bão gần bờ", local(SATURDAY, "05:15"))
        airing = waves.day(SATURDAY)[0].airings[0]
        with pytest.raises(NotAllowed):
            waves.act("editor", choosing.choose, airing, "notice", "urgent", 0)
        waves.act("approver", choosing.choose, airing, "notice", "urgent", 0)
        urgent, morning, _evening = waves.day(SATURDAY)
    assert urgent.urgent and urgent.key == f"khan-{airing.root_id}" and not morning.airings
    assert texts(urgent, post_id)[0] == "Thông báo khẩn cấp."


def test_the_machine_cannot_call_anything_urgent(either_office: Office) -> None:
    post_id = either_office.scheduled()
    with pytest.raises(IntegrityError), either_office.writing() as session:
        session.add(
            BroadcastItem(
                post_id=post_id, account_id=either_office.account_id, placement="main", kind="news",
                priority="urgent", set_at=clock.now(),
            )
        )  # fmt: skip


def test_a_moved_post_moves_to_the_other_programme_with_every_approved_byte(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Lịch tiếp công dân", local(SATURDAY, "05:15"), "Tiếp dân lúc 7h30 ngày 03/4.")
        before = texts(waves.day(SATURDAY)[0], post_id)
        with waves.office.reading() as session:
            kept = session.scalars(select(Rendering.sha256)).all()
        with waves.office.writing() as session:
            delivery = session.scalars(select(Delivery).where(Delivery.post_id == post_id)).one()
            moving.reschedule(session, waves.office.person(session, "editor"), delivery, local(SATURDAY, "16:50"))
        morning, evening = waves.day(SATURDAY)
        with waves.office.reading() as session:
            assert session.scalars(select(Rendering.sha256)).all() == kept
    assert not morning.airings
    assert texts(evening, post_id) == before
    assert "Tiếp dân lúc bảy giờ ba mươi phút ngày mùng ba tháng tư." in before


def test_the_sentences_of_an_item_are_the_approved_ones_byte_for_byte(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Một cửa", local(SATURDAY, "05:15"), "Gọi 1022. Nhắc lại: 1022.\n\nMất 2.500 đồng.")
        planned = waves.day(SATURDAY)[0]
        with waves.office.reading() as session:
            rendering = session.scalars(select(Rendering)).one()
    parts = {part["name"]: waves.world.files.get(part["sha256"]) for part in rendering.parts}
    approved = [row["spoken"] for row in json.loads(parts["script.json"])["rows"]]
    assert texts(planned, post_id) == approved
    assert [line for line in parts["script.txt"].decode().split("\n")[2:] if line] == approved


def test_a_post_between_slots_is_read_in_the_next_one(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        waves.approved("Tin trưa", local(SATURDAY, "11:00"))
        waves.approved("Tin tối", local(SATURDAY, "22:00"))
        morning, evening = waves.day(SATURDAY)
        next_morning = waves.day(SATURDAY + timedelta(days=1))[0]
    assert not morning.airings
    assert [one.title for one in evening.airings] == ["Tin trưa"]
    assert [one.title for one in next_morning.airings] == ["Tin tối"]


def test_what_is_not_approved_any_more_is_not_read(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Tin sẽ sửa", local(SATURDAY, "05:15"))
        waves.office.save(post_id, body="Chữ mới chưa ai duyệt.")
        assert not waves.day(SATURDAY)[0].airings
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        assert texts(waves.day(SATURDAY)[0], post_id) == ["Chữ mới chưa ai duyệt."]


def test_a_withdrawn_post_leaves_its_programme_at_once(waves: Waves) -> None:
    with on(SATURDAY, "05:16"):
        post_id = waves.approved("Tin sai", local(SATURDAY, "05:15"))
        waves.office.tick()
        assert waves.day(SATURDAY)[0].airings
        with waves.office.writing() as session:
            post = session.get_one(Post, post_id)
            withdrawing.withdraw(session, waves.office.person(session, "approver"), post, post.revision, "Sai số liệu")
        assert not waves.day(SATURDAY)[0].airings


def test_a_correction_takes_the_place_of_what_was_handed_over(waves: Waves) -> None:
    with on(SATURDAY, "05:16"):
        post_id = waves.approved("Giờ tiếp dân", local(SATURDAY, "05:20"))
    with on(SATURDAY, "05:21"):
        waves.office.tick()
        waves.office.save(post_id, body="Tiếp dân từ 8h.", correction="Sửa giờ tiếp dân thành 8 giờ.")
        assert texts(waves.day(SATURDAY)[0], post_id)[0] == "Giờ tiếp dân."  # the standing text until approved
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        planned = waves.day(SATURDAY)[0]
    assert texts(planned, post_id) == ["Tiếp dân từ tám giờ."]
    assert planned.book is not None
    notes = [row["note"] for row in planned.book["segments"] if row["item"]]
    assert notes == ["Có đính chính: Sửa giờ tiếp dân thành 8 giờ."]


OPENING = "Tiếng nói của Đảng bộ, chính quyền và nhân dân phường Mẫu."


def test_a_slot_shorter_than_the_greeting_is_refused_before_anything_is_stored(office: Office) -> None:
    waves = Waves(office, opening=OPENING)
    with (
        on(SATURDAY, "01:00"),
        pytest.raises(Refused, match="Khung giờ 1 phút không đủ cho nhạc hiệu, lời chào") as told,
    ):
        waves.act("administrator", stations.add_slot, "Tin nhanh", (0,), time(12), 1)
    assert told.value.field == "minutes"
    with waves.office.reading() as session:
        assert stations.slots_of(session, waves.account_id) == []


def test_a_slot_that_became_too_short_says_so_and_is_not_pulled(office: Office) -> None:
    waves = Waves(office, opening=OPENING)  # as after somebody lengthened the station's settings
    waves.slot("12:00", 1, "Tin nhanh")
    with on(SATURDAY, "01:00"):
        waves.approved("Tin trưa", local(SATURDAY, "12:00"))
        [planned] = waves.day(SATURDAY)
        assert planned.book is None and "không đủ" in planned.problem
        with pytest.raises(Refused, match="không đủ"):
            waves.pull(planned.key)
    with waves.office.reading() as session:
        assert session.scalars(select(Edition)).all() == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (("", (0,), time(5), 15), "Tên chương trình: chưa nhập"),
        (("Sáng", (), time(5), 15), "ít nhất một ngày"),
        (("Sáng", (9,), time(5), 15), "ít nhất một ngày"),
        (("Sáng", (0,), time(5), 999), "từ 1 đến 180 phút"),
        (("Sáng", (0,), time(5, 20), 15), "Trùng giờ với khung «phát thanh buổi sáng» lúc 05:15"),
        (("Đêm", (0,), time(23), 15), "nằm trong giờ không phát của đài"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_with_its_reason(
    office: Office, values: tuple[object, ...], says: str
) -> None:
    waves = Waves(office, quiet="22:00-05:00")
    waves.slot("05:15", 15)
    with pytest.raises(Refused, match=says):
        waves.act("administrator", stations.add_slot, *values)


def test_only_an_administrator_sets_slots_and_an_ended_one_takes_nothing_more(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        with pytest.raises(NotAllowed):
            waves.act("editor", stations.add_slot, "Trưa", (0,), time(11), 15)
        waves.approved("Tin sáng", local(SATURDAY, "05:15"))
        slot_id = waves.day(SATURDAY)[0].slot_id
        waves.act("administrator", stations.end_slot, slot_id)
        [evening] = waves.day(SATURDAY)
        assert [one.title for one in evening.airings] == ["Tin sáng"]
        with pytest.raises(Missing):
            waves.act("administrator", stations.end_slot, slot_id)


def test_a_station_of_working_days_is_silent_at_the_weekend(office: Office) -> None:
    waves = Waves(office, workdays="có")
    waves.slot()
    with on(SATURDAY, "01:00"):
        waves.approved("Tin", local(SATURDAY, "05:15"))
        assert waves.day(SATURDAY) == []
        [monday] = waves.day(SATURDAY + timedelta(days=2))
    assert [one.title for one in monday.airings] == ["Tin"]


def test_a_pull_keeps_an_edition_until_something_changes(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Tin một", local(SATURDAY, "05:15"))
        key = waves.day(SATURDAY)[0].key
        packet, first = waves.pull(key)
        again, same = waves.pull(key)
        assert (first.number, first.edition, same.edition) == (1, 1, 1) and packet.book == again.book
        waves.office.save(post_id, body="Nội dung đã sửa.")
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        planned = waves.day(SATURDAY)[0]
        assert same.outdated(planned, clock.now())
        assert pulling.differences(packet.book, planned.book) == ["Bài «Tin một» đã sửa."]
        kept = waves.pull(key)[1]
        assert (kept.number, kept.edition) == (1, 2)
    with waves.office.reading() as session:
        assert len(session.scalars(select(Pull)).all()) == 3
        old = session.scalars(select(Edition).where(Edition.number == 1)).one()
        assert json.loads(waves.world.files.get(old.sha256)) == packet.book


def test_what_was_on_air_stays_what_was_pulled(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Tin một", local(SATURDAY, "05:15"))
        key = waves.day(SATURDAY)[0].key
        waves.pull(key)
    with on(SATURDAY, "05:20"):
        waves.office.tick()
    with on(SATURDAY, "08:00"):
        waves.office.save(post_id, body="Sửa sau khi phát.", correction="Sửa lại.")
        waves.office.submit(post_id)
        waves.office.approve(post_id)
        waves.office.tick()
        with waves.office.reading() as session:
            planned = programmes.programme(session, waves.world, waves.account(session), key)
            [standing] = pulling.standings(session, [planned]).values()
        assert not standing.outdated(planned, clock.now())
        assert waves.pull(key)[1].edition == 1


def test_what_changed_is_told_in_sentences(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        waves.approved("Tin một", local(SATURDAY, "05:15"))
        two = waves.approved("Tin hai", local(SATURDAY, "05:16"))
        before = waves.day(SATURDAY)[0]
        airing = next(one for one in before.airings if one.post_id == two)
        waves.act("editor", choosing.choose, airing, "notice", "priority", 0)
        waves.approved("Tin ba", local(SATURDAY, "05:17"))
        after = waves.day(SATURDAY)[0]
    assert before.book is not None and after.book is not None
    assert pulling.differences(before.book, after.book) == [
        "Thêm bài «Tin ba».",
        "Bài «Tin hai» chuyển phần hoặc đổi mức ưu tiên.",
    ]
    assert pulling.differences(after.book, before.book)[0] == "Bỏ bài «Tin ba»."
    assert pulling.differences(before.book, {**before.book, "minutes": 30}) == [
        "Tên, giờ hoặc thời lượng chương trình đã đổi."
    ]
    assert pulling.differences(before.book, None) == ["Chương trình không còn bài nào được duyệt."]


def test_an_empty_programme_is_not_pulled(waves: Waves) -> None:
    with on(SATURDAY, "01:00"), pytest.raises(Refused, match="chưa có bài nào được duyệt"):
        waves.pull(waves.day(SATURDAY)[0].key)


@pytest.mark.parametrize("key", ["2026-11-21-999", "khan-77", "khan-99999999999999", "hôm-nay", "2026-02-31-1", ""])
def test_a_programme_that_is_not_there_is_missing(waves: Waves, key: str) -> None:
    with on(SATURDAY, "01:00"), pytest.raises(Missing), waves.office.reading() as session:
        programmes.programme(session, waves.world, waves.account(session), key)


@pytest.mark.parametrize("table", [Edition, Pull, BroadcastLog])
def test_what_a_station_got_and_said_cannot_be_rewritten(either_office: Office, table: type[Base]) -> None:
    from publisher.audit import COMMAND
    from publisher.radio import logbook

    waves = Waves(either_office)
    waves.slot("05:15", 15)
    with on(SATURDAY, "05:14"):
        waves.approved("Tin", local(SATURDAY, "05:15"))
        key = waves.day(SATURDAY)[0].key
        waves.pull(key)
    with on(SATURDAY, "06:00"), either_office.writing() as session:
        account = waves.account(session)
        planned = programmes.programme(session, waves.world, account, key)
        said = logbook.Said("full", planned.starts_at, planned.ends_at)
        logbook.log_back(session, waves.world, COMMAND, account, planned, None, said)
    for statement in (update(table).values(id=10_000), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
            session.execute(statement)


def test_a_station_of_many_posts_is_read_in_few_questions(waves: Waves) -> None:
    from tests.web.ops import counted

    with on(SATURDAY, "01:00"):
        for number in range(6):
            waves.approved(f"Tin {number}", local(SATURDAY, "05:15"))
        with counted(waves.office) as asked:
            waves.day(SATURDAY)
    assert len(asked) <= 7, asked


def test_a_late_item_that_was_let_go_is_read_in_the_slot_after(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        post_id = waves.approved("Tin trễ", local(SATURDAY, "05:15"))
    with on(SATURDAY, "13:00"):
        waves.office.tick()  # later than the account allows: held
        assert waves.office.deliveries(post_id)[0].state == "held"
        assert not any(one.airings for one in waves.day(SATURDAY))
        with waves.office.writing() as session:
            delivery = session.get_one(Delivery, waves.office.deliveries(post_id)[0].id)
            moving.send_now(session, waves.office.person(session, "approver"), delivery)
        waves.office.tick()
        assert [one.title for one in waves.day(SATURDAY)[1].airings] == ["Tin trễ"]


def test_a_long_item_is_a_feature_until_somebody_says_otherwise(waves: Waves) -> None:
    with on(SATURDAY, "01:00"):
        waves.approved("Phóng sự", local(SATURDAY, "05:15"), "Người dân nộp hồ sơ trực tuyến rất thuận tiện. " * 60)
        planned = waves.day(SATURDAY)[0]
    assert planned.kinds == ("feature",)
    assert planned.over > 0 or planned.seconds > items.FEATURE
