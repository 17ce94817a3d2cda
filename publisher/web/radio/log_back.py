"""Logging back in two taps, the station's book, and the evidence behind its lines."""

from datetime import date, datetime, timedelta

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from publisher import audit, clock
from publisher.clock import local_day
from publisher.editorial.content import day as read_day
from publisher.model import Account, BroadcastLog, Evidence
from publisher.radio import logbook, logbook_file, stations
from publisher.radio.logbook import AIRED_TITLES, SOURCE_TITLES, Said
from publisher.radio.stations import described
from publisher.refusal import Missing, NotAllowed, Refused
from publisher.web.context import installation, me, reading, world, writing
from publisher.web.desk.bench import whole
from publisher.web.forms import Form, form, instant
from publisher.web.guard import permission
from publisher.web.radio import radio, radio_desk
from publisher.web.radio.cards import one
from publisher.web.radio.evidence import store, uploaded
from publisher.web.radio.programme import programme_page
from publisher.words import _

FIELDS = ("status", "started", "ended", "reason", "source", "operator")
LONGEST_SPAN = 370  # days in one book
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@radio.post("/<int:station>/<key>/nhat-ky")
@permission("air")
def log(station: int, key: str) -> AnyResponse | tuple[str, int]:
    """Write down how a programme went; what is refused comes back with the typed words kept."""
    sent = form(one=FIELDS, many=("read",))
    try:
        proof = uploaded("evidence")
        with writing() as session:
            person = me(session)
            account = stations.seen(session, person, station, "air")
            card = one(session, world(), account, key, clock.now())
            said = _said(sent, card.planned.starts_at.astimezone(installation().config.zone).date())
            evidence = store(session, world().files, account.unit_id, person.id, proof) if proof else None
            said = Said(**{**said.__dict__, "evidence_id": evidence.id if evidence else None})
            logbook.log_back(session, world(), audit.acting(person), account, card.planned, card.standing, said)
    except (Missing, NotAllowed):
        raise
    except Refused as error:
        faults = {error.field or "": error.message}
        return programme_page(station, key, faults, sent.one, sent.many["read"]), 422
    flash(_("Đã ghi nhật ký: {how}.").format(how=_(AIRED_TITLES[said.status]).lower()), "success")
    return redirect(url_for("radio.programme", station=station, key=key))


def _said(sent: Form, day: date) -> Said:
    started, ended = _times(sent, day) if sent["status"] != "not_aired" else (clock.now(), clock.now())
    read = frozenset(number for number in (whole(value) for value in sent.many["read"]) if number is not None)
    return Said(sent["status"], started, ended, sent["reason"], read, sent["source"] or "own", sent["operator"])


def _times(sent: Form, day: date) -> tuple[datetime, datetime]:
    zone = installation().config.zone
    started = instant(day.isoformat(), sent["started"], zone)
    ended = instant(day.isoformat(), sent["ended"], zone)
    return started, ended if ended >= started else ended + timedelta(days=1)  # read past midnight


@radio.get("/nhat-ky")
@permission("air")
def book() -> str:
    """Show the station's book of a span of days."""
    return _book("air", "radio/log.html")


@radio_desk.get("/nhat-ky")
@permission("read")
def desk_book() -> str:
    """Show the stations' book to the desk."""
    return _book("read", "radio/desk_log.html")


def _book(right: str, template: str) -> str:
    with reading() as session:
        mine = stations.visible(session, me(session), right)
        account, first, last = _asked(mine)
        lines = logbook.entries(session, world(), [account.id], first, last, whole=True) if account else []
    return render_template(
        template, stations=mine, account=account, first=first, last=last, lines=lines,
        aired=AIRED_TITLES, sources=SOURCE_TITLES, totals=logbook_file.totals([e for e in lines if not e.corrected]),
    )  # fmt: skip


@radio.get("/nhat-ky.<kind>")
@permission("air")
def book_file(kind: str) -> Response:
    """Hand out the station's book as .xlsx or .docx."""
    return _book_file("air", kind)


@radio_desk.get("/nhat-ky.<kind>")
@permission("read")
def desk_book_file(kind: str) -> Response:
    """Hand out a station's book as .xlsx or .docx to the desk."""
    return _book_file("read", kind)


def _book_file(right: str, kind: str) -> Response:
    make = {"xlsx": (XLSX, logbook_file.as_xlsx), "docx": (DOCX, logbook_file.as_docx)}.get(kind)
    with reading() as session:
        mine = stations.visible(session, me(session), right)
        account, first, last = _asked(mine)
        if account is None or make is None:
            raise Missing(_("Không có sổ nhật ký này."))
        lines = logbook.entries(session, world(), [account.id], first, last)
    media_type, write = make
    data = write(described(account).name, lines, first, last, installation().config.zone)
    answer = Response(data, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"so-nhat-ky-{first}-{last}.{kind}")
    return answer


def _asked(mine: list[Account]) -> tuple[Account | None, date, date]:
    """Return the station and days of the address; without days, this month so far."""
    number = whole(request.args.get("dai", ""))
    account = next((one for one in mine if one.id == number), None if number else next(iter(mine), None))
    if number and account is None:
        raise Missing(_("Không có đài này trong phần việc của bạn."))
    today = local_day(clock.now(), installation().config.zone)
    first = read_day(request.args.get("tu", ""), _("Từ ngày")) or today.replace(day=1)
    last = read_day(request.args.get("den", ""), _("Đến ngày")) or max(first, today)
    if not 0 <= (last - first).days <= LONGEST_SPAN:
        raise Refused(_("Khoảng ngày phải theo thứ tự và không quá {most} ngày.").format(most=LONGEST_SPAN), "tu")
    return account, first, last


@radio.get("/minh-chung/<int:evidence_id>")
@permission("air")
def evidence(evidence_id: int) -> Response:
    """Hand out evidence of one's own station."""
    return _evidence(evidence_id, "air")


@radio_desk.get("/minh-chung/<int:evidence_id>")
@permission("read")
def desk_evidence(evidence_id: int) -> Response:
    """Hand out evidence to the desk."""
    return _evidence(evidence_id, "read")


def _evidence(evidence_id: int, right: str) -> Response:
    with reading() as session:
        row = _of_log(session, evidence_id)
        if row is None:
            raise Missing(_("Không có minh chứng này."))
        found, account_id = row
        stations.seen(session, me(session), account_id, right)
    answer = send_file(world().files.path(found.sha256), mimetype=found.media_type, etag=found.sha256, max_age=0)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    answer.headers.set("Content-Disposition", "inline", filename=found.name)
    return answer


def _of_log(session: Session, evidence_id: int) -> tuple[Evidence, int] | None:
    row = session.execute(
        select(Evidence, BroadcastLog.account_id)
        .join(BroadcastLog, BroadcastLog.evidence_id == Evidence.id)
        .where(Evidence.id == evidence_id)
        .limit(1)
    ).first()
    return (row.Evidence, row.account_id) if row is not None else None
