"""Alerts: each new problem once by mail to those who can act, again after a day, and once more when it is settled."""

import shutil
import threading
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from publisher import accounts, clock, inbox, security
from publisher.audit import COMMAND
from publisher.config import Config
from publisher.delivery.drain import tick
from publisher.delivery.jobs import beat
from publisher.delivery.outlets import World
from publisher.installation import Installation
from publisher.model import Account, Alert, Mail, Person, Unit, UnitLink
from publisher.operations.alerts import tell
from publisher.operations.mail import send_waiting
from publisher.timetable import JOBS
from tests.factories import Office, in_minutes, make_person, make_unit
from tests.unit.postbox import Postbox, mail_server
from tests.web.ops import Ledger, put

APPROVER, ADMINISTRATOR = "approver@phuong.example", "administrator@phuong.example"


class Bureau:
    """An office whose installation has a mail server, and a ledger account whose answers a test chooses."""

    def __init__(self, office: Office, box: Postbox, url: str, path: Path, **settings: str) -> None:
        config = office.installation.config.model_copy(
            update={"smtp_url": url, "mail_from": "canh-bao@phuong.example", **settings}
        )
        world = World(office.world.db, office.world.files, office.world.vault, config)
        self.office = Office(Installation(config, world), office.unit_id, office.people, office.account_id)
        self.world, self.box = world, box
        self.ledger = Ledger(self.office, path, blind="yes")
        self.all_beat()

    def all_beat(self) -> None:
        for job in JOBS:
            beat(self.world, job.name, "")

    def watch(self, minutes: float = 0, beating: bool = True) -> list[str]:
        """One pass of the alerts, `minutes` from now; returns the texts of the letters that arrived by it."""
        seen = len(self.box.letters)
        with clock.reading(in_minutes(minutes)):
            if beating:
                self.all_beat()
            tell(self.world, JOBS)
            send_waiting(self.world)
        return self.box.texts()[seen:]


@pytest.fixture
def bureau(either_office: Office, tmp_path: Path) -> Iterator[Bureau]:
    with mail_server() as (box, url):
        yield Bureau(either_office, box, url, tmp_path / "ledger.jsonl")


def test_in_peace_nobody_gets_mail(bureau: Bureau) -> None:
    bureau.office.published()
    bureau.ledger.scheduled("Bài mai phát", minutes=600)
    assert bureau.watch() == [] and bureau.box.letters == []


def test_a_new_problem_is_told_once_to_those_who_can_act(bureau: Bureau) -> None:
    failed = bureau.ledger.after("reject", "Bài bị từ chối")
    first = bureau.watch()
    assert sorted(letter["To"] for letter in bureau.box.letters) == [ADMINISTRATOR, APPROVER]
    assert all("Không gửi được: Bài bị từ chối" in told and "Sổ từ chối nội dung này." in told for told in first)
    assert f"/desk/phat-hanh/{failed}" in first[0] and "Kênh: Sổ thử" in first[0]
    (letter,) = bureau.box.to(APPROVER)
    assert letter["Subject"] == "Không gửi được: Bài bị từ chối" and letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"] == "canh-bao@phuong.example" and letter["Message-ID"].endswith("@phuong.example>")
    assert bureau.watch(1) == [] and bureau.watch(60) == []


def test_what_lasts_is_told_again_after_a_day_and_once_more_when_it_is_settled(bureau: Bureau) -> None:
    failed = bureau.ledger.after("reject", "Bài bị từ chối")
    assert len(bureau.watch()) == 2
    assert bureau.watch(23 * 60) == []
    again = bureau.watch(24 * 60 + 1)
    assert len(again) == 2 and "VẪN CHƯA XONG SAU 24 GIỜ (1)" in again[0]
    assert bureau.watch(25 * 60) == []
    put(bureau.office, failed, state="cancelled")
    done = bureau.watch(26 * 60)
    assert len(done) == 2 and "ĐÃ XONG (1)" in done[0]
    assert bureau.box.letters[-1]["Subject"].startswith("Đã xong – Không gửi được: Bài bị từ chối")
    assert bureau.watch(60 * 60) == []


