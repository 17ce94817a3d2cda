"""A sheet as flat data: rectangles, texts at their base lines, a code; what the templates draw without thinking."""

from dataclasses import dataclass, field
from typing import Any, Literal

from channels.banner.faces import Face
from channels.banner.lines import Block
from channels.banner.palette import BLACK, WHITE, Colour
from channels.banner.qr import code

Anchor = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """A rectangle in mm of full size, from the upper left corner of the finished sheet."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Drawing:
    """What stands on a sheet, in mm of full size; `slogan` is the box it was fitted into, its block and face."""

    items: list[dict[str, Any]] = field(default_factory=list)
    slogan: tuple[Box, Block, Face] | None = None

    def rectangle(self, box: Box, fill: Colour, radius: float = 0.0) -> None:
        """Add a filled rectangle."""
        self.items.append({"do": "rect", **_sizes(box), "fill": _both(fill), "radius": round(radius, 3)})

    def text(self, x: float, y: float, text: str, size: float, face: Face, fill: Colour, anchor: Anchor) -> None:
        """Add one line of text whose base line is at `y`, standing left of, on or right of `x`."""
        self.items.append(
            {
                "do": "text", "x": round(x, 3), "y": round(y, 3), "text": text, "size": round(size, 4),
                "family": face.family, "weight": face.weight, "fill": _both(fill), "anchor": anchor,
            }
        )  # fmt: skip

    def block(
        self, box: Box, block: Block, face: Face, fill: Colour, anchor: Anchor = "center", *, top: float | None = None
    ) -> None:
        """Add a block of lines, centred in the height of a box, or with its ink beginning at `top`."""
        top = box.y + (box.height - block.height) / 2 if top is None else top
        x = {"left": box.x, "center": box.x + box.width / 2, "right": box.x + box.width}[anchor]
        for number, line in enumerate(block.lines):
            # A comma at the end weighs little: centred with it, the words would seem to stand too far left.
            hang = face.width(line[-1]) * block.size / 4 if anchor == "center" and line[-1] in ",;." else 0.0
            self.text(x + hang, top + block.rise + number * block.pitch, line, block.size, face, fill, anchor)

    def qr(self, x: float, y: float, side: float, address: str) -> None:
        """Add a code on a white tile; `side` is that of the tile, quiet zone included."""
        modules, runs = code(address)
        self.rectangle(Box(x, y, side, side), WHITE, radius=side * 0.03)
        self.items.append(
            {
                "do": "qr", "x": round(x, 3), "y": round(y, 3), "module": round(side / modules, 5),
                "runs": runs, "fill": _both(BLACK),
            }
        )  # fmt: skip

    def picture(self, box: Box, data: bytes) -> None:
        """Add a picture (JPEG in four inks), stretched to a box of its own proportions."""
        self.items.append({"do": "picture", **_sizes(box), "data": list(data)})

    def scaled(self, scale: float) -> list[dict[str, Any]]:
        """Return the items in mm of a page at 1:`scale`."""
        names = ("x", "y", "width", "height", "radius", "size", "module")
        return [
            {name: round(value / scale, 5) if name in names else value for name, value in item.items()}
            for item in self.items
        ]


def _sizes(box: Box) -> dict[str, float]:
    return {
        "x": round(box.x, 3), "y": round(box.y, 3), "width": round(box.width, 3), "height": round(box.height, 3)
    }  # fmt: skip


def _both(colour: Colour) -> dict[str, Any]:
    return {"cmyk": list(colour.cmyk), "rgb": colour.rgb}
