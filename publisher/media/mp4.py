"""The boxes of an MP4 file (ISO/IEC 14496-12): what a film is, and where it says in which place it was taken.

Reads only the headers of boxes and a few fixed fields, from the stream, within bounds: a size that lies, boxes in
boxes and files of a million boxes end in `Broken` after a few reads.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

MOST_BOXES = 20_000  # of one film; telephones write a few dozen, fragmented files some hundred
DEEPEST = 8
LONGEST_SIDE = 16_384  # pixels
LONGEST = 6 * 3600  # seconds
PIECE = 1024 * 1024

BRANDS = {b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash", b"cmfc"} | {
    b"iso%d" % number for number in range(2, 10)
}
INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}  # boxes that hold boxes
# Places, owners and notes stand in these wherever they are: ©xyz and loci in `udta`, Apple's keys in `meta`, XMP and
# makers' own records in `uuid`, and what an editing program crossed out in `free` and `skip`. No player needs them.
NOTES = {b"udta", b"meta", b"uuid", b"free", b"skip"}
H264 = {b"avc1", b"avc3"}

Fault = Literal["not_mp4", "quicktime", "cut", "boxes", "no_moov", "no_picture", "no_length", "codec", "track", "large"]


class Broken(ValueError):
    """The file is no film that can be taken; `fault` names why, `detail` the codec where that is the reason."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.fault, self.detail = fault, detail


@dataclass(frozen=True)
class Box:
    """A box: its type, where it begins, where its content begins and where it ends, in bytes of the file."""

    kind: bytes
    start: int
    body: int
    end: int
    path: tuple[bytes, ...]  # the boxes around it


@dataclass(frozen=True)
class Facts:
    """What a film is: pixels as it is held, and whole seconds, a begun one counted."""

    width: int
    height: int
    seconds: int


def examine(stream: BinaryIO) -> tuple[Facts, list[Box]]:
    """Return what a film is and the boxes of it that hold notes; `Broken` for what is no whole H.264 film."""
    size = stream.seek(0, 2)
    _check_kind(stream, size)
    found = list(_walk(stream, 0, size, (), [MOST_BOXES]))
    tops = {box.kind for box in found if not box.path}
    if b"moov" not in tops:
        raise Broken("no_moov")
    if not tops & {b"mdat", b"moof"}:
        raise Broken("cut")
    _check_tracks(stream, found)
    return Facts(*_frame(stream, found), _seconds(stream, found)), [box for box in found if box.kind in NOTES]


def blank(stream: BinaryIO, boxes: list[Box]) -> None:
    """Make boxes empty in their place: the type becomes `free`, the content zeros, no other byte moves."""
    for box in boxes:
        stream.seek(box.start + 4)
        stream.write(b"free")
        stream.seek(box.body)
        left = box.end - box.body
        while left > 0:
            left -= stream.write(bytes(min(left, PIECE)))
    stream.seek(0)


def _check_kind(stream: BinaryIO, size: int) -> None:
    head = _at(stream, 0, min(size, 12)) if size >= 12 else b""
    if head[4:8] != b"ftyp":
        # QuickTime's older files have no `ftyp` and begin with one of these.
        raise Broken("quicktime" if head[4:8] in {b"moov", b"mdat", b"wide", b"pnot"} else "not_mp4")
    length = struct.unpack(">I", head[:4])[0]
    if not 16 <= length <= 4096 or length > size:
        raise Broken("boxes")
    told = _at(stream, 8, length - 8)
    if told[:4] == b"qt  ":
        raise Broken("quicktime")
    if not BRANDS & {told[:4], *(told[at : at + 4] for at in range(8, len(told), 4))}:
        raise Broken("not_mp4")


