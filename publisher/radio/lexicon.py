"""A unit's own dictionary: how its abbreviations and names are read aloud, on top of the built-in table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.speech import Lexicon, LexiconError, told_by
from publisher import audit, clock
from publisher.model import Person, SpokenWord, Unit
from publisher.refusal import Missing, Refused
from publisher.security import demand, units_above
from publisher.text import line
from publisher.words import _

MOST = 2_000  # entries of a unit


def words(session: Session, unit_id: int) -> dict[str, str]:
    """Return the readings of a unit by what is written: its own entries over what its names and places tell."""
    told = session.execute(select(Unit.name, Unit.place).where(Unit.id.in_(units_above(session, unit_id)))).all()
    known = told_by((row.name for row in told), (row.place for row in told))
    return {**known, **_own(session, unit_id)}


def _own(session: Session, unit_id: int) -> dict[str, str]:
    rows = session.execute(select(SpokenWord.written, SpokenWord.spoken).where(SpokenWord.unit_id == unit_id))
    return {row.written: row.spoken for row in rows}


def entries(session: Session, unit_id: int) -> list[SpokenWord]:
    """Return the unit's entries in the order of what is written."""
    found = session.scalars(select(SpokenWord).where(SpokenWord.unit_id == unit_id).limit(MOST))
    return sorted(found, key=lambda entry: entry.written.lower())


def put(session: Session, person: Person, unit_id: int, written: str, spoken: str) -> SpokenWord:
    """Add an entry or replace its reading; `Refused` for one that could not be read out.

    It serves what is written or approved from now on: what was approved keeps its own reading.
    """
    demand(session, person, "write", unit_id)
    written = line(written, _("Chữ viết"), most=100, needed=True)
    spoken = line(spoken, _("Cách đọc"), most=200, needed=True)
    known = words(session, unit_id)
    try:
        Lexicon({**known, written: spoken})
    except LexiconError as error:
        raise Refused(str(error), "spoken") from error
    own = _own(session, unit_id)  # what its names tell takes no room
    if written not in own and len(own) >= MOST:
        raise Refused(_("Từ điển đã có {most} mục: hãy bỏ bớt mục không dùng.").format(most=MOST), "written")
    entry = session.scalar(
        select(SpokenWord).where(SpokenWord.unit_id == unit_id, SpokenWord.written == written)
    ) or SpokenWord(unit_id=unit_id, written=written)
    entry.spoken, entry.changed_by, entry.changed_at = spoken, person.id, clock.now()
    session.add(entry)
    session.flush()
    audit.record(
        session, audit.acting(person), "word.put", "spoken_word", entry.id,
        unit_id=unit_id, written=written, spoken=spoken,
    )  # fmt: skip
    return entry


def remove(session: Session, person: Person, entry_id: int) -> None:
    """Take an entry out of the dictionary."""
    entry = session.get(SpokenWord, entry_id)
    if entry is None:
        raise Missing(_("Mục này không còn trong từ điển."))
    demand(session, person, "write", entry.unit_id)
    audit.record(
        session, audit.acting(person), "word.remove", "spoken_word", entry.id,
        unit_id=entry.unit_id, written=entry.written, spoken=entry.spoken,
    )  # fmt: skip
    session.delete(entry)
