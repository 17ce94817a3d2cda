"""Talking to a mail server: bounded in time, no password in the clear, none in any message."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest

from publisher.config import Config
from publisher.operations.mail import MailFailed, Server, log_in, post, server_of
from tests.unit.postbox import PASSWORD, mail_server

# What the library thinks of a server that takes passwords without TLS; it listens on this machine alone.
OPEN_AUTH = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def server(url: str, **settings: str) -> Server:
    found = server_of(Config(smtp_url=url, mail_from="a@b.example", **settings))  # type: ignore[arg-type]
    assert found is not None
    return found


def letter() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@b.example", "c@d.example", "Thử dấu tiếng Việt"
    made.set_content("Nội dung thử.\n")
    return made


def test_addresses_of_servers_are_read_as_people_write_them() -> None:
    plain = server("smtp://may.example")
    assert (plain.host, plain.port, plain.tls, plain.starttls) == ("may.example", 25, False, False)
    started = server("smtp://nguoi%40co.vn:m%3At@may.example:587?starttls=1")
    assert (started.user, started.password, started.starttls) == ("nguoi@co.vn", "m:t", True)
    tls = server("smtps://may.example")
    assert (tls.port, tls.tls, tls.starttls) == (465, True, False)
    assert PASSWORD not in repr(server(f"smtps://u:{PASSWORD}@may.example"))


def test_a_letter_arrives_with_its_marks() -> None:
    with mail_server() as (box, url):
        post(server(url), letter())
        assert box.letters[0]["Subject"] == "Thử dấu tiếng Việt" and box.texts() == ["Nội dung thử.\r\n"]


@OPEN_AUTH
def test_a_server_that_asks_for_a_password_gets_it_and_a_wrong_one_is_told() -> None:
    with mail_server(signed_in=True) as (box, url):
        address = url.removeprefix("smtp://")
        post(server(f"smtp://nguoi:{PASSWORD}@{address}"), letter())
        assert len(box.letters) == 1
        log_in(server(f"smtp://nguoi:{PASSWORD}@{address}"))
        with pytest.raises(MailFailed, match="535") as caught:
            post(server(f"smtp://nguoi:sai-{PASSWORD}@{address}"), letter())
        assert PASSWORD not in str(caught.value) and address in str(caught.value)


@OPEN_AUTH
def test_a_password_is_never_sent_over_an_open_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(signed_in=True) as (box, url):
        port = int(url.rpartition(":")[2])
        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: real("127.0.0.1", *rest, **more))
        with pytest.raises(MailFailed, match="kết nối mã hóa"):
            post(server(f"smtp://nguoi:{PASSWORD}@may.example:{port}"), letter())
        assert box.letters == []


def test_a_server_that_is_not_there_or_speaks_no_tls_is_told() -> None:
    from tests.provision.programs import free_port

    with pytest.raises(MailFailed, match=r"máy chủ thư 127\.0\.0\.1:\d+"):
        post(server(f"smtp://127.0.0.1:{free_port()}"), letter())
    with mail_server() as (_box, url):
        with pytest.raises(MailFailed, match="STARTTLS"):
            post(server(url + "?starttls=1"), letter())
        with pytest.raises(MailFailed):
            post(server(url.replace("smtp:", "smtps:")), letter())


@contextmanager
def dripping() -> Iterator[int]:
    """A server that sends one byte a tenth of a second and never ends its line."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        connection, _peer = listener.accept()
        with connection:
            connection.sendall(b"220 chao\r\n")
            while not ended.is_set():
                try:
                    connection.sendall(b"2")
                except OSError:
                    return
                time.sleep(0.1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()
        thread.join(timeout=5)


def test_a_server_that_drips_is_cut_off() -> None:
    began = time.monotonic()
    with dripping() as port, pytest.raises(MailFailed):
        post(server(f"smtp://127.0.0.1:{port}"), letter(), within=1.0)
    assert time.monotonic() - began < 5
