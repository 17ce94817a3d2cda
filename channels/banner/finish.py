"""The finishing of a print file: page boxes, the code, the layer of eyelets that does not print, a fixed identity."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

_MM = 72 / 25.4  # points
_ROUND = 0.5523  # control points of a circle drawn as four curves
LAYER = "Khoen (không in)"


@dataclass(frozen=True)
class Finish:
    """What is added to a typst document; lengths are mm of the page, from the upper left corner of the trim.

    `codes` are (page, x, y, module, runs) with the runs of `qr.code`; `radius` is that of an eyelet's ring.
    """

    bleed: float
    slug: float
    codes: Sequence[tuple[int, float, float, float, Sequence[Sequence[float]]]] = ()
    eyelets: Sequence[tuple[float, float]] = ()
    radius: float = 0.0


def finished(pdf: bytes, wanted: Finish) -> bytes:
    """Return a typst document with its page boxes set, its codes drawn and its eyelets on a layer of their own.

    The same input gives the same bytes: typst was told no date, and the file's identity is the hash of its content.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import (
        ArrayObject,
        BooleanObject,
        ByteStringObject,
        DictionaryObject,
        NameObject,
        RectangleObject,
    )

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.pdf_header = "%PDF-1.7"  # layers came with 1.5
    for page in writer.pages:
        left, bottom, right, top = (float(side) for side in page.mediabox)
        page.bleedbox = RectangleObject(_inset((left, bottom, right, top), wanted.slug * _MM))
        page.trimbox = RectangleObject(_inset((left, bottom, right, top), (wanted.bleed + wanted.slug) * _MM))
    for number, x, y, module, runs in wanted.codes:
        _add_content(writer, writer.pages[number], _code(writer.pages[number], x, y, module, runs))
    if wanted.eyelets:
        _add_layer(writer, wanted.eyelets, wanted.radius)
    root = writer.root_object
    # typst writes a value here that PDF 1.7 does not know; preflight programs complain of it.
    root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    identity = ByteStringObject(hashlib.sha256(pdf).digest()[:16])
    writer._ID = ArrayObject((identity, identity))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _inset(box: tuple[float, float, float, float], by: float) -> tuple[float, float, float, float]:
    if by == 0:
        return box  # not rounded: a trim that sticks out of its page by a hair is a preflight fault
    left, bottom, right, top = box
    return (round(left + by, 3), round(bottom + by, 3), round(right - by, 3), round(top - by, 3))


def _add_layer(writer: "PdfWriter", eyelets: Sequence[tuple[float, float]], radius: float) -> None:
    """Draw the eyelets on the first page as optional content that is off.

    Off in the default configuration itself: printing programs take the layers' states from there and do not
    apply what a layer says of its usage (PDF 1.7, 8.11.4.5); a viewer can switch it on. The mark of ISO 19593-1
    tells systems that know it that these are holes.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

    name = NameObject
    off = name("/OFF")
    group = writer._add_object(
        DictionaryObject(
            {
                name("/Type"): name("/OCG"),
                name("/Name"): TextStringObject(LAYER),
                name("/Intent"): name("/View"),
                name("/Usage"): DictionaryObject(
                    {
                        name("/Print"): DictionaryObject({name("/PrintState"): off}),
                        name("/Export"): DictionaryObject({name("/ExportState"): off}),
                    }
                ),
                name("/GTS_Metadata"): DictionaryObject(
                    {
                        name("/GTS_ProcStepsGroup"): name("/Structural"),
                        name("/GTS_ProcStepsType"): name("/Drilling"),
                    }
                ),
            }
        )
    )
    groups = ArrayObject([group])
    default = DictionaryObject({name("/Name"): TextStringObject(LAYER), name("/Order"): groups, name("/OFF"): groups})
    writer.root_object[name("/OCProperties")] = DictionaryObject({name("/OCGs"): groups, name("/D"): default})
    page = writer.pages[0]
    resources = cast(DictionaryObject, page["/Resources"].get_object())
    resources[name("/Properties")] = DictionaryObject({name("/Khoen"): group})
    left, _bottom, _right, top = (float(side) for side in page.trimbox)
    _add_content(writer, page, _circles([(left + x * _MM, top - y * _MM) for x, y in eyelets], radius * _MM))


def _add_content(writer: "PdfWriter", page: "PageObject", drawn: bytes) -> None:
    """Draw on top of a page."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject

    stream = DecodedStreamObject()
    stream.set_data(drawn)
    before = page["/Contents"]
    kept = before if isinstance(before, ArrayObject) else ArrayObject([page.raw_get("/Contents")])
    page[NameObject("/Contents")] = ArrayObject([*kept, writer._add_object(stream.flate_encode())])


def _code(page: "PageObject", x: float, y: float, module: float, runs: Sequence[Sequence[float]]) -> bytes:
    """Return a code as one path in black ink."""
    left, _bottom, _right, top = (float(side) for side in page.trimbox)
    left, top, step = left + x * _MM, top - y * _MM, module * _MM
    boxes = [
        f"{left + at * step:.3f} {top - (row + tall) * step:.3f} {wide * step:.3f} {tall * step:.3f} re"
        for at, row, wide, tall in runs
    ]
    return "\n".join(["q", "0 0 0 1 k", *boxes, "f", "Q"]).encode()


def _circles(centres: list[tuple[float, float]], r: float) -> bytes:
    """Return a content stream of circles on the layer, in cyan, 0.5 pt wide or a tenth of the radius."""
    k = r * _ROUND
    lines = ["q", "/OC /Khoen BDC", "1 0 0 0 K", f"{max(r / 10, 0.5):.3f} w"]
    for x, y in centres:
        steps = (
            (x + r, y + k, x + k, y + r, x, y + r), (x - k, y + r, x - r, y + k, x - r, y),
            (x - r, y - k, x - k, y - r, x, y - r), (x + k, y - r, x + r, y - k, x + r, y),
        )  # fmt: skip
        lines.append(f"{x + r:.3f} {y:.3f} m")
        lines += [" ".join(f"{number:.3f}" for number in step) + " c" for step in steps]
        lines.append("s")
    return "\n".join([*lines, "EMC", "Q"]).encode()
