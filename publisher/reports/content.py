"""What a report holds: plain frozen values, and their canonical JSON, which a closed period keeps for ever."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from publisher.text import number
from publisher.words import _, mark

SOURCES = {
    "measured": mark("đo trên kênh"),
    "reported": mark("đơn vị báo"),
    "estimated": mark("ước tính"),
    "sample": mark("số liệu mẫu"),
    "log": mark("nhật ký phát hành"),
    "plan": mark("theo dõi kế hoạch"),
    "entered": mark("nhập tay"),
    "lower": mark("đơn vị cấp dưới báo"),
}
SHORT_SOURCES = {
    "measured": mark("đo"),
    "reported": mark("báo"),
    "estimated": mark("ước"),
    "sample": mark("mẫu"),
    "log": mark("nhật ký"),
    "plan": mark("kế hoạch"),
    "entered": mark("nhập"),
    "lower": mark("cấp dưới"),
}
NOT_YET = mark("chưa có")


@dataclass(frozen=True)
class Value:
    """One number of a report: `amount` None is "chưa có", never 0; of a ratio it is the part, `of` the whole."""

    amount: int | None = None
    of: int | None = None
    sources: tuple[str, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True)
class Figure:
    """One line of the statistical table: the period, the year so far, the same period of the year before.

    `rule` tells how values of several units or periods join: `sum`, `last` (a standing, such as procedures on
    display) or `ratio` (sum of the parts over sum of the wholes, never the mean of percentages).
    """

    key: str
    title: str
    measure: str
    rule: Literal["sum", "last", "ratio"]
    now: Value
    running: Value
    before: Value
    note: str = ""
    scale: int = 1  # stored values per unit shown: đồng in a million đồng


@dataclass(frozen=True)
class Share:
    """What one theme or one channel has: items that went out or were held, and their reach (None: not counted)."""

    code: str
    title: str
    items: int
    measures: tuple[tuple[str, int], ...] = ()  # (đơn vị tính, value): unlike units stay apart


@dataclass(frozen=True)
class Measured:
    """One number of one item."""

    title: str
    measure: str
    value: int
    source: str
    as_of: datetime | None


@dataclass(frozen=True)
class Product:
    """One item of the list of products: published, or held as an activity."""

    kind: Literal["published", "activity"]
    id: int
    day: date
    title: str
    form: str  # title of the channel or of the form of publicity
    themes: tuple[str, ...]
    unit: str
    link: str = ""
    place: str = ""
    numbers: tuple[Measured, ...] = ()
    proofs: int = 0


@dataclass(frozen=True)
class Proof:
    """One entry of the list of evidence: a file by its sha256 or a link, and what it proves."""

    id: int
    name: str
    proves: str
    sha256: str = ""
    url: str = ""


@dataclass(frozen=True)
class TargetLine:
    """A target of the plan and where it stands; `verdict` is met, below, above, open or words."""

    ref: str
    text: str
    wanted: str
    reached: str
    verdict: str
    as_of: date | None
    source: str


@dataclass(frozen=True)
class Part:
    """What one unit by itself put into a sum, and through whose closed report it came (empty: read here)."""

    unit_id: int
    unit: str
    through: str
    sha256: str
    figures: tuple[Figure, ...]
    themes: tuple[Share, ...] = ()
    forms: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Window:
    """The period a report tells about; `assumed` when the document leaves the window or the due date open."""

    calendar: str
    key: str
    label: str
    kind: str
    data_from: date
    data_to: date
    counted_to: date
    due: date
    assumed: bool
    note: str = ""


@dataclass(frozen=True)
class Report:
    """All that is said in one report of one unit; what the documents are made from and what closing freezes."""

    unit_id: int
    unit: str
    window: Window
    plan: str  # what it reports on: "Kế hoạch số … ngày … của …"
    figures: tuple[Figure, ...]
    themes: tuple[Share, ...] = ()
    forms: tuple[Share, ...] = ()
    products: tuple[Product, ...] = ()
    proofs: tuple[Proof, ...] = ()
    targets: tuple[TargetLine, ...] = ()
    gaps: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    absent: tuple[str, ...] = ()  # lower units whose report is not in the sum
    narrative: Mapping[str, str] = field(default_factory=dict)
    drawn_at: datetime | None = None


@dataclass(frozen=True)
class Edition:
    """Under which number, when and with which sha256 a report was closed."""

    number: int
    closed_at: datetime
    sha256: str


def share(value: Value) -> Decimal | None:
    """Return a ratio in percent with one decimal, half up; None without a part or a whole."""
    if value.amount is None or not value.of:
        return None
    return (Decimal(100) * value.amount / value.of).quantize(Decimal("0.1"), ROUND_HALF_UP)


def decimal(value: Decimal) -> str:
    """Write a decimal the Vietnamese way: 1234.5 → 1.234,5; trailing zeros after the comma fall away."""
    sign, whole = ("-" if value < 0 else ""), abs(value)
    digits = f"{whole:f}"
    ints, _dot, rest = digits.partition(".")
    rest = rest.rstrip("0")
    return sign + number(int(ints)) + (f",{rest}" if rest else "")


def shown(figure: Figure, value: Value) -> str:
    """Return how a value reads in a document: 1.234, 87,5, or "chưa có"."""
    if figure.rule == "ratio":
        percent = share(value)
        return _(NOT_YET) if percent is None else decimal(percent)
    if value.amount is None:
        return _(NOT_YET)
    return number(value.amount) if figure.scale == 1 else decimal(Decimal(value.amount) / figure.scale)


def source_words(value: Value, *, short: bool = False) -> str:
    """Return the sources of a value in words, most trusted first; `short` for the table of a document."""
    words = SHORT_SOURCES if short else SOURCES
    return ", ".join(_(words[name]) for name in words if name in value.sources)


def canonical(report: Report) -> str:
    """Return the one JSON text of a report: sorted keys, no white space, instants and days in ISO 8601."""
    return json.dumps(
        dataclasses.asdict(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso
    )


def digest(text: str) -> str:
    """Return the sha256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong into a report")


def read(text: str) -> Report:
    """Return the report of a canonical text; the same value that was written."""
    report: Report = _made(Report, json.loads(text))
    return report


def _made(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return None if data is None else _made(next(k for k in get_args(kind) if k is not type(None)), data)
    if origin is tuple:
        kinds = get_args(kind)
        if len(kinds) == 2 and kinds[1] is ...:
            return tuple(_made(kinds[0], one) for one in data)
        return tuple(_made(k, one) for k, one in zip(kinds, data, strict=True))
    if dataclasses.is_dataclass(kind):
        made: Any = kind
        return made(**{name: _made(_hints(kind)[name], value) for name, value in data.items()})
    if kind in (date, datetime):
        return kind.fromisoformat(data)
    return data


_HINTS: dict[Any, dict[str, Any]] = {}


def _hints(kind: Any) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]
