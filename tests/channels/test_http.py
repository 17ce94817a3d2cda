"""The guarded client: what it refuses to call, how it bounds an answer, and what each failure proves."""

import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.base import TryLater, Unknown
from channels.http import Client, Forbidden, Times, is_public, json_object, redact
from tests.simulators import kit

CANARY = "EAACanaryToken0123456789"
SHORT = Times(connect=1.0, read=0.5, total=1.0)


class Echo(kit.Simulator):
    """Answers what it was asked; `/to?url=` redirects, `/long?bytes=` answers so many bytes."""

    def endpoint(self, request: Request) -> str:
        return request.method

    def answer(self, request: Request) -> Response:
        if request.path == "/to":
            return Response("away", 302, {"Location": request.args["url"]})
        if request.path == "/loop":
            return Response("again", 302, {"Location": "/loop"})
        if request.path == "/long":
            return Response(b"x" * int(request.args["bytes"]))
        if request.method == "POST":
            self.journal.add("post", body=request.get_data(as_text=True))
        return kit.as_json({"path": request.path, "headers": dict(request.headers)})


@pytest.fixture
def echo() -> Iterator[kit.Running]:
    with kit.serve(Echo()) as running:
        yield running


@pytest.fixture
def client(echo: kit.Running) -> Client:
    return Client(allow=[echo.url], times=SHORT, redirects=3)


def resolving(*addresses: str) -> Any:
    """A resolver that answers each address in turn, whatever the name."""
    left = list(addresses)

    def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]",
        "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "[fec0::1]", "[ff02::1]",
    ],
)  # fmt: skip
def test_an_address_of_an_inner_network_is_never_called_however_it_is_spelt(host: str) -> None:
    with pytest.raises(Forbidden, match="mạng nội bộ"):
        Client(times=SHORT).get(f"http://{host}/")


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "khong-co"])
def test_only_http_and_https_are_spoken(address: str) -> None:
    with pytest.raises(Forbidden, match="http://"):
        Client().get(address)


def test_other_ports_than_80_and_443_are_refused_unless_the_address_was_allowed(echo: kit.Running) -> None:
    with pytest.raises(Forbidden, match="cổng"):
        Client().get(echo.url)
    assert Client(allow=[echo.url]).get(echo.url).status_code == 200


def test_allowing_one_address_opens_no_other_port_of_that_machine(echo: kit.Running) -> None:
    with pytest.raises(Forbidden):
        Client(allow=[echo.url]).get("http://127.0.0.1:5432/")


def test_a_name_that_points_into_the_inner_network_is_refused_but_may_recover() -> None:
    with pytest.raises(TryLater, match="mạng nội bộ"):
        Client(resolve=resolving("192.168.1.1")).get("http://graph.example/")


def test_the_address_that_was_checked_is_the_one_called(echo: kit.Running) -> None:
    """DNS rebinding: one question a connection, and the socket opens to that very answer."""
    asked: list[str] = []

    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return resolving("127.0.0.1" if len(asked) == 1 else "10.0.0.1")(host, port)

    named = echo.url.replace("127.0.0.1", "tin.example")  # no resolver but ours knows this name
    assert Client(allow=[named], times=SHORT, resolve=resolve).get(named).json()["headers"]["Host"] in named
    assert asked == ["tin.example"]


def test_a_name_with_one_public_and_one_inner_address_is_refused() -> None:
    def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        return [*resolving("8.8.8.8")(host, port), *resolving("10.0.0.1")(host, port)]

    with pytest.raises(TryLater, match="mạng nội bộ"):
        Client(resolve=resolve).get("https://graph.example/")


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/", "http://127.0.0.1/", "file:///etc/passwd"])
def test_every_redirect_meets_the_same_check(client: Client, echo: kit.Running, target: str) -> None:
    with pytest.raises(Forbidden):
        client.get(f"{echo.url}/to", params={"url": target})


def test_a_redirect_within_what_is_allowed_is_followed_and_a_loop_ends(client: Client, echo: kit.Running) -> None:
    assert client.get(f"{echo.url}/to", params={"url": "/there"}).json()["path"] == "/there"
    assert client.get(f"{echo.url}/loop").status_code == 302
    assert echo.simulator.faults.calls["GET"] == 2 + 4


def test_a_post_follows_no_redirect(client: Client, echo: kit.Running) -> None:
    answer = client.post(f"{echo.url}/to?url=/there", data={"message": "một"})
    assert answer.status_code == 302 and not echo.simulator.journal.entries()


def test_a_secret_header_does_not_follow_to_another_host(echo: kit.Running) -> None:
    with kit.serve(Echo()) as other:
        client = Client(allow=[echo.url, other.url], redirects=1)
        headers = {"Authorization": f"Bearer {CANARY}", "access_token": CANARY}
        answer = client.get(f"{echo.url}/to", params={"url": f"{other.url}/x"}, headers=headers)
    assert CANARY not in answer.text and answer.json()["path"] == "/x"


def test_an_answer_is_read_up_to_a_size_and_no_further(echo: kit.Running) -> None:
    client = Client(allow=[echo.url], most_bytes=100_000)
    assert len(client.get(f"{echo.url}/long?bytes=100000").content) == 100_000
    with pytest.raises(Unknown, match="dài quá 100 kB"):
        client.get(f"{echo.url}/long?bytes=100001")


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("what", ["silence", "drop", "reset", "truncated", "drip"])
def test_what_breaks_after_bytes_left_is_unknown(client: Client, echo: kit.Running, what: str, accepted: bool) -> None:
    echo.simulator.faults.next("POST", kit.spoilt(what, accepted))
    with pytest.raises(Unknown, match="không nhận được trả lời"):
        client.post(echo.url, data={"message": "một"})
    assert len(echo.simulator.journal.entries("post")) == accepted


