"""The typefaces of sheets: where their files lie, how wide and how tall letters are, and which letters they have."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from channels.base import Rejected

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_EM = 1000  # measured at this size, so that a unit is a thousandth of the letter size
_SMALL = 48  # pixels: enough to tell a letter from the box that stands for a missing one
_NO_LETTER = "\U0010fffe"  # never assigned: every font draws its box for missing letters

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"
# Every letter with a mark that Vietnamese writes, both cases: 67 + 67 (vietnam.md §10, row 16).
MARKED = "".join(
    letter
    for small in [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES] + ["đ"]
    if not small.isascii()
    for letter in (small, small.upper())
)


@dataclass(frozen=True)
class Face:
    """A typeface as typst knows it (family, weight) and the file that letters are measured in."""

    name: str
    family: str
    weight: int
    path: Path

    def width(self, text: str) -> float:
        """Return the advance of a text in em."""
        return _width(self.path, text)

    def ink(self, text: str) -> tuple[float, float]:
        """Return how far the ink of a text rises above and falls below its base line, in em.

        Vietnamese capitals stack marks higher than the font's own ascent (Ẩ 1.23 em, ascent 1.0): lines that
        are parted by the ascent alone cut them off.
        """
        box = _font(self.path, _EM).getbbox(text or "H", anchor="ls")
        return -box[1] / _EM, max(box[3], 0) / _EM

    @property
    def cap(self) -> float:
        """The height of a capital without marks, in em."""
        return self.ink("H")[0]

    def missing(self, text: str) -> str:
        """Return the characters of `text` that the font has no letter for, each once."""
        return "".join(dict.fromkeys(char for char in text if not char.isspace() and not _has(self.path, char)))


@lru_cache(maxsize=8)
def _font(path: Path, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    # BASIC everywhere: the better layout engine is not in every build of Pillow, and lines must break alike.
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16384)
def _width(path: Path, text: str) -> float:
    """Kept, since a text is wrapped anew for every size that is tried."""
    return _font(path, _EM).getlength(text) / _EM


@lru_cache(maxsize=4096)
def _has(path: Path, char: str) -> bool:
    font = _font(path, _SMALL)
    drawn, box = font.getmask(char), font.getmask(_NO_LETTER)
    return drawn.size != box.size or bytes(drawn) != bytes(box)


def checked(face: Face) -> Face:
    """Return the face if it has every Vietnamese letter; `Rejected` names those it lacks."""
    lacking = face.missing(MARKED)
    if lacking:
        raise Rejected(
            f"Phông chữ {face.family} thiếu {len(lacking)} chữ tiếng Việt ({lacking[:12]}…). Hãy chọn phông khác."
        )
    return face


@lru_cache(maxsize=1)
def faces() -> dict[str, Face]:
    """Return the typefaces a sheet may be set in, by the name used in settings."""
    import fontpkg_anton
    import fontpkg_be_vietnam_pro

    sans, narrow = fontpkg_be_vietnam_pro.ROOT / "files", fontpkg_anton.ROOT / "files"
    with as_file(files("mplhep_data") / "fonts" / "texgyretermes") as folder:
        serif = folder / "texgyretermes-bold.otf"
    found = (
        Face("sans", "Be Vietnam Pro", 800, sans / "BeVietnamPro-ExtraBold.ttf"),
        Face("narrow", "Anton", 400, narrow / "Anton-Regular.ttf"),
        Face("serif", "TeX Gyre Termes", 700, serif),
        Face("text", "Be Vietnam Pro", 600, sans / "BeVietnamPro-SemiBold.ttf"),
        Face("body", "Be Vietnam Pro", 400, sans / "BeVietnamPro-Regular.ttf"),
    )
    return {face.name: face for face in found}


def folders() -> list[str]:
    """Return the folders in which typst finds the fonts; it reads a file only when a sheet uses it."""
    return list(dict.fromkeys(str(face.path.parent) for face in faces().values()))


def refuse_strange(face: Face, texts: Iterable[str]) -> None:
    """Raise `Rejected` for characters that would print as an empty box: arrows, emoji, letters of other scripts."""
    strange = face.missing("".join(texts))
    if strange:
        shown = " ".join(f"«{char}» (U+{ord(char):04X})" for char in strange[:5])
        raise Rejected(f"Phông chữ in không có ký tự {shown}. Hãy thay bằng chữ hoặc bỏ đi rồi lưu lại.")
