"""What LED screens show: pictures at their exact pixels, at most two lines each, and the playlist for their player."""

import csv
import io
import zipfile
from dataclasses import dataclass
from itertools import pairwise

from channels.banner import press
from channels.banner.drawing import Box, Drawing
from channels.banner.faces import Face
from channels.banner.layout import Copy, compose
from channels.banner.lines import Block, breaks, layout_lines
from channels.banner.sheets import KINDS, Screen, Sheet
from channels.banner.wording import Atom, atoms, syllables
from channels.base import Rejected

LEAST_INK = 16.0  # pixels from the top mark to the lower dot: fewer and the marks of Ệ run together (vietnam.md §7.1)
_AS_POSTER = 360  # pixels of the shorter side from which a screen is laid out like a poster
_MOST_FRAMES = 12
_LARGE = 0.2
_SAFE = 0.02  # of the sides left free
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's beginning: no time of making, the same bytes each time


@dataclass(frozen=True)
class Frame:
    """One picture of a playlist: what it says, for how many seconds it stands."""

    words: str
    seconds: int
    png: bytes


def frames(screen: Screen, copy: Copy, title: str) -> list[Frame]:
    """Return the pictures that say the slogan on a screen; `Rejected` where it is too small for it."""
    if min(screen.width, screen.height) >= _AS_POSTER:
        # One millimetre a pixel on paper that is never printed.
        board = Sheet(screen.code, KINDS["pano"], float(screen.width), float(screen.height))
        return [_frame(screen, compose(board, copy, edge=min(screen.width, screen.height) * 0.06), copy.slogan, title)]
    face, blocks = _blocks(screen, atoms(copy.slogan), copy.faces)
    return [_frame(screen, _drawn(screen, copy, face, block), " ".join(block.lines), title) for block in blocks]


def _blocks(screen: Screen, pieces: list[Atom], faces: tuple[Face, ...]) -> tuple[Face, list[Block]]:
    """Return the slogan spread over as few pictures of one or two lines as leaves the letters large.

    Large is a fifth of the screen's height; where no spread gets there, the least that can be read will do, and
    then a narrower face.
    """
    least = min(LEAST_INK, screen.height * (1 - 2 * _SAFE))
    for face in faces:
        spreads = [
            _spread(screen, pieces, face, count, lines)
            for lines in ((2, 1) if screen.height >= 2 * LEAST_INK else (1,))
            for count in range(1, _MOST_FRAMES * lines + 1)
        ]
        for wanted in (max(least, screen.height * _LARGE), least):
            for blocks in spreads:
                if blocks and min(_ink(block, face) for block in blocks) >= wanted:
                    return face, blocks
    raise Rejected(
        f"Màn hình {screen.width} × {screen.height} px quá nhỏ cho khẩu hiệu này: chữ có dấu cần cao ít nhất "
        f"{LEAST_INK:.0f} điểm ảnh. Hãy rút gọn khẩu hiệu hoặc bỏ màn hình này."
    )


def _spread(screen: Screen, pieces: list[Atom], face: Face, count: int, lines: int) -> list[Block]:
    """Return `count` lines as pictures of up to `lines` each; empty where the slogan cannot be broken so."""
    starts = breaks(pieces, [face.width(piece.text) for piece in pieces], face.width(" "), count)
    if starts is None:
        return []
    width, height = screen.width * (1 - 2 * _SAFE), screen.height * (1 - _SAFE)
    return [
        layout_lines(
            pieces[first:after], [start - first for start in starts if first <= start < after], face, width, height
        )
        for first, after in pairwise([*starts[::lines], len(pieces)])
    ]


def _ink(block: Block, face: Face) -> float:
    """Return the height of the tallest letters a block could hold, in pixels."""
    return sum(face.ink("ẪỆ")) * block.size


def _drawn(screen: Screen, copy: Copy, face: Face, block: Block) -> Drawing:
    drawing = Drawing()
    whole = Box(0, 0, screen.width, screen.height)
    drawing.rectangle(whole, copy.palette.ground)
    drawing.block(whole, block, face, copy.palette.ink)
    return drawing


def _frame(screen: Screen, drawing: Drawing, words: str, title: str) -> Frame:
    # At 72 points an inch a pixel is a point; the templates take millimetres.
    page = {
        "title": title, "author": "", "width": screen.width * 25.4 / 72, "height": screen.height * 25.4 / 72,
        "bleed": 0, "slug": 0, "ticks": [], "note": "", "note_size": 1, "pages": [drawing.scaled(72 / 25.4)],
    }  # fmt: skip
    return Frame(words, min(10, 6 + syllables(words.split()) // 4), press.png("sheet.typ", page, 72))


def playlist(screen: Screen, shown: list[Frame], until: str) -> bytes:
    """Return a .zip with the pictures and `lich-phat.csv`: order, file, seconds, last day, words."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\r\n")
    writer.writerow(("thu_tu", "tep", "giay", "den_het_ngay", "noi_dung"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, frame in enumerate(shown, start=1):
            name = f"{screen.code}-{number:02}.png"
            writer.writerow((number, name, frame.seconds, until, frame.words))
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), frame.png)
        # With a byte order mark: Excel reads the file wrongly without it.
        sheet = ("\ufeff" + table.getvalue()).encode()
        archive.writestr(zipfile.ZipInfo("lich-phat.csv", _EPOCH), sheet, zipfile.ZIP_DEFLATED)
    return out.getvalue()
