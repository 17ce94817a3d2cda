"""A programme: approved scripts between tune, greeting, headlines, breaks, closing and credits, two voices in turn.

Pure. The order and the words of the frame are those of reference/vietnam.md §5.3; an item's own sentences stand in
the programme exactly as they were approved.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from channels.radio.station import Station
from channels.speech import length, speak

Voice = Literal["nu", "nam", "bang"]

KINDS = ("news", "feature", "dialogue", "notice")
PRIORITIES = ("normal", "priority", "urgent")
VOICES = {"nu": "PTV nữ", "nam": "PTV nam", "bang": "Băng"}
BREAK, LAST_TUNE = 5.0, 10.0  # seconds of music between parts, and behind the credits
HEADLINES = 5
_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


class TooShort(ValueError):
    """The slot does not hold the greeting and the closing, let alone anything between."""


@dataclass(frozen=True)
class Item:
    """An approved script of a programme; `script` is its `script.json`, `sha256` that of those very bytes."""

    delivery: int
    post: int
    version: int
    kind: str  # of KINDS
    priority: str  # of PRIORITIES
    script: Mapping[str, Any]
    sha256: str
    approved_by: str = ""

    @property
    def title(self) -> str:
        """The title as written."""
        return str(self.script["title"]["original"])


@dataclass(frozen=True)
class Segment:
    """One row of the script: who reads which sentences, in how many seconds; `item` is the delivery it comes from."""

    part: str
    who: Voice
    lines: tuple[str, ...]
    seconds: float
    note: str = ""
    item: int | None = None


@dataclass(frozen=True)
class Frame:
    """What a programme is called and when it is on air; `minutes` is None for what is read outside every slot."""

    title: str
    starts_at: datetime  # on the office's wall clock
    minutes: int | None


def compose(station: Station, frame: Frame, items: Sequence[Item]) -> list[Segment]:
    """Return the segments of a programme in the order they are read.

    News, features, dialogues, notices; within each what has priority, then the order given. TooShort when the slot
    does not even hold the frame. Urgent items wait for no slot: see `urgent_alone`.
    """
    demand_room(station, frame)
    ranked = {kind: _ranked(items, kind) for kind in KINDS}
    segments = [*_opening(station, frame), *_headlines(station, ranked)]
    if ranked["news"]:
        segments += [_music(), *_news(station, ranked["news"])]
    for kind, part, words in (
        ("feature", "Chuyên mục", "Mời quý vị và các bạn nghe chuyên mục Cải cách hành chính."),
        ("dialogue", "Hỏi – đáp", "Sau đây là mục hỏi và đáp."),
    ):
        if ranked[kind]:
            segments += [_music(), *_parts(station, ranked[kind], part, words)]
    if ranked["notice"]:
        segments += [_music(), *_notices(station, ranked["notice"])]
    return [*segments, *_closing(station, frame)]


def urgent_alone(station: Station, item: Item) -> list[Segment]:
    """Return the segments of an urgent announcement, which is read at once and outside every slot."""
    greeting = (f"Đây là {station.name}.", "Sau đây là thông báo khẩn cấp.")
    return [
        _read(station, "Lời dẫn", "nu", greeting, notice=True),
        *_twice(station, item, "Khẩn cấp", "Thông báo khẩn cấp."),
    ]


def seconds(segments: Sequence[Segment]) -> float:
    """Return how long the segments take together."""
    return sum(segment.seconds for segment in segments)


def demand_room(station: Station, frame: Frame) -> None:
    """Raise `TooShort` when greeting, closing and tunes alone are longer than the slot."""
    if frame.minutes is None:
        return
    needed = seconds([*_opening(station, frame), *_closing(station, frame)])
    if needed > frame.minutes * 60:
        minutes, rest = divmod(round(needed), 60)
        raise TooShort(
            f"Khung giờ {frame.minutes} phút không đủ cho nhạc hiệu, lời chào và lời kết ({minutes}:{rest:02d}). "
            "Hãy tăng số phút của khung giờ hoặc rút ngắn nhạc hiệu, lời xướng, phần giới thiệu người thực hiện."
        )


def _ranked(items: Sequence[Item], kind: str) -> list[Item]:
    chosen = [item for item in items if item.kind == kind]
    return sorted(chosen, key=lambda item: item.priority != "priority")  # stable: the editor's order stays


def _opening(station: Station, frame: Frame) -> list[Segment]:
    day = frame.starts_at
    said = speak(f"ngày {day.day}/{day.month}/{day.year}", region=station.region).text
    found = [Segment("Nhạc hiệu", "bang", (), float(station.tune), "Nhạc hiệu của đài")]
    if station.opening:
        found.append(
            _read(station, "Lời xướng", "nam", _sentences(station, station.opening), note="Trên nền nhạc hiệu")
        )
    greeting = (
        f"Đây là {station.name}.",
        "Kính chào quý vị và các bạn!",
        f"Hôm nay là {_WEEKDAYS[day.weekday()]}, {said}.",
    )
    return [*found, _read(station, "Lời chào", "nu", greeting)]


def _headlines(station: Station, ranked: Mapping[str, list[Item]]) -> Iterator[Segment]:
    titled = [item for kind in ("news", "feature", "dialogue") for item in ranked[kind]]
    if not titled:
        return
    yield _read(station, "Giới thiệu", "nam", ("Chương trình hôm nay có những nội dung chính.",))
    for turn, item in enumerate(titled[:HEADLINES]):
        yield _read(station, "Giới thiệu", _voice(turn), (str(item.script["title"]["spoken"]),))


def _news(station: Station, items: Sequence[Item]) -> Iterator[Segment]:
    for turn, item in enumerate(items):
        yield _of_item(station, item, "Bản tin", _voice(turn), _spoken(item))


def _parts(station: Station, items: Sequence[Item], part: str, words: str) -> Iterator[Segment]:
    yield _read(station, part, "nam", (words,))
    for turn, item in enumerate(items):
        if item.kind == "dialogue":
            for number, lines in enumerate(_by_paragraph(item)):
                yield _of_item(station, item, part, _voice(turn + number), lines)
        else:
            yield _of_item(station, item, part, _voice(turn), (_title(item), *_spoken(item)))


def _notices(station: Station, items: Sequence[Item]) -> Iterator[Segment]:
    for item in items:
        yield from _twice(station, item, "Thông báo", "Thông báo.")


def _twice(station: Station, item: Item, part: str, call: str) -> Iterator[Segment]:
    """A notice is read twice: the first time the listener looks for a pen."""
    yield _of_item(station, item, part, "nam", (call, _title(item), *_spoken(item)), notice=True)
    yield _of_item(
        station, item, part, "nam", ("Xin nhắc lại.", _title(item), *_spoken(item)), notice=True, note="Đọc lần hai"
    )


def _closing(station: Station, frame: Frame) -> list[Segment]:
    words = [f"Chương trình {frame.title} đến đây là hết."] if frame.title else ["Chương trình đến đây là hết."]
    words += ["Kính chào và hẹn gặp lại quý vị và các bạn!"]
    found = [_read(station, "Lời kết", "nu", tuple(_sentences(station, " ".join(words))))]
    if station.credits:
        found.append(_read(station, "Người thực hiện", "nam", _sentences(station, station.credits)))
    return [*found, Segment("Nhạc hiệu", "bang", (), LAST_TUNE, "Nhạc hiệu, nhỏ dần")]


def _music() -> Segment:
    return Segment("Nhạc cắt", "bang", (), BREAK, "Nhạc cắt")


def _sentences(station: Station, text: str) -> tuple[str, ...]:
    said = speak(text, region=station.region).text.replace("\n", " ").strip()
    ended = said if said.endswith((".", "!", "?", "…")) else f"{said}."
    found, start = [], 0
    for at, char in enumerate(ended):
        if char in ".!?…" and (at + 1 == len(ended) or ended[at + 1] == " "):
            found.append(ended[start : at + 1].strip())
            start = at + 1
    return tuple(found)


def _title(item: Item) -> str:
    return str(item.script["title"]["spoken"])


def _spoken(item: Item) -> tuple[str, ...]:
    return tuple(str(row["spoken"]) for row in item.script["rows"])


def _by_paragraph(item: Item) -> list[tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for row in item.script["rows"]:
        found.setdefault(int(row["paragraph"]), []).append(str(row["spoken"]))
    return [tuple(lines) for lines in found.values()]


def _voice(turn: int) -> Voice:
    return "nam" if turn % 2 else "nu"


def _of_item(
    station: Station, item: Item, part: str, who: Voice, lines: tuple[str, ...], *, notice: bool = False, note: str = ""
) -> Segment:
    notes = [note] if note else []
    if item.script["correction"]:
        notes.append(f"Có đính chính: {item.script['correction']}")
    return _read(station, part, who, lines, notice=notice, note=". ".join(notes), item=item.delivery)


def _read(
    station: Station,
    part: str,
    who: Voice,
    lines: Sequence[str],
    *,
    notice: bool = False,
    note: str = "",
    item: int | None = None,
) -> Segment:
    rate = station.notice_rate if notice else station.rate
    lasts = length("\n".join(lines), rate).seconds
    return Segment(part, who, tuple(lines), round(lasts, 1), note, item)
