"""Changing the key of the vault: everything it closed is encrypted anew, and a stop at any moment loses nothing."""

import time
from dataclasses import dataclass

from sqlalchemy import Column, Table, select, update
from sqlalchemy.orm import Session

from publisher import audit
from publisher.audit import COMMAND
from publisher.model import Base
from publisher.model.database import Database
from publisher.refusal import Refused
from publisher.secrets import Vault

GRACE = 2.0  # seconds within which a process that closed a secret with the old key has stored it
PASSES = 5


@dataclass(frozen=True)
class Rotation:
    """What a change of keys came to: values encrypted anew, values that no key opens, keys dropped."""

    renewed: int
    lost: int
    dropped: int


def rotate(db: Database, vault: Vault, grace: float = GRACE) -> Rotation:
    """Make a new key, encrypt everything anew with it, then drop the old ones.

    1. The new key is added: it closes, the old ones open. 2. One transaction encrypts every value anew. 3. After a
    moment the same again, until nothing is left under an old key: another process may just have stored something.
    4. The old keys are dropped. After a stop in between both keys stand in the file, everything opens, and the next
    run ends the work. Values that no key opens (lost before) stay as they are.
    """
    vault.add_key()
    renewed, lost = renew(db, vault)
    late = renewed
    for _pass in range(PASSES):
        time.sleep(grace)
        late, lost = renew(db, vault)
        renewed += late
        if not late:
            break
    dropped = 0 if late else vault.drop_old_keys()  # still something new under an old key: both stay
    with db.writing() as session:
        audit.record(session, COMMAND, "key.rotate", "key", 0, renewed=renewed, lost=lost, dropped=dropped)
    return Rotation(renewed, lost, dropped)


def renew(db: Database, vault: Vault) -> tuple[int, int]:
    """Encrypt with the newest key what an older one closed, in one transaction; return (renewed, lost)."""
    with db.writing() as session:
        counts = [_renew(session, vault, column) for column in sealed_columns()]
    return sum(renewed for renewed, _lost in counts), sum(lost for _renewed, lost in counts)


def sealed_columns() -> list[Column[str]]:
    """Return every column that the vault writes; a model marks it with `info=SEALED`."""
    return [column for table in Base.metadata.sorted_tables for column in table.columns if column.info.get("sealed")]


def _renew(session: Session, vault: Vault, column: Column[str]) -> tuple[int, int]:
    table = column.table
    assert isinstance(table, Table)
    [key] = table.primary_key.columns
    renewed = lost = 0
    # Locked: a token that is renewed just now must not be overwritten by the one that was read before.
    for number, closed in session.execute(select(key, column).where(column != "").with_for_update()).all():
        if vault.is_newest(closed):
            continue
        try:
            values = {column.name: vault.renewed(closed)}
        except Refused:
            lost += 1
            continue
        session.execute(update(table).where(key == number).values(values))
        renewed += 1
    return renewed, lost
