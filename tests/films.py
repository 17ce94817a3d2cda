"""Tiny films for tests, put together box by box: whole ones, and ones that lie about themselves."""

import struct
from io import BytesIO
from typing import Any

from channels.base import Video
from publisher.files import FileStore
from publisher.media.films import keep_film, store_film
from tests.factories import Office

PLACE = b"+21.0285+105.8542/"  # Hà Nội, as a telephone writes it


def box(kind: bytes, *parts: bytes, size: int | None = None) -> bytes:
    """A box of the parts; `size` is what its header claims, where that is not the truth."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind) + body


def large(kind: bytes, body: bytes) -> bytes:
    """The same with its size in 64 bits."""
    return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body


def ftyp(brand: bytes = b"isom", *more: bytes) -> bytes:
    return box(b"ftyp", brand, bytes(4), brand, *more)


def mvhd(seconds: float = 65.4, scale: int = 600) -> bytes:
    return box(b"mvhd", bytes(12), struct.pack(">II", scale, int(seconds * scale)), bytes(80))


def tkhd(width: int = 640, height: int = 360, *, upright: bool = False) -> bytes:
    one = 0x10000
    matrix = (0, one, 0, -one, 0, 0, 0, 0, 0x40000000) if upright else (one, 0, 0, 0, one, 0, 0, 0, 0x40000000)
    return box(b"tkhd", bytes(40), struct.pack(">9i", *matrix), struct.pack(">II", width << 16, height << 16))


def trak(codec: bytes = b"avc1", handler: bytes = b"vide", *more: bytes, head: bytes = b"") -> bytes:
    stsd = box(b"stsd", bytes(4), struct.pack(">I", 1), box(codec, bytes(70)))
    hdlr = box(b"hdlr", bytes(8), handler, bytes(13))
    return box(b"trak", head or tkhd(), box(b"mdia", hdlr, box(b"minf", box(b"stbl", stsd))), *more)


def moov(*more: bytes, track: bytes = b"", head: bytes = b"") -> bytes:
    return box(b"moov", head or mvhd(), track or trak(), *more)


def mdat(weight: int = 400) -> bytes:
    return box(b"mdat", (b"phim" * (weight // 4 + 1))[:weight])


def film_bytes(*more: bytes, weight: int = 400) -> bytes:
    """A whole film of 1:06 at 640 × 360; `more` are further boxes at its end."""
    return ftyp() + moov() + mdat(weight) + b"".join(more)


def placed() -> bytes:
    """A film that tells in four places where it was taken."""
    notes = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7), PLACE), box(b"loci", bytes(6), PLACE))
    keys = box(b"meta", box(b"keys", PLACE), box(b"ilst", PLACE))
    track = trak(b"avc1", b"vide", box(b"udta", PLACE))
    return ftyp() + moov(notes, keys, track=track) + large(b"uuid", PLACE) + mdat()


def stored(office: Office, data: bytes | None = None, alt: str = "Quầy Một cửa trong một phút") -> dict[str, Any]:
    """A film in the office's store, as a post carries it."""
    film = store_film(office.world.files, "phim.mp4", BytesIO(data or film_bytes()))
    with office.writing() as session:
        row = keep_film(session, None, film)
        return {
            "sha256": row.sha256, "media_type": row.media_type, "size": row.size, "width": row.width,
            "height": row.height, "seconds": row.seconds, "alt": alt,
        }  # fmt: skip


def video(files: FileStore, data: bytes | None = None) -> Video:
    """A film in a store, as a channel sees it."""
    found = store_film(files, "phim.mp4", BytesIO(data or film_bytes()))
    return Video(found.sha256, "video/mp4", found.size, found.width, found.height, found.seconds, "Quầy Một cửa")