def test_several_problems_of_a_minute_come_in_one_letter(bureau: Bureau) -> None:
    for number in range(40):
        bureau.ledger.after("reject", f"Bài số {number}")
    told = bureau.watch()
    assert len(told) == 2 and "VIỆC MỚI CẦN XỬ LÝ (40)" in told[0] and "… và 10 việc khác." in told[0]
    assert bureau.box.letters[0]["Subject"] == "40 việc mới cần xử lý"


def test_in_a_storm_letters_come_every_ten_minutes_and_none_is_lost(bureau: Bureau) -> None:
    rounds = []
    for minute in range(30):
        bureau.ledger.after("reject", f"Bài phút {minute}")
        rounds.append(len(bureau.watch(minute)))
    assert sum(rounds) <= 2 * (6 + 3), "six at once, then one every ten minutes"
    bureau.watch(60)
    everything = "\n".join(letter.get_content() for letter in bureau.box.to(APPROVER))
    assert all(f"Bài phút {minute}\n" in everything for minute in range(30))


def test_what_changes_its_kind_is_told_anew_and_not_as_settled(bureau: Bureau) -> None:
    delivery = bureau.ledger.scheduled("Bài quá giờ")
    (told, _other) = bureau.watch(6)
    assert "Quá giờ chưa gửi: Bài quá giờ" in told
    put(bureau.office, delivery, state="failed", wake_at=None, reason="Kênh báo lỗi.")
    (told, _other) = bureau.watch(8)
    assert "Không gửi được: Bài quá giờ" in told and "ĐÃ XONG" not in told


def test_five_minutes_over_time_are_told(bureau: Bureau) -> None:
    bureau.ledger.scheduled("Bài quá giờ")
    assert bureau.watch(4.5) == []
    assert len(bureau.watch(5.5)) == 2


def test_an_unclear_delivery_is_told(bureau: Bureau) -> None:
    bureau.ledger.after("hang", "Bài chưa rõ")
    tick(bureau.world)
    assert all("Chưa rõ đã lên hay chưa: Bài chưa rõ" in told for told in bureau.watch())


def test_a_paused_account_is_told_to_administrators_once_for_all_it_keeps(bureau: Bureau) -> None:
    bureau.ledger.after("unauthorised", "Bài một")
    bureau.ledger.scheduled("Bài hai")
    tick(bureau.world)
    tick(bureau.world)
    (told,) = bureau.watch(10)
    assert bureau.box.letters[-1]["To"] == ADMINISTRATOR
    assert "Tài khoản kênh tạm dừng: Sổ thử" in told and "Khóa truy cập đã hết hạn" in told and "(1)" in told
    assert f"/admin/tai-khoan/{bureau.ledger.account_id}" in told
    with bureau.office.writing() as session:
        accounts.resume(session, COMMAND, session.get_one(Account, bureau.ledger.account_id))
    tick(bureau.world)
    (told,) = bureau.watch(12)
    assert "ĐÃ XONG (1)" in told


def test_access_that_ends_soon_is_told_to_administrators(bureau: Bureau) -> None:
    with bureau.office.writing() as session:
        session.get_one(Account, bureau.ledger.account_id).health = "Khóa truy cập sắp hết hạn."
    (told,) = bureau.watch()
    assert bureau.box.letters[-1]["To"] == ADMINISTRATOR and "Khóa truy cập sắp hết hạn." in told


def test_a_channel_on_which_nothing_lands_is_told_as_silent(bureau: Bureau) -> None:
    office, account_id = bureau.office, bureau.ledger.account_id
    bureau.ledger.scheduled("Bài lẽ ra đã lên")
    for minutes, silent in ((2 * 24 * 60, False), (3 * 24 * 60 + 10, True)):
        with clock.reading(in_minutes(minutes)), office.reading() as session:
            items = inbox.items(session, {office.unit_id}, {"write"}, clock.now(), clock.now())
            assert [item.target_id for item in items if item.kind == "quiet"] == ([account_id] if silent else [])
    told = bureau.watch(3 * 24 * 60 + 10)
    assert any("Kênh im lặng: Sổ thử" in one and "3 ngày nay không có gì lên" in one for one in told)
    with clock.reading(in_minutes(3 * 24 * 60 + 20)):
        bureau.ledger.after("accept", "Bài mới lên")
        with office.reading() as session:
            items = inbox.items(session, {office.unit_id}, {"write"}, clock.now(), clock.now())
    assert [item for item in items if item.kind == "quiet"] == []


