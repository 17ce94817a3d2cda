"""Print orders on both databases: ordering, hanging with proof, taking down, reminding; the hotline's checks."""

import io
import zipfile
from datetime import date, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from publisher import clock, inbox
from publisher.media import store_image
from publisher.model import (
    Delivery,
    Evidence,
    EvidenceLink,
    Hanging,
    HotlineCheck,
    Place,
    Post,
    PrintLine,
    PrintOrder,
    Unit,
)
from publisher.prints import due, hanging, hotline, orders, places, sheets, ticket
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from tests.factories import Office

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 14)
SHEETS = "bang-ron-3x0.8, to-roi-a5, led-96x32"
NOON = datetime.fromisoformat("2026-12-02T12:00:00+07:00")


@pytest.fixture
def post_id(either_office: Office) -> int:
    """A post whose sheets were handed over."""
    with clock.reading(datetime.fromisoformat("2026-11-20T08:00:00+07:00")):
        account = either_office.add_account("banner", values={"sheets": SHEETS, "licence": "miễn"})
        found = either_office.scheduled("Bài có băng rôn", account_id=account, slogan="Một cửa, một lần đến")
        either_office.tick()
    return found


def work_of(session: Session, office: Office, post_id: int) -> sheets.Work:
    (work,) = sheets.of_post(session, office.world.files, session.get_one(Post, post_id))
    return work


def ordered(office: Office, post_id: int, **wanted: int) -> int:
    """An order of the post's sheets with a place for each of two banners, sent to the shop; returns its id."""
    with clock.reading(datetime.fromisoformat("2026-11-21T08:00:00+07:00")), office.writing() as session:
        person, unit = office.person(session, "editor"), session.get_one(Unit, office.unit_id)
        zone = office.installation.config.zone
        order = orders.start(session, person, unit, orders.Terms("Đợt tháng 12", FIRST, LAST), zone)
        work = work_of(session, office, post_id)
        delivery = session.get_one(Delivery, work.delivery_id)
        orders.add_lines(session, person, order, 1, delivery, work, wanted or {"bang-ron-3x0.8": 2, "to-roi-a5": 500})
        line = session.scalars(select(PrintLine).where(PrintLine.code == "bang-ron-3x0.8")).one()
        for name in ("Cổng trụ sở", "Ngã tư chợ"):
            place = places.add(session, person, unit.id, {"name": name, "address": "Đường Mẫu"})
            hanging.plan(session, person, order, order.revision, line.id, place.id, 1)
        orders.step(session, person, order, order.revision, "send")
        return order.id


def hang(office: Office, number: int = 0, at: datetime = NOON, colour: str = "red") -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "PNG")
    with clock.reading(NOON), office.writing() as session:
        person = office.person(session, "editor")
        row = session.scalars(select(Hanging).order_by(Hanging.id)).all()[number]
        media = store_image(session, office.world.files, person.id, "noi-treo.png", data.getvalue())
        proof = hanging.Proof(media, "noi-treo.png")
        hanging.hung(session, person, row, session.get_one(PrintOrder, row.order_id), at, proof, "")


def waiting(office: Office, at: datetime) -> list[tuple[str, str, str]]:
    with clock.reading(at), office.reading() as session:
        found = inbox.items(session, {office.unit_id}, {"write"}, at, at)
        assert inbox.counts(session, {office.unit_id}) == len(found)
        return [(one.kind, one.target, one.reason) for one in found]


def test_what_was_approved_is_what_is_offered_to_order(either_office: Office, post_id: int) -> None:
    with either_office.reading() as session:
        work = work_of(session, either_office, post_id)
        ready = sheets.ready(session, {either_office.unit_id})
    assert [(made.code, made.printed) for made in work.made] == [
        ("bang-ron-3x0.8", True), ("to-roi-a5", True), ("led-96x32", False),
    ]  # fmt: skip
    assert [one.post_id for one in ready] == [post_id]
    assert either_office.world.files.get(work.made[0].sha256).startswith(b"%PDF")