def _walk(stream: BinaryIO, at: int, end: int, path: tuple[bytes, ...], left: list[int]) -> Iterator[Box]:
    if len(path) > DEEPEST:
        raise Broken("boxes")
    while at < end:
        left[0] -= 1
        if left[0] < 0:
            raise Broken("boxes")
        if end - at < 8:
            if path and not any(_at(stream, at, end - at)):
                return  # some writers end a box of boxes with zeros
            raise Broken("cut" if not path else "boxes")
        box = _box(stream, at, end, path)
        yield box
        if box.kind in INSIDE:
            yield from _walk(stream, box.body, box.end, (*path, box.kind), left)
        at = box.end


def _box(stream: BinaryIO, at: int, end: int, path: tuple[bytes, ...]) -> Box:
    length, kind = struct.unpack(">I4s", _at(stream, at, 8))
    body = at + 8
    if length == 1:
        if end - at < 16:
            raise Broken("boxes")
        length, body = struct.unpack(">Q", _at(stream, body, 8))[0], at + 16
    elif length == 0 and not path:
        length = end - at  # to the end of the file
    if length < body - at:
        raise Broken("boxes")
    if at + length > end:
        raise Broken("boxes" if path else "cut")
    return Box(kind, at, body, at + length, path)


def _check_tracks(stream: BinaryIO, found: list[Box]) -> None:
    """Refuse other codecs than H.264, and tracks of measurements: a drone's or camera's hold its way by GPS."""
    for box in found:
        if box.kind == b"hdlr" and box.path[-1:] == (b"mdia",) and _part(stream, box, 8, 4) in {b"meta", b"camm"}:
            raise Broken("track")
        if box.kind == b"stsd" and box.end - box.body >= 16:
            codec = _part(stream, box, 12, 4)
            if codec in {b"gpmd", b"camm", b"mett", b"mebx"}:
                raise Broken("track")
            if codec not in H264 and codec in _PICTURES:
                raise Broken("codec", _PICTURES[codec])


_PICTURES = {
    b"hvc1": "HEVC (H.265)", b"hev1": "HEVC (H.265)", b"dvh1": "HEVC (H.265)", b"dvhe": "HEVC (H.265)",
    b"av01": "AV1", b"vp08": "VP8", b"vp09": "VP9", b"mp4v": "MPEG-4 Part 2", b"s263": "H.263", b"jpeg": "MJPEG",
    b"mjp2": "MJPEG 2000", b"encv": "DRM", b"ap4h": "ProRes", b"apcn": "ProRes", b"apch": "ProRes",
}  # fmt: skip


def _frame(stream: BinaryIO, found: list[Box]) -> tuple[int, int]:
    for box in found:
        if box.kind != b"tkhd":
            continue
        longer = _part(stream, box, 0, 1) == b"\x01"
        place = 52 if longer else 40  # of the matrix; width and height follow it, 16.16
        a, b, _u, c, d, _v, _x, _y, _w, width, height = struct.unpack(">11i", _part(stream, box, place, 44))
        if width <= 0 or height <= 0:
            continue  # sound
        width, height = width >> 16, height >> 16
        if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
            raise Broken("no_picture")
        return (height, width) if a == d == 0 and b and c else (width, height)  # held upright
    raise Broken("no_picture")


def _seconds(stream: BinaryIO, found: list[Box]) -> int:
    for box in found:
        if box.kind == b"mvhd" and box.path == (b"moov",):
            if _part(stream, box, 0, 1) == b"\x01":
                scale, length = struct.unpack(">IQ", _part(stream, box, 20, 12))
            else:
                scale, length = struct.unpack(">II", _part(stream, box, 12, 8))
            if not scale or not length or length > LONGEST * scale:
                break
            return int(-(-length // scale))
    raise Broken("no_length")


def _part(stream: BinaryIO, box: Box, at: int, length: int) -> bytes:
    if box.body + at + length > box.end:
        raise Broken("boxes")
    return _at(stream, box.body + at, length)


def _at(stream: BinaryIO, at: int, length: int) -> bytes:
    stream.seek(at)
    data = stream.read(length)
    if len(data) < length:
        raise Broken("cut")
    return data
