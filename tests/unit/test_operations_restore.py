"""After a restore: nothing that has landed since is sent again, and nothing that stands is lost by mistake."""

from datetime import timedelta
from pathlib import Path

import pytest
from ledger_outlet import Ledger
from sqlalchemy import select

from publisher import clock
from publisher.delivery.drain import tick
from publisher.delivery.jobs import beat
from publisher.model import Account, Delivery, Person, Unit
from publisher.operations.backup import back_up
from publisher.operations.restore import restore
from publisher.refusal import Refused
from tests.factories import Office, in_minutes
from tests.unit.restored import TOKEN, delivered, ledger_account, reopened, rows_of, scheduled, states, stopped


def test_a_restore_sends_nothing_twice_that_landed_after_the_backup(either_office: Office, tmp_path: Path) -> None:
    office, ledger, archive = either_office, tmp_path / "ledger.jsonl", tmp_path / "backup.zip"
    outlet = ledger_account(office, ledger)
    before = scheduled(office, outlet, "Đã lên trước khi sao lưu")
    tick(office.world)
    landed = scheduled(office, outlet, "Lên sau khi sao lưu", minutes=10)
    missed = scheduled(office, outlet, "Chưa lên thì máy hỏng", minutes=40)
    moved = scheduled(office, outlet, "Dời sớm lên rồi lên", minutes=300)
    later = scheduled(office, outlet, "Còn lâu mới đến giờ", minutes=310)
    back_up(office.world, archive)

    office.tick(at=in_minutes(11))
    with office.writing() as session:
        delivery = session.get_one(Delivery, moved)
        delivery.wake_at = in_minutes(-1)
    tick(office.world)
    keys = {delivery.id: delivery.key for delivery in office.deliveries()}
    assert delivered(ledger) == sorted(keys[one] for one in (before, landed, moved))

    stopped(office)
    with clock.reading(in_minutes(60)):
        done = restore(office.installation.config, archive, replace=True)
    assert done.deliveries == {"asked": 2, "held": 0, "later": 2}
    with reopened(office) as office:
        assert states(office) == {
            before: "sent",
            landed: "unsure",
            missed: "unsure",
            moved: "planned",
            later: "planned",
        }
        office.tick(at=in_minutes(61))
        assert states(office) == {before: "sent", landed: "sent", missed: "sent", moved: "planned", later: "planned"}
        office.tick(at=in_minutes(320))
        assert set(states(office).values()) == {"sent"}
        assert delivered(ledger) == sorted(keys.values()), "each once: what had landed was found, the rest was sent"
        kinds = [(attempt.kind, attempt.outcome) for attempt in office.attempts(moved)]
        assert kinds == [("find", "found")], "asked before it was sent, although it came due later"
        assert [attempt.kind for attempt in office.attempts(later)] == ["find", "send"]


def test_where_the_outlet_cannot_be_asked_a_person_decides(either_office: Office, tmp_path: Path) -> None:
    office, ledger, archive = either_office, tmp_path / "ledger.jsonl", tmp_path / "backup.zip"
    delivery_id = scheduled(office, ledger_account(office, ledger, blind="yes"), "Bài không tra được", minutes=5)
    back_up(office.world, archive)
    office.tick(at=in_minutes(6))
    stopped(office)
    with clock.reading(in_minutes(30)):
        restore(office.installation.config, archive, replace=True)
    with reopened(office) as office:
        office.tick(at=in_minutes(31))
        office.tick(at=in_minutes(90))
        (delivery,) = office.deliveries()
        assert (delivery.id, delivery.state, delivery.wake_at) == (delivery_id, "unsure", None)
        assert len(delivered(ledger)) == 1


def test_what_is_restored_too_late_is_looked_for_and_then_held(office: Office, tmp_path: Path) -> None:
    ledger, archive = tmp_path / "ledger.jsonl", tmp_path / "backup.zip"
    scheduled(office, ledger_account(office, ledger), "Bài của hôm kia", minutes=5)
    back_up(office.world, archive)
    stopped(office)
    with clock.reading(in_minutes(48 * 60)):
        restore(office.installation.config, archive, replace=True)
        with reopened(office) as office:
            tick(office.world)
            (delivery,) = office.deliveries()
            assert (delivery.state, delivery.hold) == ("held", "late") and "Trễ quá" in delivery.reason
            assert delivered(ledger) == []


def test_what_somebody_sends_by_hand_after_a_restore_is_looked_for_too(office: Office, tmp_path: Path) -> None:
    ledger, archive = tmp_path / "ledger.jsonl", tmp_path / "backup.zip"
    failed = scheduled(office, ledger_account(office, ledger), "Bài từng bị từ chối")
    ledger.with_suffix(".script").write_text("reject", "utf-8")
    tick(office.world)
    back_up(office.world, archive)

    def send_now(office: Office) -> None:
        from publisher.editorial import moving

        with office.writing() as session:
            moving.send_now(session, office.person(session, "approver"), session.get_one(Delivery, failed))
        tick(office.world)

    send_now(office)
    stopped(office)
    restore(office.installation.config, archive, replace=True)
    with reopened(office) as office:
        send_now(office)
        assert states(office) == {failed: "sent"} and len(delivered(ledger)) == 1