def test_planned_content_that_nobody_approved_in_time_makes_a_channel_silent_too(bureau: Bureau) -> None:
    bureau.office.draft("Bài chưa duyệt", due_at=in_minutes(1))
    told = bureau.watch(4 * 24 * 60)
    assert any("Kênh im lặng: Cổng phường Mẫu" in one and "1 nội dung" in one for one in told)


def test_a_channel_without_planned_content_may_be_quiet(bureau: Bureau) -> None:
    bureau.office.published()
    assert bureau.watch(20 * 24 * 60) == []


def test_a_silent_job_is_told_to_administrators(bureau: Bureau) -> None:
    for minute in range(21):
        with clock.reading(in_minutes(minute)):
            beat(bureau.world, "deliver", "")
    (told,) = bureau.watch(20, beating=False)
    assert "Việc định kỳ không chạy: Dọn các lần gửi dở dang" in told and "/admin/he-thong" in told


def test_a_broken_trail_is_told(bureau: Bureau) -> None:
    with bureau.world.db.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        off = "DROP TRIGGER keep_audit_update" if sqlite else "ALTER TABLE audit DISABLE TRIGGER USER"
        connection.execute(text(off))
        connection.execute(text("UPDATE audit SET act = 'nothing' WHERE id = 3"))
    next(job for job in JOBS if job.name == "check_trail").run(bureau.world)
    (told,) = bureau.watch()
    assert "Nhật ký bị sửa" in told and "từ dòng 3" in told


