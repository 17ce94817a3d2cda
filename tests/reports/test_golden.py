"""Golden figures: a generated year; every line is added up here in plain Python and read back from four formats."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from publisher import clock
from publisher.audit import CLOCK
from publisher.config import Config
from publisher.installation import Installation, open_installation
from publisher.model import Unit
from publisher.reach import ledger
from publisher.reach.forms import FORMS
from publisher.reach.ledger import Entry
from publisher.reports import compose, duties, files, writing
from publisher.reports.content import Report
from publisher.reports.regime import read_regime
from tests.reports import reading
from tests.reports.year import AFTER, YEAR, Fact, Year, make_year

WINDOWS = {
    f"{YEAR}-Q1": (date(YEAR - 1, 12, 15), date(YEAR, 3, 14)),
    f"{YEAR}-Q3": (date(YEAR, 6, 15), date(YEAR, 9, 14)),
    f"{YEAR}-Y": (date(YEAR - 1, 12, 15), date(YEAR, 12, 14)),
}
SOCIAL = ("facebook", "zalo")
CONTESTS = ("thi_tim_hieu", "thi_viet", "hoi_thi")
Total = Callable[[Year, int, date, date], int | None]


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Year]]:
    """The year, made once, with numbers of units as a whole that no delivery or activity carries."""
    installation = open_installation(Config(home=tmp_path_factory.mktemp("golden") / "home"))
    year = make_year(installation)
    zone = installation.config.zone
    with clock.reading(AFTER), installation.world.db.writing() as session:
        for unit_id in year.units[:2]:
            _told(session, zone, year, unit_id)
    gains = year.gains()
    year.gains = lambda: gains  # type: ignore[method-assign]  # worked out once: hundreds of totals are asked for
    yield installation, year
    installation.close()


def _told(session: Session, zone: ZoneInfo, year: Year, unit_id: int) -> None:
    for month in (1, 2, 5, 8, 11):
        day = date(YEAR, month, 20)
        as_of = ledger.end_of(day, zone)
        numbers = {
            "documents": ("", month),
            "surveys": ("khao_sat", 100 + month),
            "satisfied": ("khao_sat", 90 - month),
            "answered": ("tiep_nhan_phan_anh", 30 + month),
            "on_time": ("tiep_nhan_phan_anh", 21 + month),
        }
        for metric, (form, value) in numbers.items():
            ledger.log(session, CLOCK, zone, [Entry(metric, value, "reported", as_of, unit_id=unit_id, form=form)])
            channel, place = FORMS[form].channel if form else "", len(year.readings)
            year.readings.append(Fact(place, "", unit_id, channel, form, (), metric, "", "reported", as_of, day, value))


def add(*parts: int | None) -> int | None:
    found = [part for part in parts if part is not None]
    return sum(found) if found else None


def out(channel: str) -> Total:
    def counted(year: Year, unit: int, since: date, until: date) -> int | None:
        return sum(one.unit_id == unit and one.channel == channel for one in year.products(since, until))

    return counted


def fact(metric: str, **wanted) -> Total:
    return lambda year, unit, since, until: year.total(since, until, unit_id=unit, metric=metric, **wanted)


def forms(metric: str, *codes: str) -> Total:
    return lambda year, unit, since, until: add(*(fact(metric, form=code)(year, unit, since, until) for code in codes))


def channels(metric: str, *names: str) -> Total:
    return lambda year, unit, since, until: add(
        *(fact(metric, channel=name)(year, unit, since, until) for name in names)
    )


def both(*parts: Total) -> Total:
    return lambda year, unit, since, until: add(*(part(year, unit, since, until) for part in parts))


def listed(year: Year, unit: int, _since: date, until: date) -> int | None:
    """Of a standing the last value on or before the last day counts, form by form."""
    last: dict[str, int] = {}
    for one in sorted(year.readings, key=lambda one: (one.as_of, one.order)):
        if one.metric == "tthc_listed" and one.unit_id == unit and one.day <= until and one.value is not None:
            last[one.series] = one.value
    return sum(last.values()) if last else None


# Written out again on purpose: a fault in the program's own table must not excuse itself here.
LINES: dict[str, Total] = {
    "1": fact("documents", form="", channel=""),
    "2": both(out("portal"), forms("events", "portal", "trang_xa_phuong")),
    "3": channels("views", "portal"),
    "4": forms("documents", "dang_van_ban"),
    "5a": listed,
    "5b": fact("tthc_new"),
    "5c": fact("tthc_amended"),
    "5d": fact("tthc_supplemented"),
    "5đ": fact("tthc_repealed"),
    "5e": fact("tthc_replaced"),
    "6": both(out("facebook"), forms("events", "fanpage", "mang_xa_hoi")),
    "7": both(out("zalo"), forms("events", "zalo")),
    "8a": channels("views", *SOCIAL),
    "8b": channels("reach", *SOCIAL),
    "8c": both(*(channels(metric, *SOCIAL) for metric in ("reactions", "comments", "shares"))),
    "9": both(out("radio"), forms("events", "truyen_thanh", "phat_thanh")),
    "10": channels("plays", "radio"),
    "11": channels("minutes", "radio"),
    "12": forms("events", "bao_chi", "truyen_hinh"),
    "13": forms("events", "cung_cap_bao_chi"),
    "14": forms("events", "hoi_nghi", "tap_huan"),
    "15": forms("attendees", "hoi_nghi", "tap_huan"),
    "16": forms("events", "hop_giao_ban", "doan_the", "pbgdpl", "kiem_tra"),
    "17": forms("events", "doi_thoai"),
    "18a": forms("copies", "bang_ron"),
    "18b": out("banner"),
    "19": forms("copies", "ap_phich", "bien_hieu"),
    "20": forms("copies", "to_roi"),
    "21a": forms("events", "led"),
    "21b": forms("plays", "led"),
    "22": forms("events", "bang_tin"),
    "23a": forms("events", *CONTESTS),
    "23b": forms("attendees", *CONTESTS),
    "24a": fact("received"),
    "24b": fact("answered"),
    "24c": fact("published"),
    "25": fact("calls"),
    "26a": fact("surveys"),
    "27": fact("models"),
    "29": fact("cost"),
}
RATIOS = {"24d": (fact("on_time"), fact("answered")), "26b": (fact("satisfied"), fact("surveys"))}


def vietnamese(value: int | None, key: str) -> str:
    if value is None:
        return "chưa có"
    if key != "29":
        return f"{value:,}".replace(",", ".")
    millions = f"{Decimal(value) / 1_000_000:,.6f}".rstrip("0").rstrip(".")
    return millions.replace(",", "~").replace(".", ",").replace("~", ".")


def percent(part: int | None, whole: int | None) -> str:
    if part is None or not whole:
        return "chưa có"
    tenths = (2000 * part + whole) // (2 * whole)  # half up
    return f"{tenths // 10},{tenths % 10}".removesuffix(",0")


def truth(year: Year, unit: int, since: date, until: date) -> dict[str, str]:
    """Every line of a unit in a window, as a document writes it."""
    found = {key: vietnamese(total(year, unit, since, until), key) for key, total in LINES.items()}
    for key, (part, whole) in RATIOS.items():
        found[key] = percent(part(year, unit, since, until), whole(year, unit, since, until))
    return {**found, "28a": "chưa có", "28b": "chưa có", "30": "chưa có"}


def composed(installation: Installation, unit_id: int, period: str) -> tuple[Report, dict[str, bytes]]:
    zone = installation.config.zone
    with clock.reading(AFTER), installation.world.db.reading() as session:
        window = duties.window_of(read_regime(session), "CL22", period)
        row = duties.unowed(session, session.get_one(Unit, unit_id), window)
        report = compose.compose(session, zone, row)
        paper = writing.paper_of(session, row)
    return report, {kind: b"".join(files.pieces(kind, report, paper, zone)) for kind in files.TYPES}


@pytest.mark.parametrize("period", WINDOWS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_total_of_the_year_is_the_same_in_all_four_formats(
    golden: tuple[Installation, Year], place: int, period: str
) -> None:
    installation, year = golden
    unit_id = year.units[place]
    _report, made = composed(installation, unit_id, period)
    since, until = WINDOWS[period]
    now, running = truth(year, unit_id, since, until), truth(year, unit_id, date(YEAR - 1, 12, 15), until)
    # The office began with this year: nothing was counted before, and its outlets are younger than that.
    wanted = {key: (now[key], running[key], "chưa có") for key in now}
    assert len(wanted) == 45
    assert reading.docx_table(made["docx"]) == wanted
    assert reading.xlsx_table(made["xlsx"]) == wanted
    assert reading.csv_table(made["csv"]) == wanted
    assert reading.pdf_table(made["pdf"]) == wanted


def test_the_products_of_the_year_are_listed_once_each_with_their_links(golden: tuple[Installation, Year]) -> None:
    installation, year = golden
    unit_id, period = year.units[0], f"{YEAR}-Y"
    report, made = composed(installation, unit_id, period)
    since, until = WINDOWS[period]
    wanted = sorted(
        [(one.day, one.title, one.url) for one in year.products(since, until) if one.unit_id == unit_id]
        + [(one.until, one.title, "") for one in year.did(since, until) if one.unit_id == unit_id]
    )
    assert sorted((one.day, one.title, one.link) for one in report.products) == wanted
    listed_rows = reading.docx_products(made["docx"])
    assert len(listed_rows) == len(wanted)
    linked = {(row[1], *row[2].split("\n")) for row in listed_rows if "\n" in row[2]}
    assert linked == {(day.strftime("%d/%m/%Y"), title, url) for day, title, url in wanted if url}


def test_themes_and_forms_add_up_to_what_went_out(golden: tuple[Installation, Year]) -> None:
    installation, year = golden
    unit_id, period = year.units[1], f"{YEAR}-Y"
    report, _made = composed(installation, unit_id, period)
    since, until = WINDOWS[period]
    mine = [one for one in (*year.products(since, until), *year.did(since, until)) if one.unit_id == unit_id]
    for share in report.themes:
        wanted = sum(share.code in one.themes if share.code else not one.themes for one in mine)
        assert share.items == wanted, share.title
    assert sum(share.items for share in report.forms) == len(mine) == len(report.products)
