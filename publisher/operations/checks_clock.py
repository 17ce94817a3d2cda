"""What the doctor looks at in time and around: clocks that differ, clocks that stand, two that should be one, mail."""

import smtplib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from requests import RequestException
from sqlalchemy import func, select, text

from channels.base import Refusal
from channels.http import Client, Times
from publisher import clock
from publisher.config import Config
from publisher.delivery.jobs import Job, silences
from publisher.model import Audit, Heartbeat, Ticker
from publisher.model.database import Database
from publisher.operations.checks import Check
from publisher.operations.mail import MailFailed, log_in, post, server_of
from publisher.operations.restore import held_back
from publisher.words import _

MOST_SKEW = timedelta(seconds=5)  # P4: a delivery begins within 5 s of its time
COARSE = timedelta(seconds=10)  # the Date header tells whole seconds, and the way to it takes some
ALIVE = timedelta(seconds=60)


def clock_checks(db: Database, jobs: Sequence[Job]) -> list[Check]:
    """Look at the database's clock, at beats that stopped or come from the future, at clocks that are too many."""
    return [*_database_clock(db), _future(db), _silent(db, jobs), _tickers(db), _restored(db)]


def _database_clock(db: Database) -> list[Check]:
    if db.sqlite:
        return []
    with db.reading() as session:
        before = clock.now()
        theirs: datetime = session.scalar(text("SELECT clock_timestamp()")) or before
        after = clock.now()
    skew = max(before - theirs, theirs - after, timedelta(0))
    return [_skew(_("Đồng hồ máy này và máy cơ sở dữ liệu"), skew, MOST_SKEW)]


def _skew(name: str, skew: timedelta, most: timedelta) -> Check:
    if skew <= most:
        return Check(name, True)
    note = _("lệch {seconds} giây: hãy bật đồng bộ giờ (NTP) trên mọi máy").format(seconds=int(skew.total_seconds()))
    return Check(name, False, note)


def _future(db: Database) -> Check:
    with db.reading() as session:
        latest = session.scalar(select(func.max(Heartbeat.at)))
    ahead = (latest - clock.now()) if latest is not None else timedelta(0)
    return _skew(_("Đồng hồ không chạy lùi"), max(ahead, timedelta(0)), MOST_SKEW)


def _silent(db: Database, jobs: Sequence[Job]) -> Check:
    now = clock.now()
    with db.reading() as session:
        first = session.scalar(select(Audit.at).order_by(Audit.id).limit(1))
        quiet = silences(session, jobs, first or now)
    titles = ", ".join(
        _("{title} (từ {since})").format(title=_(one.title), since=f"{one.since:%d/%m/%Y %H:%M} UTC") for one in quiet
    )
    note = _("lâu không chạy: {titles}. Hãy xem «publisher run» hoặc «publisher worker» có chạy không")
    # Not refused: the doctor may well be asked while the program is stopped.
    return Check(_("Việc định kỳ chạy đều"), not quiet, note.format(titles=titles) if quiet else "", should=True)


def _tickers(db: Database) -> Check:
    with db.reading() as session:
        alive = list(session.scalars(select(Ticker.process).where(Ticker.at > clock.now() - ALIVE).limit(20)))
    name = _("Số đồng hồ đang chạy")
    if not db.sqlite or len(alive) < 2:
        return Check(name, True, str(len(alive)))
    note = _(
        "{count} tiến trình cùng chạy trên một SQLite ({who}): thừa mà không nhanh hơn, hãy dừng bớt "
        "(vừa khởi động lại thì xem lại sau một phút)"
    )
    return Check(name, False, note.format(count=len(alive), who=", ".join(alive)))


def _restored(db: Database) -> Check:
    with db.reading() as session:
        waiting = held_back(session)
    note = _("{count} lượt khôi phục từ bản sao lưu sẽ được tìm trên kênh trước khi gửi").format(count=waiting)
    return Check(_("Lượt chờ tìm trên kênh"), True, note if waiting else "")


def web_clock(url: str) -> Check:
    """Compare our clock with the Date header of a web server: bounded, and no fault when it cannot be reached."""
    name = _("Đồng hồ máy này và {url}").format(url=url)
    try:
        with Client(allow=[url], times=Times(3.0, 5.0, 8.0)) as client:
            before = clock.now()
            answer = client.head(url)
            after = clock.now()
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (RequestException, Refusal, OSError, KeyError, ValueError):
        return Check(name, True, _("không hỏi được giờ"))
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return _skew(name, max(before - theirs - timedelta(seconds=1), theirs - after, timedelta(0)), COARSE)


def mail_checks(config: Config, recipient: str = "") -> list[Check]:
    """Sign in to the mail server, and send a letter to `recipient` if one is given."""
    name = _("Máy chủ thư")
    server = server_of(config)
    if server is None:
        note = _("chưa đặt PUBLISHER_SMTP_URL: cảnh báo chỉ hiện trong hộp việc")
        return [Check(name, not recipient, note, should=not recipient)]
    try:
        if not recipient:
            log_in(server)
            return [Check(name, True, server.place)]
        letter = EmailMessage()
        letter["Subject"] = _("Thư thử của hệ thống lập lịch và phát hành")
        letter["From"], letter["To"] = config.mail_from, recipient
        letter.set_content(_("Nếu đọc được thư này thì cảnh báo đến được địa chỉ của bạn.") + "\n")
        post(server, letter)
    except (MailFailed, ValueError, smtplib.SMTPException) as error:
        return [Check(name, False, str(error))]
    return [Check(name, True, _("đã gửi thư thử đến {recipient}").format(recipient=recipient))]