def test_a_correction_that_came_due_waits_for_a_person_and_a_removal_does_not(office: Office, tmp_path: Path) -> None:
    ledger, archive = tmp_path / "ledger.jsonl", tmp_path / "backup.zip"
    first = scheduled(office, ledger_account(office, ledger), "Bài sẽ đính chính")
    tick(office.world)
    post_id = office.deliveries()[0].post_id
    office.save(post_id, body="Đã sửa.", correction="Sửa số liệu.")
    office.submit(post_id)
    office.approve(post_id)
    back_up(office.world, archive)
    tick(office.world)
    stopped(office)
    restore(office.installation.config, archive, replace=True)
    with reopened(office) as office:
        tick(office.world)
        correction = office.deliveries()[-1]
        assert (correction.action, correction.state, correction.hold) == ("amend", "held", "restored")
        assert "xem trên kênh" in correction.reason and states(office)[first] == "sent"
        assert [line["do"] for line in Ledger.lines(ledger)] == ["deliver", "amend"]


def test_the_key_that_stands_in_the_home_stays_where_the_backup_brings_none(office: Office, tmp_path: Path) -> None:
    outlet = ledger_account(office, tmp_path / "ledger.jsonl")
    back_up(office.world, tmp_path / "backup.zip")
    cookie_key = (office.installation.config.keys / "session.key").exists()
    restore(office.installation.config, tmp_path / "backup.zip", replace=True)
    with reopened(office) as office, office.reading() as session:
        assert office.world.vault.open(session.get_one(Account, outlet).secrets)["token"] == TOKEN
    assert not cookie_key or not (office.installation.config.keys / "session.key").exists()


def test_every_browser_session_ends_with_a_restore(office: Office, tmp_path: Path) -> None:
    back_up(office.world, tmp_path / "backup.zip")
    (office.installation.config.keys / "session.key").write_text("alt", "utf-8")
    restore(office.installation.config, tmp_path / "backup.zip", replace=True)
    assert not (office.installation.config.keys / "session.key").exists(), "made anew at the next start"
    with reopened(office) as office, office.reading() as session:
        assert all(person.session_number > 1000 for person in session.scalars(select(Person)))


def test_a_place_that_holds_data_is_not_overwritten_by_mistake(either_office: Office, tmp_path: Path) -> None:
    back_up(either_office.world, tmp_path / "backup.zip")
    before = rows_of(either_office.installation)
    with pytest.raises(Refused, match="--replace"):
        restore(either_office.installation.config, tmp_path / "backup.zip")
    assert rows_of(either_office.installation) == before


def test_while_a_clock_runs_nothing_is_replaced(either_office: Office, tmp_path: Path) -> None:
    back_up(either_office.world, tmp_path / "backup.zip")
    beat(either_office.world, "deliver", "")
    with pytest.raises(Refused, match="vẫn đang chạy"):
        restore(either_office.installation.config, tmp_path / "backup.zip", replace=True)


def test_what_is_replaced_is_put_aside(office: Office, tmp_path: Path) -> None:
    back_up(office.world, tmp_path / "backup.zip")
    office.published("Bài sẽ bị thay")
    done = restore(office.installation.config, tmp_path / "backup.zip", replace=True)
    assert done.before is not None and (done.before / "publisher.db").exists() and (done.before / "files").exists()
    with reopened(office) as office:
        assert office.deliveries() == []


def test_a_damaged_database_can_be_replaced(office: Office, tmp_path: Path) -> None:
    office.published()
    back_up(office.world, tmp_path / "backup.zip")
    office.installation.close()
    home = office.installation.config.home
    for name in ("publisher.db-wal", "publisher.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "publisher.db").write_bytes(b"hong" * 5000)
    restore(office.installation.config, tmp_path / "backup.zip", replace=True)
    with reopened(office) as office:
        assert len(office.deliveries()) == 1


def test_numbers_go_on_after_a_restore(either_office: Office, tmp_path: Path) -> None:
    back_up(either_office.world, tmp_path / "backup.zip")
    restore(either_office.installation.config, tmp_path / "backup.zip", replace=True)
    with reopened(either_office) as office:
        with office.writing() as session:
            session.add(Unit(code="moi", name="Mới", short_name="Mới", kind="khac", created_at=clock.now()))
        with office.reading() as session:
            assert session.scalar(select(Unit.id).where(Unit.code == "moi")) == office.unit_id + 1


def test_the_time_of_the_backup_counts_in_the_office_zone(office: Office, tmp_path: Path) -> None:
    scheduled(office, ledger_account(office, tmp_path / "ledger.jsonl"), "Bài", minutes=1)
    back_up(office.world, tmp_path / "backup.zip")
    with clock.reading(in_minutes(5)):
        restore(office.installation.config, tmp_path / "backup.zip", replace=True)
    local = (clock.now() + timedelta(hours=7)).strftime("%d/%m/%Y")
    with reopened(office) as office:
        assert local in office.deliveries()[0].reason
