"""From a drawing to what is handed over: a print file and a picture of it."""

import json
from functools import lru_cache
from typing import Any

from channels.banner import press
from channels.banner.drawing import Drawing
from channels.banner.finish import Finish, finished
from channels.banner.sheets import Sheet

PREVIEW = 1400.0  # pixels of the longest side of a preview
_EYELET = 8.0  # mm: radius of the ring, hole 10–12 mm


def note(sheet: Sheet, title: str) -> str:
    """Return the line beside the sheet that tells the printer scale, finished size and bleed (vietnam.md §7.3)."""
    size = f"{_whole(sheet.width)} × {_whole(sheet.height)} mm"
    bleed = f"CHỪA BIÊN {_whole(sheet.kind.bleed)} mm MỖI CẠNH"
    return f"TỶ LỆ 1:{sheet.scale} – KHỔ THÀNH PHẨM {size} – {bleed} – {title}"


def data(sheet: Sheet, drawings: list[Drawing], title: str, author: str) -> dict[str, Any]:
    """Return what `sheet.typ` draws, one page a drawing, in mm of the page."""
    scale = sheet.scale
    slug = sheet.slug(scale)
    line = note(sheet, title)
    room = sheet.width / scale - 0.6 * slug
    return {
        "title": title, "author": author,
        "width": round(sheet.width / scale, 4), "height": round(sheet.height / scale, 4),
        "bleed": round(sheet.kind.bleed / scale, 4), "slug": slug,
        "pages": [drawing.scaled(scale) for drawing in drawings],
        "ticks": _ticks(sheet, scale), "note": line, "note_size": round(min(slug * 0.24, room / (0.62 * len(line))), 4),
    }  # fmt: skip


def _ticks(sheet: Sheet, scale: int) -> list[tuple[float, float]]:
    """Return where short marks outside the bleed show eyelets or folds along the upper and lower edge."""
    if sheet.kind.form == "folded":
        far = sheet.kind.bleed + sheet.slug(scale) * 0.15
        return [(sheet.width * part / 3, y) for part in (1, 2) for y in (-far, sheet.height + far)]
    beyond = sheet.kind.bleed + sheet.slug(scale) * scale * 0.15
    return [
        (round(x / scale, 3), round((-beyond if y < sheet.height / 2 else sheet.height + beyond) / scale, 3))
        for x, y in sheet.eyelets
        if y in {min(row for _x, row in sheet.eyelets), max(row for _x, row in sheet.eyelets)}
    ]


def facts(sheet: Sheet, drawing: Drawing) -> dict[str, Any]:
    """Return what people order, cut and look at a sheet by; `readable` is from how many metres it can be read."""
    found = {
        "code": sheet.code, "title": sheet.title, "kind": sheet.kind.code, "width": sheet.width, "height": sheet.height,
        "scale": sheet.scale, "bleed": sheet.kind.bleed, "eyelets": len(sheet.eyelets), "material": sheet.kind.material,
    }  # fmt: skip
    if drawing.slogan is not None:
        box, block, face = drawing.slogan
        capital = block.size * face.cap
        # A capital is read with ease from 300 times its height (vietnam.md §7.2).
        found |= {"lines": list(block.lines), "capital": round(capital), "readable": round(capital * 300 / 1000)}
        found["fill"] = round(block.fill(box.width, box.height), 3)
    return found


@lru_cache(maxsize=48)
def plate(sheet: Sheet, page: str) -> tuple[bytes, bytes]:
    """Return a sheet's print file and preview from its page data as JSON.

    Kept, since the same sheet is made for the preview, again for the approver and once more at approval, where the
    database waits.
    """
    data = json.loads(page)
    return print_file(sheet, data), preview(data)


def print_file(sheet: Sheet, page: dict[str, Any], template: str = "sheet.typ") -> bytes:
    """Return the PDF for the print shop."""
    scale, pages = sheet.scale, page["pages"]
    codes = [
        (number, item["x"], item["y"], item["module"], item["runs"])
        for number, items in enumerate(pages)
        for item in items
        if item["do"] == "qr"
    ]
    drawn = {**page, "pages": [[item for item in items if item["do"] != "qr"] for items in pages]}
    holes = [(x / scale, y / scale) for x, y in sheet.eyelets]
    wanted = Finish(page["bleed"], page["slug"], codes, holes, _EYELET / scale)
    return finished(press.pdf(template, drawn), wanted)


def preview(page: dict[str, Any], template: str = "sheet.typ", longest: float = PREVIEW) -> bytes:
    """Return a picture of the finished sheet, its longest side `longest` pixels."""
    return press.png(template, page, longest / (max(page["width"], page["height"]) / 25.4))


def _whole(value: float) -> str:
    return f"{value:.0f}"