def test_an_order_is_kept_with_its_files_also_when_the_post_is_corrected(either_office: Office, post_id: int) -> None:
    order_id = ordered(either_office, post_id)
    with either_office.reading() as session:
        before = session.scalars(select(PrintLine.sha256).order_by(PrintLine.id)).all()
    either_office.save(post_id, slogan="Một cửa, đúng hẹn", correction="Sửa khẩu hiệu.")
    either_office.submit(post_id)
    either_office.approve(post_id)
    either_office.tick()
    with either_office.reading() as session:
        assert session.scalars(select(PrintLine.sha256).order_by(PrintLine.id)).all() == before
        assert work_of(session, either_office, post_id).made[0].sha256 != before[0]
        job = ticket.read(session, either_office.world.files, session.get_one(PrintOrder, order_id))
    name, data = ticket.bundle(job, either_office.world.files, either_office.installation.config.zone)
    assert name == f"don-in-{order_id}-dot-thang-12.zip"
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == [
        "phieu-dat-in.pdf", "01-bang-ron-3x0.8-2-ban.pdf", "02-to-roi-a5-500-ban.pdf", "dia-diem.csv",
    ]  # fmt: skip
    assert archive.read("01-bang-ron-3x0.8-2-ban.pdf") == either_office.world.files.get(before[0])
    assert "Ngã tư chợ;Đường Mẫu;Băng rôn ngang 3 × 0,8 m;1;" in archive.read("dia-diem.csv").decode("utf-8-sig")
    again = ticket.bundle(job, either_office.world.files, either_office.installation.config.zone)
    assert again == (name, data), "the same order gives the same file"


def test_a_photograph_confirms_the_delivery_and_becomes_evidence(either_office: Office, post_id: int) -> None:
    ordered(either_office, post_id)
    hang(either_office)
    (delivery,) = either_office.deliveries(post_id)
    assert delivery.state == "confirmed" and delivery.reason == "Đã treo tại Cổng trụ sở."
    with either_office.reading() as session:
        evidence = session.scalars(select(Evidence)).one()
        first, second = session.scalars(select(Hanging).order_by(Hanging.id)).all()
        links = session.execute(select(EvidenceLink.subject, EvidenceLink.subject_id)).all()
    assert [tuple(link) for link in links] == [("delivery", delivery.id)], "it shows where the proofs of a delivery do"
    assert (evidence.delivery_id, evidence.media_type) == (delivery.id, "image/png")
    assert evidence.note == "Băng rôn ngang 3 × 0,8 m tại Cổng trụ sở"
    assert first.evidence_id == evidence.id and second.hung_at is None
    hang(either_office, 1)  # the same picture twice is one piece of evidence
    with either_office.reading() as session:
        assert len(session.scalars(select(Evidence)).all()) == 1


def test_the_inbox_reminds_on_the_day_of_hanging_and_on_the_day_after_the_last(
    either_office: Office, post_id: int
) -> None:
    day = datetime.fromisoformat("2026-12-01T00:00:00+07:00")
    end = datetime.fromisoformat("2026-12-15T00:00:00+07:00")
    assert [item[:2] for item in waiting(either_office, NOON)] == [("unconfirmed", "sheets")], "nobody ordered it"
    ordered(either_office, post_id)
    assert waiting(either_office, day - timedelta(seconds=1)) == []
    assert waiting(either_office, day) == [("hang", "order", "Đến ngày treo: còn 2 nơi chưa ghi treo.")]
    hang(either_office)
    assert waiting(either_office, NOON) == [("hang", "order", "Đến ngày treo: còn 1 nơi chưa ghi treo.")]
    hang(either_office, 1)
    assert waiting(either_office, NOON) == []
    assert waiting(either_office, end - timedelta(seconds=1)) == []
    assert waiting(either_office, end) == [("hang", "order", "Quá ngày tháo: còn 2 nơi chưa ghi tháo.")]
    for number in range(2):
        with clock.reading(end + timedelta(hours=9)), either_office.writing() as session:
            row = session.scalars(select(Hanging).order_by(Hanging.id)).all()[number]
            order = session.get_one(PrintOrder, row.order_id)
            hanging.taken(session, either_office.person(session, "editor"), row, order, clock.now())
    assert waiting(either_office, end + timedelta(days=30)) == []


def test_what_hangs_without_an_order_is_confirmed_by_a_photograph_too(either_office: Office, post_id: int) -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "blue").save(data, "PNG")
    (delivery,) = either_office.deliveries(post_id)
    with either_office.writing() as session:
        person, row = either_office.person(session, "editor"), session.get_one(Delivery, delivery.id)
        with pytest.raises(Refused, match="chụp ảnh"):
            hanging.shown(session, person, row, "Màn hình cổng chợ", None)
        media = store_image(session, either_office.world.files, person.id, "led.png", data.getvalue())
        hanging.shown(session, person, row, "Màn hình cổng chợ", hanging.Proof(media, "led.png"))
        with pytest.raises(Refused, match="đã được xác nhận"):
            hanging.shown(session, person, row, "Màn hình cổng chợ", hanging.Proof(media, "led.png"))
    assert either_office.deliveries(post_id)[0].state == "confirmed"


