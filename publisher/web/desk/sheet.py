"""What the editor's form holds, as typed: read from a request, a version or a plan, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import Video
from publisher import clock
from publisher.editorial import content
from publisher.editorial.content import Content
from publisher.editorial.difference import FIELDS
from publisher.editorial.moving import not_past
from publisher.editorial.slots import Proposal
from publisher.model import Media
from publisher.refusal import Refused
from publisher.web.desk.bench import Bench
from publisher.web.forms import Form, instant
from publisher.words import _

TEXTS = (
    "title", "body", "summary", "slogan", "source_number", "source_date", "valid_until", "other_tags", "checks",
    "correction",
)  # fmt: skip
PLAIN = (*TEXTS, "revision", "slot", "unit", "post", "act", "new_alt", "video", "video_alt", "remove_video")
LISTS = ("themes", "audiences", "tags", "image", "alt", "position", "remove", "account")


@dataclass(frozen=True)
class Image:
    """A stored picture of the post, with the alternative text as typed."""

    sha256: str
    media_type: str
    width: int
    height: int
    alt: str = ""


def film_of(row: Media) -> Video:
    """Return a stored film as the form holds it."""
    return Video(row.sha256, row.media_type, row.size, row.width, row.height, row.seconds or 0)


@dataclass(frozen=True)
class Sheet:
    """Every field of the editor as typed; `when` holds (day, time) of every outlet, chosen or not."""

    texts: Mapping[str, str]
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    video: Video | None = None
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    chosen: frozenset[int] = frozenset()
    when: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    revision: int = 0
    new_alt: str = ""

    def raw(self) -> dict[str, Any]:
        """Return the text as `content.read` takes it."""
        texts = {name: self.texts.get(name, "") for name in TEXTS if name not in {"other_tags", "checks"}}
        return {
            **texts,
            "themes": self.themes,
            "audiences": self.audiences,
            "tags": (*self.tags, *re.split(r"[,;\n]", self.texts.get("other_tags", ""))),
            "images": [image.__dict__ for image in self.images],
            "video": self.video.__dict__ if self.video else None,
            "variants": self.variants,
            "checks": self.texts.get("checks", "").splitlines(),
        }


def names(bench: Bench) -> tuple[str, ...]:
    """Return the names of the form's single fields for a unit's outlets."""
    variants = [f"{part}-{channel.name}" for channel in bench.channels for part in ("title", "body", "lines")]
    times = [f"{part}-{outlet.account_id}" for outlet in bench.outlets for part in ("day", "time")]
    return (*PLAIN, *variants, *times)


def blank(bench: Bench, zone: ZoneInfo, proposal: Proposal | None = None) -> Sheet:
    """Return an empty form: the next whole hour, the portal chosen; of a proposed day its theme, channel and time."""
    soon = next_hour(zone)
    at, channel = soon, "portal"
    if proposal is not None:
        planned = datetime.combine(proposal.day, time.fromisoformat(proposal.at or "08:00"), tzinfo=zone)
        at, channel = max(planned, soon), proposal.channel or channel
    known = {code for code, _title in bench.themes}
    return Sheet(
        texts={},
        themes=tuple(code for code in proposal.themes if code in known) if proposal else (),
        chosen=_usual(bench, channel),
        when={outlet.account_id: _typed(at, zone) for outlet in bench.outlets},
    )


def _usual(bench: Bench, channel: str) -> frozenset[int]:
    """Return the accounts chosen at first: the channel's real ones, in rehearsal where there are no others."""
    active = [outlet for outlet in bench.outlets if outlet.channel == channel and outlet.state == "active"]
    real = [outlet for outlet in active if outlet.mode == "live"]
    return frozenset(outlet.account_id for outlet in real or active)


def of(text: Content, bench: Bench, zone: ZoneInfo, revision: int, *, keep_correction: bool) -> Sheet:
    """Return a stored version as a form; the note of a correction already made is not proposed again."""
    soon = next_hour(zone)
    known = {code for code, _title in bench.tags}
    texts = {
        "title": text.title, "body": text.body, "summary": text.summary, "slogan": text.slogan,
        "source_number": text.source_number,
        "source_date": _day(text.source_date),
        "valid_until": _day(text.valid_until),
        "other_tags": ", ".join(tag for tag in text.tags if tag not in known),
        "checks": "\n".join(text.checks),
        "correction": text.correction if keep_correction else "",
    }  # fmt: skip
    return Sheet(
        texts=texts,
        themes=text.themes,
        audiences=text.audiences,
        tags=tuple(tag for tag in text.tags if tag in known),
        images=tuple(Image(**image) for image in text.images),
        video=Video(**text.video) if text.video else None,
        variants=text.variants,
        chosen=frozenset(outlet.account_id for outlet in bench.outlets if outlet.wish is not None),
        when={outlet.account_id: _typed(outlet.wish or soon, zone) for outlet in bench.outlets},
        revision=revision,
    )


def named(sent: Form) -> list[str]:
    """Return the sha256 of every picture and film that a submitted form names."""
    return [*sent.many["image"], *([sent["video"]] if sent["video"] else [])]


