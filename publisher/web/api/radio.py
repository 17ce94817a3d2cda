"""Radio for machines: a station's programmes, pulling one, its files, logging back."""

import json
from datetime import date, datetime, timedelta
from typing import Any, Literal

from flask import Response, g, jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from channels.radio.packet import FILES
from publisher import clock
from publisher.audit import Actor
from publisher.clock import local_day
from publisher.files import sha256
from publisher.model import Account
from publisher.radio import logbook, programmes, pulling, stations
from publisher.radio.logbook import Said
from publisher.radio.stations import described
from publisher.refusal import Missing, Refused
from publisher.web.api import api, bearer, keeper, within
from publisher.web.context import installation, reading, world, writing
from publisher.web.radio.cards import Card, board, one
from publisher.web.radio.files import VOICE, ZIP, made, packet_of
from publisher.words import _

MOST_DAYS = 31


@api.get("/radio/stations")
@bearer("air")
def stations_list() -> Response:
    """List the stations the key reaches."""
    with reading() as session:
        mine = stations.visible(session, keeper(session), "air")
    mine = [account for account in mine if g.key.account_id in {None, account.id}]
    return jsonify(stations=[{"id": account.id, "name": described(account).name} for account in mine])


def _seen(session: Session, station: int) -> Account:
    return within(stations.seen(session, keeper(session), station, "air"))


@api.get("/radio/stations/<int:station>/programmes")
@bearer("air", query={"from": "date", "to": "date", "changed_since": "date-time"})
def programmes_list(station: int) -> Response:
    """List programmes `from` … `to` (days, default today and six days on); `changed_since` (ISO time) leaves out what
    is older and was pulled as it stands. Answers 304 to an `If-None-Match` that still holds."""
    now = clock.now()
    today = local_day(now, installation().config.zone)
    first = _day("from") or today
    last = _day("to") or first + timedelta(days=6)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refused(_("Khoảng ngày phải theo thứ tự và không quá {most} ngày.").format(most=MOST_DAYS), "to")
    since = _instant("changed_since")
    with reading() as session:
        shown = board(session, world(), _seen(session, station), first, last, now)
    listed = [_plain(card) for card in shown.cards if card.titles and _fresh(card, since)]
    return _tagged({"programmes": listed})


def _fresh(card: Card, since: datetime | None) -> bool:
    changed = card.planned.changed_at
    return since is None or card.state == "changed" or (changed is not None and changed > since)


def _plain(card: Card) -> dict[str, Any]:
    planned, standing = card.planned, card.standing
    zone = installation().config.zone
    return {
        "key": planned.key,
        "title": planned.title,
        "day": planned.day.isoformat(),
        "starts_at": planned.starts_at.astimezone(zone).isoformat(),
        "minutes": planned.minutes,
        "seconds": planned.seconds,
        "urgent": planned.urgent,
        "state": card.state,
        "aired": card.aired or None,
        "edition": standing.edition if standing else None,
        "changed_at": planned.changed_at.isoformat() if planned.changed_at else None,
        "items": [{"title": one.title, "priority": one.priority} for one in planned.airings],
        "files": {
            name: url_for("api.file", station=planned.account_id, key=planned.key, name=name)
            for name in ([*FILES, ZIP] if standing else [])
        },
    }


def _tagged(data: dict[str, Any], status: int = 200) -> Response:
    body = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    answer = Response(body, status, content_type="application/json")
    answer.set_etag(sha256(body))
    answer.headers["Cache-Control"] = "private, no-cache"
    if request.method == "GET":
        answer.make_conditional(request)
    return answer


@api.get("/radio/stations/<int:station>/programmes/<key>")
@bearer("air")
def programme(station: int, key: str) -> Response:
    """Describe one programme; what changed since it was pulled stands under `changes`."""
    with reading() as session:
        card = one(session, world(), _seen(session, station), key, clock.now())
    changes: list[str] = []
    if card.state == "changed" and card.standing is not None:
        changes = pulling.differences(pulling.read(world(), card.standing), card.planned.book)
    return _tagged({**_plain(card), "changes": changes})


@api.post("/radio/stations/<int:station>/programmes/<key>/pull")
@bearer("air")
def pull(station: int, key: str) -> Response:
    """Take a programme as it stands now; the edition stays what it is until it is pulled again."""
    with writing() as session:
        account = _seen(session, station)
        planned = programmes.programme(session, world(), account, key)
        pulling.pull(session, world(), _actor(), account, planned, "api")
        card = one(session, world(), account, key, clock.now())
    return _tagged(_plain(card), 201)


@api.get("/radio/stations/<int:station>/programmes/<key>/files/<name>")
@bearer("air")
def file(station: int, key: str, name: str) -> Response:
    """Hand out a file of the pulled edition; its tag is that of the edition, so an unchanged one costs nothing."""
    with reading() as session:
        packet = packet_of(session, _seen(session, station), key)
    if packet.edition is None:
        raise Missing(_("Chưa lấy chương trình này: hãy gọi POST …/pull trước."))
    if name not in {*FILES, ZIP, VOICE}:
        raise Missing(_("Gói kịch bản không có tệp «{name}».").format(name=name[:60]))
    tag = sha256(f"{name}:{packet.uid}:{packet.edition}:{packet.notice}".encode())
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        kind, data = made(packet, name)
        answer = Response(data, content_type=kind)
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.set_etag(tag)
    return answer


class LogSent(BaseModel):
    """What a machine says of a programme; times ISO 8601, without an offset of the office's zone."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["full", "partial", "not_aired"]
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    read: frozenset[int] = frozenset()  # deliveries read to their end
    source: Literal["own", "relay", "source_system"] = "own"
    operator: str = ""


@api.post("/radio/stations/<int:station>/programmes/<key>/log")
@bearer("air", takes=LogSent)
def log(station: int, key: str) -> Response:
    """Write down how a programme went (`LogSent` as JSON); times left out are those of the schedule."""
    sent = _log_sent()
    with writing() as session:
        account = _seen(session, station)
        card = one(session, world(), account, key, clock.now())
        starts, ends = sent.started_at or card.planned.starts_at, sent.ended_at or card.planned.ends_at
        said = Said(sent.status, _aware(starts), _aware(ends), sent.reason, sent.read, sent.source, sent.operator)
        rows = logbook.log_back(session, world(), _actor(), account, card.planned, card.standing, said)
        told = [{"delivery": row.delivery_id, "status": row.status, "reason": row.reason} for row in rows]
    return _tagged({"logged": told}, 201)


def _log_sent() -> LogSent:
    try:
        return LogSent.model_validate_json(request.get_data())
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "JSON"
        raise Refused(
            _("{where}: giá trị không hợp lệ ({why}).").format(where=where, why=fault["msg"]), where
        ) from error


def _actor() -> Actor:
    return Actor(f"{g.keeper.name} ({g.key.name})", g.keeper.id)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise Refused(_("{name}: ngày phải có dạng 2026-11-21.").format(name=name), name) from error


def _instant(name: str) -> datetime | None:
    value = request.args.get(name, "")
    try:
        return _aware(datetime.fromisoformat(value.replace(" ", "+"))) if value else None
    except ValueError as error:
        raise Refused(_("{name}: phải là thời điểm, ví dụ 2026-11-21T05:15+07:00.").format(name=name), name) from error


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=installation().config.zone)
