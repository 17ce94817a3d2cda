"""A real mail server for tests: it keeps what it takes, and refuses, hangs or asks for a password on command."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.provision.programs import free_port

PASSWORD = "mat-khau-thu-canary-51c0"


class Postbox:
    """What a test tells the server to do, and the letters it took."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse: str = ""  # what it answers to every letter instead of taking it
        self.refuse_recipient: str = ""
        self.seconds = 0.0  # how long it thinks about a letter

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == self.refuse_recipient:
            return "550 khong co nguoi nay"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.seconds:
            time.sleep(self.seconds)
        if self.refuse:
            return self.refuse
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    def texts(self) -> list[str]:
        return [letter.get_content() for letter in self.letters]

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password.decode() == PASSWORD
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(signed_in: bool = False) -> Iterator[tuple[Postbox, str]]:
    """Run a mail server on a port of its own; yields it with its address for PUBLISHER_SMTP_URL."""
    box = Postbox()
    options = {"authenticator": _authenticate, "auth_require_tls": False, "auth_required": True} if signed_in else {}
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
