"""What a station pulls: the files of one programme, alone or all in one .zip."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from channels.radio.book import Book, reading_text
from channels.radio.rundown import as_calendar, as_csv, as_json
from channels.radio.sheet import as_pdf
from channels.radio.word import as_docx


@dataclass(frozen=True)
class Packet:
    """A programme to hand over: its book, its number and edition (None before a station pulled it), a notice to
    print on top, a name that stays the same for every edition, and when this edition was made."""

    book: Book
    number: int | None
    edition: int | None
    uid: str
    made_at: datetime
    notice: str = ""


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES: dict[str, tuple[str, Callable[[Packet], bytes]]] = {
    "kich-ban.docx": (_DOCX, lambda p: as_docx(p.book, p.number, p.edition, p.notice)),
    "kich-ban.pdf": ("application/pdf", lambda p: as_pdf(p.book, p.number, p.edition, p.notice)),
    "van-ban-doc.txt": ("text/plain; charset=utf-8", lambda p: reading_text(p.book).encode()),
    "lich-phat.csv": ("text/csv; charset=utf-8", lambda p: as_csv(p.book)),
    "lich-phat.json": ("application/json", lambda p: as_json(p.book, p.number, p.edition)),
    "lich-phat.ics": ("text/calendar; charset=utf-8", lambda p: as_calendar(p.book, p.uid, p.edition, p.made_at)),
}


def zipped(packet: Packet) -> bytes:
    """Return all files of a programme in one .zip, their times those of the edition."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (_kind, make) in FILES.items():
            info = zipfile.ZipInfo(name, packet.made_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, make(packet))
    return out.getvalue()
