"""The sheets there are: kinds, finished sizes in mm, bleed, eyelets, and the codes by which settings name them."""

import re
from dataclasses import dataclass
from typing import Literal

from channels.base import Rejected

# A PDF page may be 14,400 points long; what is larger goes to the printer at 1:10 (vietnam.md §7.3).
LONGEST_PAGE = 5080.0  # mm
Form = Literal["wide", "tall", "poster", "notice", "leaflet", "folded"]


@dataclass(frozen=True)
class Kind:
    """A kind of print: how it is laid out, what its edge needs, and between which sizes (mm) it is made."""

    code: str
    title: str
    form: Form
    material: str  # what it is usually printed on
    bleed: float  # mm at full size, beyond every edge
    margin: float  # mm at full size: text keeps this far from the edge
    least: float = 80.0
    most: float = 15_000.0
    eyelets: bool = False
    pocket: bool = False  # a pole is drawn through the upper edge


KINDS = {
    kind.code: kind
    for kind in (
        Kind("bang-ron", "Băng rôn ngang", "wide", "bạt hiflex, dán biên, đóng khoen", 30, 100, 500, eyelets=True),
        Kind("bang-ron-doc", "Băng rôn dọc", "tall", "bạt hiflex, dán biên, đóng khoen", 30, 60, 300, eyelets=True),
        Kind("phuon", "Phướn", "tall", "bạt hiflex, may ống luồn cọc", 30, 60, 300, eyelets=True, pocket=True),
        Kind("pano", "Pa-nô", "poster", "bạt hiflex căng khung", 50, 120, 1000),
        Kind("ap-phich", "Áp phích", "poster", "giấy couché 150–200 g/m²", 3, 10, 200, 1300),
        Kind("standee", "Standee", "tall", "PP cán màng", 5, 40, 400, 2500),
        Kind("bang-tin", "Bảng tin", "notice", "giấy A4/A3, in máy văn phòng", 0, 15, 200, 450),
        Kind("to-roi", "Tờ rơi", "leaflet", "giấy couché 120–150 g/m²", 3, 10, 100, 320),
        Kind("to-gap", "Tờ gấp ba", "folded", "giấy couché 150 g/m², gấp 3", 3, 9, 200, 320),
    )
}

_PAPER = {"a0": (841, 1189), "a1": (594, 841), "a2": (420, 594), "a3": (297, 420), "a4": (210, 297), "a5": (148, 210)}
_CODE = re.compile(r"([a-z-]+?)-(?:(a[0-5])|(\d{1,5}(?:\.\d{1,3})?)x(\d{1,5}(?:\.\d{1,3})?))")
_LED = re.compile(r"led-(\d{2,4})x(\d{2,4})")
MOST_PIXELS = 4096 * 2160


@dataclass(frozen=True)
class Sheet:
    """One size of one kind; `width` and `height` are the finished size in mm."""

    code: str
    kind: Kind
    width: float
    height: float

    @property
    def title(self) -> str:
        """The kind and the size as people order it."""
        return f"{self.kind.title} {self.size}"

    @property
    def size(self) -> str:
        """The finished size in words: «8 × 1 m», «A3», «297 × 210 mm»."""
        paper = self.code.removeprefix(f"{self.kind.code}-")
        if paper in _PAPER:
            return paper.upper()
        if self.width >= 1000 or self.height >= 1000:
            return f"{_comma(self.width / 1000)} × {_comma(self.height / 1000)} m"
        return f"{_comma(self.width)} × {_comma(self.height)} mm"

    @property
    def scale(self) -> int:
        """1 for full size, 10 where the page with its bleed and marks would be longer than a PDF page may be."""
        beyond = 2 * (self.kind.bleed + self.slug(1))
        return 1 if max(self.width, self.height) + beyond <= LONGEST_PAGE else 10

    def slug(self, scale: int) -> float:
        """Return how wide the strip for marks around the bleed is, in mm of the page; 0 where there are no marks."""
        if self.kind.bleed == 0:
            return 0.0
        return 15.0 if scale == 10 or max(self.width, self.height) < 1500 else 40.0

    @property
    def eyelets(self) -> list[tuple[float, float]]:
        """The centres of the eyelets, in mm of full size from the upper left corner of the finished sheet.

        25 mm from the edge, at most 500 mm apart (vietnam.md §7.3); a sheet with a pole pocket has them below only.
        """
        if not self.kind.eyelets:
            return []
        rows = [self.height - _EDGE] if self.kind.pocket else [_EDGE, self.height - _EDGE]
        across = _spread(self.width)
        found = [(x, y) for y in rows for x in across]
        if not self.kind.pocket:
            found += [(x, y) for x in (_EDGE, self.width - _EDGE) for y in _spread(self.height)[1:-1]]
        return found


_EDGE, _APART = 25.0, 500.0


def _spread(length: float) -> list[float]:
    gaps = max(1, -(-(length - 2 * _EDGE) // _APART))
    return [_EDGE + number * (length - 2 * _EDGE) / gaps for number in range(int(gaps) + 1)]


@dataclass(frozen=True)
class Screen:
    """An LED screen: its exact size in pixels."""

    code: str
    width: int
    height: int

    @property
    def title(self) -> str:
        """The screen as people name it."""
        return f"Màn hình LED {self.width} × {self.height} px"


def read(text: str) -> tuple[list[Sheet], list[Screen]]:
    """Read codes parted by commas; `Rejected` names the first that is none, with an example.

    Codes: a kind and a paper size (`ap-phich-a2`) or a kind and metres, width before height (`bang-ron-8x1`,
    `phuon-0.8x2.5`); `led-<width>x<height>` in pixels.
    """
    sheets: list[Sheet] = []
    screens: list[Screen] = []
    for code in dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()):
        led = _LED.fullmatch(code)
        if led:
            screens.append(_screen(code, int(led[1]), int(led[2])))
        else:
            sheets.append(sheet(code))
    return sheets, screens


def _screen(code: str, width: int, height: int) -> Screen:
    if width < 32 or height < 16 or width * height > MOST_PIXELS:
        raise Rejected(f"Màn hình «{code}»: kích thước từ 32×16 đến 4096×2160 điểm ảnh.")
    return Screen(code, width, height)


def sheet(code: str) -> Sheet:
    """Return the sheet of a code; `Rejected` for none."""
    found = _CODE.fullmatch(code)
    kind = KINDS.get(found[1]) if found else None
    if found is None or kind is None:
        known = ", ".join(KINDS)
        raise Rejected(
            f"Không có khổ in «{code[:40]}». Viết loại và khổ, ví dụ bang-ron-8x1 (mét, ngang × cao), ap-phich-a2, "
            f"led-192x32 (điểm ảnh). Các loại: {known}."
        )
    if found[2]:
        width, height = (float(side) for side in _PAPER[found[2]])
        if kind.form == "folded":
            width, height = height, width
    else:
        width, height = float(found[3]) * 1000, float(found[4]) * 1000
    for side in (width, height):
        if not kind.least <= side <= kind.most:
            raise Rejected(
                f"Khổ «{code}»: mỗi cạnh của {kind.title.lower()} từ {_comma(kind.least / 1000)} đến "
                f"{_comma(kind.most / 1000)} m."
            )
    return Sheet(code, kind, width, height)


def _comma(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
