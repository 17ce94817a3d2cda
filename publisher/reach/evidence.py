"""The evidence locker: files and links that prove figures, each kept once a unit and linked to all that it proves."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from publisher import audit, clock
from publisher.audit import Actor
from publisher.files import FileStore
from publisher.model import Evidence, EvidenceLink
from publisher.refusal import Missing, Refused
from publisher.text import line
from publisher.words import _, mark

ORIGINS = {
    "upload": mark("Tệp tải lên"),
    "link": mark("Đường dẫn"),
    "snapshot": mark("Bản chụp trang"),
    "permalink": mark("Đường dẫn kênh trả về"),
    "log": mark("Nhật ký phát sóng"),
}
MOST_ADDRESS = 2000
_FILE, _LINK = text("evidence.sha256 <> ''"), text("evidence.url <> ''")


@dataclass(frozen=True)
class File:
    """A file to keep: its name, its bytes as they will be stored, their type by content, a small JPEG of a picture."""

    name: str
    data: bytes
    media_type: str
    thumb: bytes = b""


@dataclass(frozen=True)
class Link:
    """An address to keep, and what it is called."""

    url: str
    name: str = ""


@dataclass(frozen=True)
class Proof:
    """A piece of evidence as pages and reports show it."""

    id: int
    unit_id: int
    name: str
    media_type: str
    sha256: str
    url: str
    size: int | None
    thumb: str
    origin: str
    note: str
    created_at: datetime

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.media_type.startswith("image/")


def attach(
    session: Session,
    files: FileStore,
    actor: Actor,
    unit_id: int,
    proof: File | Link,
    links: Sequence[tuple[str, int]],
    *,
    origin: str = "",
    note: str = "",
) -> Evidence:
    """Keep a proof for a unit and link it to (subject, id) pairs; the same bytes or address are kept once.

    Subjects: delivery, activity, reading, target_value, report_line. One that had been struck stands again.
    """
    row = _kept(session, files, actor, unit_id, proof, origin, line(note, _("Ghi chú"), most=500))
    link(session, row, links)
    return row


def link(session: Session, row: Evidence, links: Sequence[tuple[str, int]]) -> None:
    """Say of what else a piece of evidence is a proof; saying it twice changes nothing."""
    query = select(EvidenceLink.subject, EvidenceLink.subject_id).where(EvidenceLink.evidence_id == row.id)
    known = {(found.subject, found.subject_id) for found in session.execute(query)}
    for subject, subject_id in links:
        if (subject, subject_id) not in known:
            known.add((subject, subject_id))
            session.add(EvidenceLink(evidence_id=row.id, subject=subject, subject_id=subject_id))
    session.flush()


def _kept(
    session: Session, files: FileStore, actor: Actor, unit_id: int, proof: File | Link, origin: str, note: str
) -> Evidence:
    row = _file(files, proof) if isinstance(proof, File) else _address(proof)
    # SQLite uses a partial index only where the query repeats its condition word for word.
    same = (Evidence.sha256 == row.sha256) & _FILE if row.sha256 else (Evidence.url == row.url) & _LINK
    found = _standing(session, unit_id, same)
    if found is None:
        row.unit_id, row.note, row.created_by, row.created_at = unit_id, note, actor.person_id, clock.now()
        row.origin = origin or row.origin
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # somebody kept the same proof in the same moment
            found = _standing(session, unit_id, same)
        else:
            _tell(session, actor, "evidence.add", row)
            return row
    if found is None:
        raise Refused(_("Không lưu được minh chứng này. Hãy thử lại."))
    if found.struck_at is not None:
        found.struck_at, found.struck_by, found.struck_reason = None, None, ""
        _tell(session, actor, "evidence.restore", found)
    return found


def _standing(session: Session, unit_id: int, same: ColumnElement[bool]) -> Evidence | None:
    return session.scalar(select(Evidence).where(Evidence.unit_id == unit_id, same))


def _file(files: FileStore, proof: File) -> Evidence:
    thumb = files.put(proof.thumb) if proof.thumb else ""
    return Evidence(
        sha256=files.put(proof.data), url="", name=line(proof.name, _("Tên tệp"), most=200) or _("tệp không tên"),
        media_type=proof.media_type, size=len(proof.data), thumb=thumb, origin="upload", struck_reason="",
    )  # fmt: skip


def _address(proof: Link) -> Evidence:
    url = line(proof.url, _("Đường dẫn"), most=MOST_ADDRESS, needed=True)
    parts = urlsplit(url)
    own_page = re.fullmatch(r"/[^/\\].*", url) is not None
    if not own_page and (parts.scheme not in {"http", "https"} or not parts.hostname or " " in url):
        raise Refused(_("Đường dẫn phải là địa chỉ đầy đủ, bắt đầu bằng https:// hoặc http://."), "url")
    name = line(proof.name, _("Tên"), most=200) or (parts.hostname or url)
    return Evidence(sha256="", url=url, name=name, media_type="", thumb="", origin="link", struck_reason="")


def _tell(session: Session, actor: Actor, act: str, row: Evidence, **detail: str) -> None:
    if actor != audit.CLOCK:
        audit.record(session, actor, act, "evidence", row.id, unit_id=row.unit_id, name=row.name, **detail)


@dataclass(frozen=True)
class Automatic:
    """A proof that the machine keeps of a delivery; the bytes of a file lie in the store already."""

    delivery_id: int
    unit_id: int
    origin: str
    name: str
    url: str = ""
    sha256: str = ""
    media_type: str = ""
    size: int | None = None
    note: str = ""


def keep_automatic(session: Session, proofs: Sequence[Automatic]) -> None:
    """Keep what proves deliveries by itself, many at once: 4 statements; what is there already stays as it is."""
    if not proofs:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    names = ("unit_id", "origin", "name", "url", "sha256", "media_type", "size", "note")
    now = clock.now()
    rows = [
        {**{name: getattr(one, name) for name in names}, "thumb": "", "struck_reason": "", "created_at": now}
        for one in proofs
    ]
    session.execute(insert(Evidence).on_conflict_do_nothing(), rows)
    ids: dict[tuple[int, str], int] = {}
    for column in (Evidence.sha256, Evidence.url):
        wanted = {getattr(one, column.key) for one in proofs} - {""}
        units = {one.unit_id for one in proofs}
        kept = _FILE if column is Evidence.sha256 else _LINK
        query = select(Evidence.unit_id, column, Evidence.id)
        query = query.where(column.in_(wanted), Evidence.unit_id.in_(units), kept)
        ids |= {(row[0], row[1]): row[2] for row in session.execute(query)}
    links = [
        {"evidence_id": ids[one.unit_id, one.sha256 or one.url], "subject": "delivery", "subject_id": one.delivery_id}
        for one in proofs
    ]
    session.execute(insert(EvidenceLink).on_conflict_do_nothing(), links)


def strike(session: Session, actor: Actor, row: Evidence, reason: str) -> None:
    """Take a proof out of use with a reason; its bytes and its row stay for the trail."""
    if row.struck_at is not None:
        raise Refused(_("Minh chứng này đã bỏ."))
    row.struck_reason = line(reason, _("Lý do"), most=300, needed=True)
    row.struck_at, row.struck_by = clock.now(), actor.person_id
    _tell(session, actor, "evidence.strike", row, reason=row.struck_reason)


def get(session: Session, evidence_id: int) -> Evidence:
    """Return a piece of evidence, or raise `Missing`."""
    row = session.get(Evidence, evidence_id)
    if row is None:
        raise Missing(_("Không có minh chứng số {number}.").format(number=evidence_id))
    return row


def proof(row: Evidence) -> Proof:
    """Return a row as plain data."""
    return Proof(
        row.id, row.unit_id, row.name, row.media_type, row.sha256, row.url, row.size, row.thumb, row.origin, row.note,
        row.created_at,
    )  # fmt: skip


def of(session: Session, subject: str, ids: Collection[int]) -> dict[int, list[Proof]]:
    """Return the standing proofs of each subject, oldest first: 1 query for up to a page of subjects."""
    found: dict[int, list[Proof]] = {}
    query = (
        select(EvidenceLink.subject_id, Evidence)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(EvidenceLink.subject == subject, EvidenceLink.subject_id.in_(ids), Evidence.struck_at.is_(None))
        .order_by(EvidenceLink.id)
    )
    for subject_id, row in session.execute(query):
        found.setdefault(subject_id, []).append(proof(row))
    return found


def count(session: Session, subject: str, ids: Collection[int]) -> dict[int, int]:
    """Return how many standing proofs each subject has; those without are left out: 1 query."""
    query = (
        select(EvidenceLink.subject_id, func.count())
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(EvidenceLink.subject == subject, EvidenceLink.subject_id.in_(ids), Evidence.struck_at.is_(None))
        .group_by(EvidenceLink.subject_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