def refuses(office: Office, message: str, act: object, kind: type[Refused] = Refused) -> None:
    with pytest.raises(kind, match=message), clock.reading(NOON), office.writing() as session:
        order = session.scalars(select(PrintOrder)).one()
        act(session, office.person(session, "editor"), order)  # type: ignore[operator]


def test_hanging_needs_a_photograph_a_time_gone_by_and_an_order_that_was_sent(
    either_office: Office, post_id: int
) -> None:
    order_id = ordered(either_office, post_id)
    with either_office.reading() as session:
        row_id = session.scalars(select(Hanging.id).order_by(Hanging.id)).all()[0]

    def hung(session: Session, person: object, order: PrintOrder, at: datetime, proof: object = None) -> None:
        row = session.get_one(Hanging, row_id)
        hanging.hung(session, person, row, order, at, proof, "")  # type: ignore[arg-type]

    refuses(either_office, "chụp ảnh nơi treo", lambda s, p, o: hung(s, p, o, NOON))
    refuses(either_office, "ở tương lai", lambda s, p, o: hung(s, p, o, NOON + timedelta(hours=1), object()))
    refuses(either_office, "sớm hơn", lambda s, p, o: hung(s, p, o, NOON - timedelta(days=3), object()))
    refuses(
        either_office, "chưa treo",
        lambda s, p, o: hanging.taken(s, p, s.get_one(Hanging, row_id), o, NOON),
    )  # fmt: skip
    with either_office.writing() as session:
        order = session.get_one(PrintOrder, order_id)
        orders.step(session, either_office.person(session, "editor"), order, order.revision, "reopen")
    refuses(either_office, "chưa đặt", lambda s, p, o: hung(s, p, o, NOON, object()))


def test_places_take_no_more_than_is_printed_and_none_twice(either_office: Office, post_id: int) -> None:
    ordered(either_office, post_id)

    def again(quantity: int, closed: bool = False) -> object:
        def act(session: Session, person: object, order: PrintOrder) -> None:
            row = session.scalars(select(Hanging).order_by(Hanging.id)).all()[0]
            place = session.get_one(Place, row.place_id)
            place.closed_at = clock.now() if closed else None
            hanging.plan(session, person, order, order.revision, row.line_id, place.id, quantity)  # type: ignore[arg-type]

        return act

    refuses(either_office, "chỉ còn 1 bản", again(2))
    refuses(either_office, "từ 1 trở lên", again(0))
    refuses(either_office, "không dùng nữa", again(1, closed=True))
    refuses(
        either_office, "Hãy chọn một khổ in",
        lambda s, p, o: hanging.plan(s, p, o, o.revision, 999, 999, 1), Missing,
    )  # fmt: skip
    hang(either_office)
    refuses(either_office, "đã treo rồi", again(1))
    with pytest.raises(Refused, match="đã có địa điểm"), either_office.writing() as session:
        person = either_office.person(session, "editor")
        places.add(session, person, either_office.unit_id, {"name": "  Ngã tư   chợ "})


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (orders.Terms("", FIRST, LAST), "Tên đơn in: chưa nhập"),
        (orders.Terms("x", None, LAST), "ngày bắt đầu treo"),
        (orders.Terms("x", FIRST, None), "ngày tháo"),
        (orders.Terms("x", LAST, FIRST), "từ ngày treo trở đi"),
        (orders.Terms("x", FIRST, FIRST + timedelta(days=400)), "tối đa một năm"),
        (orders.Terms("x", FIRST, LAST, LAST), "trước hoặc trong ngày treo"),
    ],
)
def test_terms_that_make_no_sense_are_refused(office: Office, terms: orders.Terms, said: str) -> None:
    with pytest.raises(Refused, match=said), office.writing() as session:
        unit = session.get_one(Unit, office.unit_id)
        orders.start(session, office.person(session, "editor"), unit, terms, office.installation.config.zone)


