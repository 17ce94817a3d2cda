"""Colours of sheets: a ground and an ink, for print as CMYK and for screens as RGB, with their measured contrast."""

import re
from dataclasses import dataclass

from channels.base import Rejected

LEAST_CONTRAST = 4.5  # WCAG 2 AA; a banner is read from afar and in passing
Cmyk = tuple[int, int, int, int]  # per cent


@dataclass(frozen=True)
class Colour:
    """One colour twice: per cent of the four inks, and what a screen shows."""

    cmyk: Cmyk
    rgb: str  # "#b30000"

    @property
    def luminance(self) -> float:
        """Relative luminance (WCAG 2)."""
        parts = [int(self.rgb[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True)
class Palette:
    """A ground with the ink of the slogan; `panel` and `panel_ink` are those of the block with code and hotline."""

    name: str
    title: str
    ground: Colour
    ink: Colour

    @property
    def contrast(self) -> float:
        """The contrast of ink on ground, 1 to 21 (WCAG 2)."""
        return contrast(self.ground, self.ink)

    @property
    def accent(self) -> Colour:
        """The darker of the two: what titles and rules on white paper are printed in."""
        return min(self.ground, self.ink, key=lambda colour: colour.luminance)

    @property
    def panel(self) -> Colour:
        """White beside a dark ground, the ink beside a white one."""
        return WHITE if self.ground.luminance < 0.5 else self.ink

    @property
    def panel_ink(self) -> Colour:
        """What is written on the panel."""
        return self.ground if self.panel is WHITE else WHITE


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2)."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


WHITE = Colour((0, 0, 0, 0), "#ffffff")
BLACK = Colour((0, 0, 0, 100), "#1a1a1a")
_RED = Colour((0, 100, 100, 10), "#b30000")
_YELLOW = Colour((0, 0, 100, 0), "#ffeb00")
_BLUE = Colour((100, 70, 0, 10), "#0054a6")
_GREEN = Colour((90, 20, 100, 20), "#00713d")

# Custom, not law (vietnam.md §7.2): red and yellow for political calls, blue and white for public services.
PALETTES = {
    palette.name: palette
    for palette in (
        Palette("xanh-trang", "Nền xanh, chữ trắng (thủ tục, dịch vụ công)", _BLUE, WHITE),
        Palette("do-vang", "Nền đỏ, chữ vàng (khẩu hiệu chính trị)", _RED, _YELLOW),
        Palette("xanh-la-trang", "Nền xanh lá, chữ trắng (môi trường)", _GREEN, WHITE),
        Palette("trang-do", "Nền trắng, chữ đỏ", WHITE, _RED),
        Palette("vang-do", "Nền vàng, chữ đỏ", _YELLOW, _RED),
    )
}
_OWN = re.compile(r"(#[0-9a-f]{6})/(#[0-9a-f]{6})")


def read(text: str) -> Palette:
    """Return a preset by name, or an office's own pair `#ground/#ink`; `Rejected` when it cannot be read from afar."""
    text = text.strip().lower() or "xanh-trang"
    if text in PALETTES:
        return PALETTES[text]
    own = _OWN.fullmatch(text)
    if own is None:
        raise Rejected(f"Không có bộ màu «{text[:40]}». Các bộ màu: {', '.join(PALETTES)}; hoặc cặp #nền/#chữ.")
    palette = Palette("rieng", "Màu riêng", Colour(_inks(own[1]), own[1]), Colour(_inks(own[2]), own[2]))
    if palette.contrast < LEAST_CONTRAST:
        measured = f"{palette.contrast:.1f}".replace(".", ",")
        raise Rejected(f"Chữ {own[2]} trên nền {own[1]} tương phản {measured}:1, cần ít nhất 4,5:1. Hãy chọn màu khác.")
    return palette


def _inks(rgb: str) -> Cmyk:
    red, green, blue = (int(rgb[at : at + 2], 16) / 255 for at in (1, 3, 5))
    black = 1 - max(red, green, blue)
    if black == 1:
        return (0, 0, 0, 100)
    cyan, magenta, yellow = ((1 - part - black) / (1 - black) for part in (red, green, blue))
    return (round(cyan * 100), round(magenta * 100), round(yellow * 100), round(black * 100))