@pytest.mark.parametrize("what", ["html_200", "empty_200", "broken_json", "json_true", "json_list"])
def test_an_answer_that_is_no_json_object_proves_nothing(client: Client, echo: kit.Running, what: str) -> None:
    echo.simulator.faults.next("POST", kit.spoilt(what))
    with pytest.raises(Unknown, match="không đúng dạng"):
        json_object(client.post(echo.url))


def test_a_call_may_be_given_more_time_than_the_others(client: Client, echo: kit.Running) -> None:
    echo.simulator.faults.always("GET", kit.Fault("slow", seconds=0.8))
    with pytest.raises(Unknown, match="quá thời gian"):
        client.get(echo.url)
    assert client.get(echo.url, timeout=Times(1, 5, 5)).status_code == 200


def test_no_name_no_connection_and_no_tls_prove_that_nothing_was_sent(echo: kit.Running) -> None:
    def nameless(*_args: Any, **_options: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(TryLater, match="tên miền"):
        Client(resolve=nameless).get("https://graph.example/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(TryLater, match="từ chối kết nối"):
        Client(allow=[closed]).get(closed)
    secure = echo.url.replace("http://", "https://")
    with pytest.raises(TryLater, match="TLS"):
        Client(allow=[secure], times=Times(1, 1, 2)).get(secure)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """A TLS server for `tin.example` with a certificate of its own: its port, and where the certificate lies."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tin.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tin.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = make_server("127.0.0.1", 0, Echo(), threaded=True, request_handler=kit._Quiet, ssl_context=(both, both))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, str(both)
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_over_tls_the_name_is_still_what_the_certificate_is_checked_for(secure: tuple[int, str]) -> None:
    port, trusted = secure
    for name, fits in (("tin.example", True), ("khac.example", False)):
        client = Client(allow=[f"https://{name}:{port}"], times=Times(2, 2, 4), resolve=resolving("127.0.0.1"))
        client.verify = trusted
        if fits:
            assert client.get(f"https://{name}:{port}/x").json()["path"] == "/x"
        else:
            with pytest.raises(TryLater, match="chứng thư"):
                client.get(f"https://{name}:{port}/x")


def test_a_certificate_nobody_vouches_for_is_not_talked_to(secure: tuple[int, str]) -> None:
    port, _trusted = secure
    client = Client(allow=[f"https://tin.example:{port}"], times=Times(2, 2, 4), resolve=resolving("127.0.0.1"))
    with pytest.raises(TryLater, match="chứng thư"):
        client.post(f"https://tin.example:{port}/x", data={"message": "một"})


class Lasting(BaseHTTPRequestHandler):
    """Keeps its connections open; `/drip` lets its headers fall one byte at a time."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        type(self).connections += 1
        super().setup()

    def do_GET(self) -> None:
        if self.path == "/drip":
            with suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
                    self.wfile.write(bytes([byte]))
                    threading.Event().wait(0.1)
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:
        return


def test_a_connection_that_is_used_again_is_bounded_in_time_like_a_new_one() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lasting)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        client = Client(allow=[base], times=Times(1.0, 0.5, 1.0))
        assert [client.get(base).text for _call in range(3)] == ["ok"] * 3 and Lasting.connections == 1
        began = time.monotonic()
        with pytest.raises(Unknown, match="quá thời gian"):
            client.get(f"{base}/drip")
        assert time.monotonic() - began < 2
        assert client.get(base).text == "ok", "a later call takes a new connection"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_a_resolver_that_hangs_is_given_up() -> None:
    def hanging(*_args: Any, **_options: Any) -> list[Any]:
        threading.Event().wait(2)
        return []

    with pytest.raises(TryLater, match="tên miền"):
        Client(times=Times(0.2, 1, 1), resolve=hanging).get("https://graph.example/")


def test_no_proxy_and_no_password_is_taken_from_around(
    echo: kit.Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen = Client(allow=[echo.url]).get(echo.url).json()["headers"]
    assert "Authorization" not in seen


@pytest.mark.parametrize("what", ["drop", "reset", "silence", "truncated"])
def test_a_token_in_the_address_or_a_header_shows_in_no_error(client: Client, echo: kit.Running, what: str) -> None:
    echo.simulator.faults.next("GET", kit.spoilt(what))
    headers = {"Authorization": f"Bearer {CANARY}"}
    with pytest.raises(Unknown) as caught:
        client.get(echo.url, params={"access_token": CANARY}, headers=headers)
    error: BaseException = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert CANARY not in shown and error.__cause__ is None and error.__context__ is None


def test_redacting_hides_known_secrets_and_whatever_is_named_one() -> None:
    text = f"Malformed access token {CANARY}; next=https://x/?access_token=abc&limit=1"
    assert redact(text, [CANARY, ""]) == "Malformed access token •••; next=https://x/?access_token=•••&limit=1"


def test_no_cookie_is_kept_between_calls(echo: kit.Running) -> None:
    client = Client(allow=[echo.url])
    echo.simulator.faults.next("GET", kit.Fault("answer", status=200, headers={"Set-Cookie": "a=1; Path=/"}))
    client.get(echo.url)
    assert "Cookie" not in client.get(echo.url).json()["headers"]