def read(sent: Form, bench: Bench, known: Mapping[str, Media]) -> Sheet:
    """Return the submitted form; `known` are the rows of the pictures and the film that it names (`named`)."""
    known_images = {
        digest: Image(digest, row.media_type, row.width, row.height)
        for digest, row in known.items()
        if row.seconds is None
    }
    film = known.get(sent["video"])
    alts, places = sent.many["alt"], sent.many["position"]
    images = []
    for number, digest in enumerate(sent.many["image"]):
        if digest in sent.many["remove"] or digest not in known_images:
            continue
        alt = alts[number] if number < len(alts) else ""
        place = places[number] if number < len(places) else ""
        order = int(place) if place.isdecimal() and len(place) < 4 else 999
        images.append((order, number, replace(known_images[digest], alt=alt)))
    accounts = {outlet.account_id for outlet in bench.outlets}
    chosen = {int(value) for value in sent.many["account"] if value.isdecimal() and len(value) < 12}
    if len(chosen) != len(sent.many["account"]) or chosen - accounts:
        raise Refused(_("Có tài khoản kênh không thuộc đơn vị này. Hãy tải lại trang rồi chọn lại."), "placements")
    return Sheet(
        texts={name: sent[name] for name in TEXTS},
        themes=tuple(sent.many["themes"]),
        audiences=tuple(sent.many["audiences"]),
        tags=tuple(sent.many["tags"]),
        images=tuple(image for _order, _number, image in sorted(images, key=lambda found: found[:2])),
        video=replace(film_of(film), alt=sent["video_alt"])
        if film is not None and film.seconds is not None and not sent["remove_video"]
        else None,
        variants={
            channel.name: {part: sent[f"{part}-{channel.name}"] for part in ("title", "body", "lines")}
            for channel in bench.channels
        },
        chosen=frozenset(chosen),
        when={number: (sent[f"day-{number}"], sent[f"time-{number}"]) for number in accounts},
        revision=sent.number("revision", _("Số lần sửa")) if sent["revision"] else 0,
        new_alt=sent["new_alt"],
    )


_STANDING_IN: dict[str, Any] = {"title": "…", "body": "…", "source_date": None, "valid_until": None}


def check(sheet: Sheet) -> tuple[Content, dict[str, str]]:
    """Return the text as far as it can be read, and what is wrong by field; all faults at once, not the first.

    A field at fault is replaced by a stand-in, so that the preview can show the rest.
    """
    fields = {_(title): name for name, title in FIELDS}
    raw = sheet.raw()
    faults: dict[str, str] = {}
    for _turn in range(len(raw) + content.MOST_IMAGES + 1):
        try:
            return content.read(raw), faults
        except Refused as error:
            where = error.field or ""
            name = fields.get(where, where)
            image = re.search(r"\d+$", where) if name not in raw else None
            if image is not None:
                number = int(image.group())
                name = f"alt-{number}"
                raw["images"] = [
                    {**kept, "alt": "…"} if at == number else kept for at, kept in enumerate(raw["images"], start=1)
                ]
            elif name in raw:
                raw[name] = _STANDING_IN.get(name, "" if isinstance(raw[name], str) else ())
            else:  # of the variants, whose fields carry their own titles
                name, raw["variants"] = "variants", {}
            faults.setdefault(name, error.message)
    raise AssertionError("every field was replaced by a stand-in that can be read")


def wishes(sheet: Sheet, bench: Bench, zone: ZoneInfo) -> tuple[dict[int, datetime], dict[str, str]]:
    """Return account id → due time of the chosen outlets, and what is wrong by field (`account-<id>`).

    An outlet where the post stands already keeps its time; a time left as it was keeps its seconds.
    """
    wanted: dict[int, datetime] = {}
    faults: dict[str, str] = {}
    for outlet in bench.outlets:
        if outlet.landed is not None and outlet.wish is not None:
            wanted[outlet.account_id] = outlet.wish
        elif outlet.account_id in sheet.chosen:
            try:
                day, at = sheet.when[outlet.account_id]
                due = instant(day, _clock_time(at), zone)
                if outlet.wish is not None and _typed(outlet.wish, zone) == _typed(due, zone):
                    due = outlet.wish
                else:
                    not_past(due)
                wanted[outlet.account_id] = due
            except Refused as error:
                faults[f"account-{outlet.account_id}"] = error.message
    return wanted, faults


def next_hour(zone: ZoneInfo) -> datetime:
    """Return the next whole hour on the office's wall clock."""
    return clock.now().astimezone(zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _clock_time(typed: str) -> str:
    """Return 5:15, 5h15 or 5g15, as people write a time, as 05:15; anything else as it was typed."""
    found = re.fullmatch(r"\s*(\d{1,2})[:hg](\d{2})\s*", typed.lower())
    return f"{int(found[1]):02}:{found[2]}" if found else typed


def _day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value is not None else ""


def _typed(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    local = at.astimezone(zone)
    return local.strftime("%d/%m/%Y"), local.strftime("%H:%M")
