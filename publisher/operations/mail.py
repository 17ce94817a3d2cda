"""Mail: letters wait in a table until a mail server has taken them; a server that hangs or refuses blocks nothing."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from sqlalchemy import select, update

from publisher import clock
from publisher.config import Config
from publisher.delivery.outlets import World
from publisher.logs import hide, know
from publisher.model import Mail
from publisher.words import _

log = structlog.get_logger("publisher.mail")

STEP = 10.0  # seconds the server may take for one answer
WHOLE = 30.0  # seconds for a whole letter: whoever drips bytes is cut off
LEASE = timedelta(minutes=2)  # longer than a whole letter: meanwhile no other process takes it
AT_ONCE = 20  # letters a pass; the next one comes a minute later
GIVE_UP = timedelta(hours=24)
RETRY = (1, 2, 5, 15, 30, 60)  # minutes until the next try


class MailFailed(Exception):
    """The mail server did not take it; the message is a sentence for the administrator, without the password.

    `others` says whether other letters may still go: this one alone was refused.
    """

    def __init__(self, message: str, others: bool = False) -> None:
        super().__init__(message)
        self.others = others


@dataclass(frozen=True)
class Server:
    """Where mail goes out, from `smtp://user:password@host:587?starttls=1` or `smtps://…`."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool  # from the first byte
    starttls: bool

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"


def server_of(config: Config) -> Server | None:
    """Return the mail server of the settings, or None when there is none."""
    if not config.smtp_url:
        return None
    parts = urlsplit(config.smtp_url)
    tls = parts.scheme == "smtps"
    password = unquote(parts.password or "")
    know([password])
    asked = parse_qs(parts.query).get("starttls", ["0"])[-1]
    return Server(
        parts.hostname or "", parts.port or (465 if tls else 25), unquote(parts.username or ""), password,
        tls, not tls and asked.lower() not in {"0", "no", "false"},
    )  # fmt: skip


def post(server: Server, letter: EmailMessage, within: float = WHOLE) -> None:
    """Hand one letter to the server within so many seconds; `MailFailed` says why it did not take it."""
    with _signed_in(server, within) as client:
        client.send_message(letter)


def log_in(server: Server) -> None:
    """Connect and sign in without sending anything; `MailFailed` says what does not work."""
    with _signed_in(server) as client:
        client.noop()


@contextmanager
def _signed_in(server: Server, within: float = WHOLE) -> Iterator[smtplib.SMTP]:
    """Open a session with the server and end it; whatever fails inside becomes `MailFailed`."""
    try:
        client = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(_said(server, error)) from None
    cut = threading.Timer(within, _cut, [client])
    cut.daemon = True
    cut.start()
    try:
        if server.starttls:
            client.starttls(context=ssl.create_default_context())
        if server.user:
            _refuse_open_password(server)
            client.login(server.user, server.password)
        yield client
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        raise MailFailed(_said(server, error), others=True) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(_said(server, error)) from None
    finally:
        cut.cancel()
        with suppress(OSError, smtplib.SMTPException):
            client.quit()


def _connect(server: Server) -> smtplib.SMTP:
    name = "localhost"  # our own name says nothing to a mail server inside an office, and looking it up may hang
    if server.tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, local_hostname=name, timeout=STEP, context=context)
    return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=STEP)


def _cut(client: smtplib.SMTP) -> None:
    if client.sock is not None:
        with suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)


def _refuse_open_password(server: Server) -> None:
    """A password crosses a network only encrypted."""
    if not (server.tls or server.starttls or server.host in {"localhost", "127.0.0.1", "::1"}):
        raise smtplib.SMTPException(_("mật khẩu thư chỉ gửi qua kết nối mã hóa: dùng smtps:// hoặc ?starttls=1"))


def _said(server: Server, error: Exception) -> str:
    why = str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        why = f"{error.smtp_code} {text}"
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        why = "; ".join(
            f"{address}: {code} {text.decode(errors='replace')}" for address, (code, text) in error.recipients.items()
        )
    why = " ".join(hide(why or type(error).__name__).split())[:300]
    return _("máy chủ thư {place}: {why}").format(place=server.place, why=why)


def letter_of(config: Config, mail: Mail) -> EmailMessage:
    """Return the letter as it goes over the wire; the same number again if it has to be sent twice."""
    letter = EmailMessage()
    letter["Subject"] = mail.subject
    letter["From"] = config.mail_from
    letter["To"] = mail.recipient
    letter["Date"] = format_datetime(mail.made_at.astimezone(config.zone))
    domain = config.mail_from.rpartition("@")[2]
    letter["Message-ID"] = f"<canh-bao-{mail.id}-{mail.made_at:%Y%m%d%H%M%S}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(mail.body, cte="base64" if not mail.body.isascii() else "7bit")
    return letter


def send_waiting(world: World) -> tuple[int, int]:
    """Send what waits in the table, a bounded number; return how many were taken and how many were not."""
    server = server_of(world.config)
    if server is None:
        return 0, 0
    sent = failed = 0
    for mail in _take(world, clock.now()):
        try:
            post(server, letter_of(world.config, mail))
        except (MailFailed, ValueError) as error:  # ValueError: an address that cannot stand in a letter
            log.warning("mail.failed", mail=mail.id, problem=str(error))
            _note(world, mail, str(error))
            failed += 1
            if isinstance(error, MailFailed) and not error.others:
                break  # what one letter met the others would meet too, each for half a minute
            continue
        _note(world, mail, "")
        sent += 1
    return sent, failed


def _take(world: World, now: datetime) -> list[Mail]:
    """Take letters whose turn it is: whoever moves the row's next time first has it for the length of the lease."""
    with world.db.writing() as session:
        due = select(Mail).where(Mail.next_at <= now).order_by(Mail.next_at, Mail.id).limit(AT_ONCE)
        mails = list(session.scalars(due.with_for_update(skip_locked=True)))
        for mail in mails:
            mail.next_at = now + LEASE
    return mails


def _note(world: World, mail: Mail, problem: str) -> None:
    now = clock.now()
    values: dict[str, object] = {"tries": mail.tries + 1, "problem": problem, "next_at": None}
    if not problem:
        values["sent_at"] = now
    elif now - mail.made_at < GIVE_UP:
        values["next_at"] = now + timedelta(minutes=RETRY[min(mail.tries, len(RETRY) - 1)])
    with world.db.writing() as session:
        session.execute(update(Mail).where(Mail.id == mail.id, Mail.sent_at.is_(None)).values(**values))