def test_an_order_moves_only_as_it_should(either_office: Office, post_id: int) -> None:
    ordered(either_office, post_id)
    refuses(either_office, "Đã đặt in", lambda s, p, o: orders.step(s, p, o, o.revision, "send"))
    refuses(either_office, "Không có bước này", lambda s, p, o: orders.step(s, p, o, o.revision, "fly"))
    refuses(
        either_office, "vừa được người khác", lambda s, p, o: orders.step(s, p, o, o.revision - 1, "receive"), Stale
    )
    refuses(either_office, "Đã đặt in", lambda s, p, o: orders.remove_line(s, p, o, o.revision, 1))
    refuses(either_office, "lý do hủy", lambda s, p, o: orders.finish(s, p, o, o.revision, "cancel", ""))
    hang(either_office)
    refuses(either_office, "Đã có 1 nơi treo", lambda s, p, o: orders.finish(s, p, o, o.revision, "cancel", "Thôi"))
    refuses(either_office, "Còn 2 nơi", lambda s, p, o: orders.finish(s, p, o, o.revision, "close", ""))
    with either_office.writing() as session:
        order = session.scalars(select(PrintOrder)).one()
        person = either_office.person(session, "editor")
        orders.step(session, person, order, order.revision, "receive")
        orders.finish(session, person, order, order.revision, "close", "Mưa bão, treo một nơi")
        assert (order.state, order.reason) == ("closed", "Mưa bão, treo một nơi")
    assert waiting(either_office, NOON + timedelta(days=60)) == []
    refuses(either_office, "Đã xong", lambda s, p, o: orders.step(s, p, o, o.revision, "receive"))


def test_nobody_orders_what_was_not_approved_or_belongs_to_another_unit(either_office: Office, post_id: int) -> None:
    with either_office.writing() as session:
        person, unit = either_office.person(session, "editor"), session.get_one(Unit, either_office.unit_id)
        zone = either_office.installation.config.zone
        order = orders.start(session, person, unit, orders.Terms("Đợt", FIRST, LAST), zone)
        work = work_of(session, either_office, post_id)
        delivery = session.get_one(Delivery, work.delivery_id)
        with pytest.raises(Missing, match="không có khổ in này"):
            orders.add_lines(session, person, order, 1, delivery, work, {"led-96x32": 1})
        with pytest.raises(Refused, match=r"từ 1 đến 100\.000"):
            orders.add_lines(session, person, order, 1, delivery, work, {"to-roi-a5": 100_001})
        with pytest.raises(Refused, match="chưa có khổ in"):
            orders.step(session, person, order, 1, "send")
        with pytest.raises(NotAllowed):
            orders.start(
                session, either_office.person(session, "reporter"), unit, orders.Terms("Đợt", FIRST, LAST), zone
            )
    draft = either_office.draft("Chưa duyệt", slogan="Chưa duyệt")
    with either_office.reading() as session:
        assert sheets.of_post(session, either_office.world.files, session.get_one(Post, draft)) == []


def test_a_hotline_is_rung_before_printing_and_again_after_ninety_days(either_office: Office) -> None:
    def warned(at: datetime) -> str:
        with clock.reading(at), either_office.reading() as session:
            unit = session.get_one(Unit, either_office.unit_id)
            return hotline.warning(unit, hotline.last_check(session, unit))

    assert "chưa được ai gọi kiểm tra" in warned(NOON)
    with clock.reading(NOON), either_office.writing() as session:
        person, unit = either_office.person(session, "editor"), session.get_one(Unit, either_office.unit_id)
        with pytest.raises(Refused, match="vừa đổi"):
            hotline.confirm(session, person, unit, "0900 999 999")
        hotline.confirm(session, person, unit, unit.hotline)
    assert warned(NOON + timedelta(days=90)) == ""
    assert "91 ngày trước" in warned(NOON + timedelta(days=91))
    with either_office.writing() as session:
        session.get_one(Unit, either_office.unit_id).hotline = "0900 111 111"
    assert "chưa được ai gọi" in warned(NOON), "another number needs a check of its own"
    for statement in (update(HotlineCheck).values(hotline="x"), delete(HotlineCheck)):
        with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
            session.execute(statement)


def test_the_tables_themselves_refuse_what_cannot_be(either_office: Office, post_id: int) -> None:
    ordered(either_office, post_id)
    wrong = (
        update(Hanging).values(hung_at=NOON), update(Hanging).values(taken_at=NOON), update(Hanging).values(quantity=0),
        update(PrintLine).values(quantity=0), update(PrintOrder).values(state="gone"),
        update(PrintOrder).values(down_at=PrintOrder.hang_at),
    )  # fmt: skip
    for statement in wrong:
        with pytest.raises(IntegrityError), either_office.writing() as session:
            session.execute(statement)


def test_a_withdrawn_post_takes_its_files_back(either_office: Office, post_id: int) -> None:
    from publisher.editorial import withdrawing

    with either_office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, either_office.person(session, "approver"), post, post.revision, "Sai số liệu")
    either_office.tick()
    folder = either_office.world.files.folder / "outlets" / "banner"
    assert not [path for path in folder.rglob("*") if path.is_file()]
    with either_office.reading() as session:
        assert sheets.of_post(session, either_office.world.files, session.get_one(Post, post_id)) == []
        assert sheets.ready(session, {either_office.unit_id}) == []
        assert due.due(session, {either_office.unit_id}, NOON, 10) == []