def test_a_disk_that_fills_up_is_told(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    space = namedtuple("Space", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: space(10**12, 10**12 - 10**8, 10**8))
    (told,) = bureau.watch()
    assert "Ổ đĩa sắp đầy" in told and "95 MB" in told


def test_extra_addresses_get_everything(either_office: Office, tmp_path: Path) -> None:
    with mail_server() as (box, url):
        bureau = Bureau(either_office, box, url, tmp_path / "l.jsonl", alert_to="truc@so.example, it@so.example")
        bureau.ledger.after("reject")
        bureau.watch()
        assert {letter["To"] for letter in box.letters} == {ADMINISTRATOR, APPROVER, "truc@so.example", "it@so.example"}


def test_a_unit_without_people_of_its_own_is_looked_after_from_above(bureau: Bureau) -> None:
    office = bureau.office
    bureau.ledger.after("reject")
    with office.writing() as session:
        top = make_unit(session, "tinh", "Tỉnh Mẫu")
        middle = make_unit(session, "xa", "Xã Mẫu")
        make_person(session, "tinh@tinh.example", "Quản trị tỉnh", {"administrator": top})
        make_person(session, "nghi@tinh.example", "Đã nghỉ", {"administrator": middle}).active = False
        for child, parent in ((office.unit_id, middle.id), (middle.id, top.id)):
            session.add(UnitLink(parent_id=parent, child_id=child))
        for role in ("approver", "administrator"):
            person = session.get_one(Person, office.people[role])
            security.revoke(session, COMMAND, person, session.get_one(Unit, office.unit_id), role)
    assert len(bureau.watch()) == 1 and bureau.box.letters[-1]["To"] == "tinh@tinh.example"


def test_many_processes_at_once_tell_once(bureau: Bureau) -> None:
    for number in range(5):
        bureau.ledger.after("reject", f"Bài {number}")
    bureau.all_beat()
    start = threading.Barrier(6)

    def process() -> None:
        start.wait()
        for _pass in range(3):
            tell(bureau.world, JOBS)
            send_waiting(bureau.world)

    threads = [threading.Thread(target=process) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bureau.box.to(APPROVER)) == len(bureau.box.to(ADMINISTRATOR)) == 1
    with bureau.office.reading() as session:
        assert len(session.scalars(select(Alert)).all()) == 5


def test_a_mail_server_that_refuses_blocks_nothing_and_stands_in_the_inbox(bureau: Bureau) -> None:
    bureau.box.refuse = "451 dang ban"
    bureau.ledger.after("reject")
    assert bureau.watch() == []
    office = bureau.office
    office.published("Bài vẫn lên đúng giờ")
    with clock.reading(in_minutes(11)), office.reading() as session:
        bureau_items = inbox.items(session, {office.unit_id}, {"administer"}, clock.now(), clock.now())
        (item,) = [item for item in bureau_items if item.kind == "mail"]
        assert "2 thư cảnh báo chưa gửi được" in item.reason and "451 dang ban" in item.reason
        others = inbox.items(session, {office.unit_id}, {"write"}, clock.now(), clock.now())
        assert [item for item in others if item.kind == "mail"] == []
    bureau.box.refuse = ""
    assert len(bureau.watch(12)) == 2
    with clock.reading(in_minutes(30)), office.reading() as session:
        after = inbox.items(session, {office.unit_id}, {"administer"}, clock.now(), clock.now())
        assert [item for item in after if item.kind == "mail"] == []


def test_one_address_that_does_not_exist_keeps_nobody_else_from_the_news(bureau: Bureau) -> None:
    bureau.box.refuse_recipient = ADMINISTRATOR
    bureau.ledger.after("reject")
    assert len(bureau.watch()) == 1 and len(bureau.box.to(APPROVER)) == 1
    with bureau.office.reading() as session:
        problem = session.scalars(select(Mail.problem).where(Mail.sent_at.is_(None))).one()
    assert "550 khong co nguoi nay" in problem


def test_what_cannot_be_sent_for_a_day_is_given_up(bureau: Bureau) -> None:
    bureau.box.refuse = "550 khong"
    bureau.ledger.after("reject")
    for minutes in (0, 2, 10, 60, 600, 25 * 60):
        with clock.reading(in_minutes(minutes)):
            if not minutes:
                tell(bureau.world, JOBS)
            send_waiting(bureau.world)
    with bureau.office.reading() as session:
        assert {mail.next_at for mail in session.scalars(select(Mail))} == {None}


def test_without_a_mail_server_nothing_is_written(either_office: Office, tmp_path: Path) -> None:
    Ledger(either_office, tmp_path / "ledger.jsonl").after("reject")
    assert tell(either_office.world, JOBS) == 0
    with either_office.reading() as session:
        assert session.scalars(select(Alert)).all() == []


def test_the_job_in_the_timetable_does_all_of_it(bureau: Bureau) -> None:
    bureau.ledger.after("reject")
    job = next(job for job in JOBS if job.name == "alerts")
    bureau.all_beat()
    assert job.run(bureau.world) == "told=2 sent=2 failed=0"
    assert job.run(bureau.world) == "told=0 sent=0 failed=0"


def test_a_letter_that_a_dead_process_had_taken_goes_out_after_its_lease(bureau: Bureau) -> None:
    bureau.ledger.after("reject")
    bureau.all_beat()
    tell(bureau.world, JOBS)
    with bureau.office.writing() as session:
        session.execute(update(Mail).values(next_at=clock.now() + timedelta(minutes=2)))
    assert bureau.watch(1) == []
    assert len(bureau.watch(3)) == 2


def test_settings_without_a_sender_are_refused() -> None:
    for wrong in (
        {"smtp_url": "smtp://may:25"},
        {"smtp_url": "http://may", "mail_from": "a@b.example"},
        {"smtp_url": "smtp://u:mat-khau-bi-lo@:70000", "mail_from": "a@b.example"},
        {"mail_from": "khong phai dia chi"},
        {"alert_to": "a@b.example; c"},
    ):
        with pytest.raises(ValueError, match="PUBLISHER_") as caught:
            Config(**wrong)  # type: ignore[arg-type]
        assert all("mat-khau-bi-lo" not in str(fault["msg"]) for fault in caught.value.errors())  # type: ignore[attr-defined]
