"""What goes to the print shop: the job ticket, the print files with their quantities, the list of places; one .zip."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.banner import FACTS, press
from publisher.clock import local_day
from publisher.files import FileStore
from publisher.model import Delivery, Hanging, Place, PrintLine, PrintOrder, Rendering, Unit
from publisher.text import number, slug
from publisher.words import _

MOST = 400
_EPOCH = (1980, 1, 1, 0, 0, 0)  # no time of making: the same order gives the same bytes


@dataclass(frozen=True)
class Job:
    """An order with everything the shop needs, read in one session."""

    order: PrintOrder
    unit: Unit
    lines: list[PrintLine]
    places: list[tuple[Hanging, Place]]
    facts: Mapping[tuple[int, str], Mapping[str, Any]]  # (delivery, code) → what the channel says of the sheet


def read(session: Session, files: FileStore, order: PrintOrder) -> Job:
    """Read an order's job: 4 queries."""
    lines = list(session.scalars(select(PrintLine).where(PrintLine.order_id == order.id).order_by(PrintLine.id)))
    places = session.execute(
        select(Hanging, Place)
        .join(Place, Place.id == Hanging.place_id)
        .where(Hanging.order_id == order.id)
        .order_by(Place.name, Hanging.id)
        .limit(MOST)
    ).all()
    renderings = session.execute(
        select(Delivery.id, Rendering.parts)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .where(Delivery.id.in_({row.delivery_id for row in lines}))
    )
    facts: dict[tuple[int, str], Mapping[str, Any]] = {}
    for delivery_id, parts in renderings:
        record = next((part["sha256"] for part in parts if part["name"] == FACTS), None)
        told: dict[str, Any] = json.loads(files.get(record)) if record else {"made": [], "slogan": ""}
        for fact in told["made"]:
            facts[delivery_id, fact["code"]] = {**fact, "slogan": told["slogan"]}
    unit = session.get_one(Unit, order.unit_id)
    return Job(order, unit, lines, [(hanging, place) for hanging, place in places], facts)


def file_name(row: PrintLine, position: int) -> str:
    """Return what a print file is called in the .zip: number, sheet, copies."""
    return f"{position:02}-{row.code}-{row.quantity}-ban.pdf"


def ticket(job: Job, zone: ZoneInfo) -> bytes:
    """Return the job ticket as PDF (vietnam.md §7.3, row 6)."""
    order = job.order
    last = local_day(order.down_at - timedelta(seconds=1), zone)
    facts = [
        (_("Nhà in"), order.supplier), (_("Cần hàng"), _day(order.needed_on)),
        (_("Treo từ"), _day(local_day(order.hang_at, zone))), (_("Tháo sau ngày"), _day(last)),
        (_("Văn bản cho phép"), order.permit), (_("Yêu cầu gia công"), order.note),
    ]  # fmt: skip
    title = {row.id: row.title for row in job.lines}
    return press.pdf(
        "ticket.typ",
        {
            "title": _("Phiếu đặt in số {number}").format(number=order.id),
            "heading": _("PHIẾU ĐẶT IN SỐ {number}").format(number=order.id),
            "unit": job.unit.name, "name": order.title,
            "facts": [pair for pair in facts if pair[1]],
            "sheets_title": _("Khổ in"),
            "sheets_head": ["#", _("Sản phẩm"), _("Số lượng"), _("Tệp")],
            "sheets": [_sheet(job, row, position) for position, row in enumerate(job.lines, start=1)],
            "places_title": _("Nơi treo"), "places_head": [_("Địa điểm"), _("Sản phẩm"), _("Số lượng")],
            "places": [
                {"name": place.name, "address": place.address, "note": place.note,
                 "title": title[hanging.line_id], "quantity": number(hanging.quantity)}
                for hanging, place in job.places
            ],
            "signatures": [_("Người đặt in"), _("Nhà in nhận")],
        },
    )  # fmt: skip


def _sheet(job: Job, row: PrintLine, position: int) -> dict[str, str]:
    fact = job.facts.get((row.delivery_id, row.code), {})
    detail = []
    if fact:
        detail.append(f"{fact['width']:.0f} × {fact['height']:.0f} mm, 1:{fact['scale']}")
        if fact["bleed"]:
            detail.append(_("chừa biên {bleed:.0f} mm").format(bleed=fact["bleed"]))
        if fact["eyelets"]:
            detail.append(_("{count} khoen, cách mép 25 mm").format(count=fact["eyelets"]))
    detail.append(row.material)
    return {
        "number": str(position), "title": row.title, "detail": "; ".join(part for part in detail if part),
        "slogan": str(fact.get("slogan", "")), "quantity": number(row.quantity), "file": file_name(row, position),
    }  # fmt: skip


def bundle(job: Job, files: FileStore, zone: ZoneInfo) -> tuple[str, bytes]:
    """Return the .zip for the print shop and its name: ticket, print files as approved, places as .csv."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "phieu-dat-in.pdf", ticket(job, zone))
        for position, row in enumerate(job.lines, start=1):
            _put(archive, file_name(row, position), files.get(row.sha256))
        _put(archive, "dia-diem.csv", _places_file(job))
    return f"don-in-{job.order.id}-{slug(job.order.title)}.zip", out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)


def _places_file(job: Job) -> bytes:
    """Return the places as Excel in Vietnamese reads them: semicolons, a byte order mark, no formulas."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Địa điểm"), _("Địa chỉ"), _("Sản phẩm"), _("Số lượng"), _("Ghi chú")])
    title = {row.id: row.title for row in job.lines}
    for hanging, place in job.places:
        row = (place.name, place.address, title[hanging.line_id], str(hanging.quantity), place.note)
        writer.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell for cell in row])
    return ("\ufeff" + table.getvalue()).encode()


def _day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else ""
