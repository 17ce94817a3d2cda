"""Changing the key of secrets at rest: crash-safe at every point, unnoticed by whoever runs, nothing left behind."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from publisher import clock
from publisher.audit import COMMAND
from publisher.connections import facebook, keys
from publisher.installation import Installation
from publisher.model import Account, Base, Consent, OutletApp, Unit
from publisher.refusal import Refused
from publisher.secrets import Vault
from tests.factories import Office

TOKEN = "khoa-cua-trang-9c41"


def stored(office: Office) -> list[str]:
    """Put a secret into every column that the vault writes; returns the encrypted texts."""
    vault = office.world.vault
    office.add_account("ledger", "Sổ", values={"path": "x", "token": TOKEN})
    with office.writing() as session:
        person = office.person(session, "administrator")
        facebook.set_app(session, vault, COMMAND, session.get_one(Unit, office.unit_id), "123", TOKEN)
        facebook.begin(session, person, office.unit_id, None, "https://x.example/", "b")
        session.flush()
        session.scalars(select(Consent)).one().sealed = vault.close({"pages": "[]", "token-1": TOKEN})
    return closed(office)


def closed(office: Office) -> list[str]:
    with office.reading() as session:
        found = [*session.scalars(select(Account.secrets)), *session.scalars(select(OutletApp.secrets))]
        return [text for text in [*found, *session.scalars(select(Consent.sealed))] if text]


def lines(office: Office) -> list[str]:
    return (office.installation.config.keys / "secrets.key").read_text("utf-8").split()


def opens(office: Office, vault: Vault) -> bool:
    return all(TOKEN in vault.open(text).values() for text in closed(office))


def test_everything_is_encrypted_anew_and_the_old_key_opens_nothing(either_office: Office, tmp_path: Path) -> None:
    before = stored(either_office)
    old = Path(tmp_path / "old")
    old.mkdir()
    (old / "secrets.key").write_text("\n".join(lines(either_office)), "utf-8")
    done = keys.rotate(either_office.world.db, either_office.world.vault, grace=0)
    assert (done.renewed, done.lost, done.dropped) == (3, 0, 1) == (len(before), 0, 1)
    assert len(lines(either_office)) == 1 and not set(before) & set(closed(either_office))
    assert opens(either_office, Vault(either_office.installation.config.keys))
    for text in closed(either_office):
        with pytest.raises(Refused, match="Không mở được"):
            Vault(old).open(text)


def test_every_column_that_holds_a_secret_is_known_to_the_change_of_keys() -> None:
    known = {(column.table.name, column.name) for column in keys.sealed_columns()}
    named = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(word in column.name for word in ("secret", "sealed", "refresh_token", "access_token", "verifier"))
    }
    assert named <= known and {("account", "secrets"), ("outlet_app", "secrets"), ("consent", "sealed")} <= known


STEPS: dict[str, Callable[[Installation], None]] = {
    "after the new key was written": lambda one: one.world.vault.add_key(),
    "twice there": lambda one: (one.world.vault.add_key(), one.world.vault.add_key())[0],
    "after everything was encrypted anew": lambda one: (
        one.world.vault.add_key(),
        keys.renew(one.world.db, one.world.vault),
    )[0],
    "after the old key was dropped": lambda one: keys.rotate(one.world.db, one.world.vault, 0) and None,
}


@pytest.mark.parametrize("where", STEPS)
def test_a_stop_at_any_point_loses_nothing_and_the_next_run_ends_the_work(office: Office, where: str) -> None:
    stored(office)
    STEPS[where](office.installation)
    reborn = Vault(office.installation.config.keys)
    assert opens(office, reborn)
    keys.rotate(office.world.db, reborn, grace=0)
    assert len(lines(office)) == 1 and opens(office, Vault(office.installation.config.keys))


def test_a_stop_in_the_middle_of_the_transaction_leaves_all_of_it_as_it_was(office: Office) -> None:
    stored(office)
    office.world.vault.add_key()
    before = closed(office)
    with pytest.raises(RuntimeError), office.writing() as session:
        for column in keys.sealed_columns():
            keys._renew(session, office.world.vault, column)
        raise RuntimeError("the process ends here")
    assert closed(office) == before and opens(office, Vault(office.installation.config.keys))


def test_a_running_process_opens_and_closes_with_the_keys_of_the_moment(office: Office) -> None:
    stored(office)
    running = Vault(office.installation.config.keys)
    early = running.close({"token": TOKEN})
    keys.rotate(office.world.db, office.world.vault, grace=0)
    assert opens(office, running), "it was open all the while"
    assert office.world.vault.open(running.close({"token": TOKEN})) == {"token": TOKEN}
    with pytest.raises(Refused):
        running.open(early)  # never stored: nobody encrypted it anew


def test_what_another_process_stores_with_the_old_key_meanwhile_is_found_before_that_is_dropped(office: Office) -> None:
    stored(office)
    slow = office.world.vault.close({"token": "cham-mot-nhip"})  # closed before, stored while the keys change

    def store() -> None:
        with office.writing() as session:
            session.add(
                OutletApp(channel="x", unit_id=office.unit_id, app_id="1", secrets=slow, changed_at=clock.now())
            )

    late = threading.Timer(0.2, store)
    late.start()
    done = keys.rotate(office.world.db, Vault(office.installation.config.keys), grace=0.5)
    late.join()
    assert (done.renewed, done.dropped) == (4, 1)
    with office.reading() as session:
        row = session.scalars(select(OutletApp).where(OutletApp.channel == "x")).one()
    assert office.world.vault.open(row.secrets) == {"token": "cham-mot-nhip"}


def test_what_no_key_opens_is_counted_and_stays(office: Office) -> None:
    stored(office)
    with office.writing() as session:
        session.scalars(select(OutletApp)).one().secrets = "gAAAA-khong-mo-duoc"
    done = keys.rotate(office.world.db, office.world.vault, grace=0)
    assert (done.renewed, done.lost, done.dropped) == (2, 1, 1)
    assert "gAAAA-khong-mo-duoc" in closed(office)


def test_the_file_of_keys_stays_readable_by_its_owner_alone(office: Office) -> None:
    keys.rotate(office.world.db, office.world.vault, grace=0)
    path = office.installation.config.keys / "secrets.key"
    assert path.stat().st_mode & 0o077 == 0 and sorted(one.name for one in path.parent.glob("secrets*")) == [path.name]
