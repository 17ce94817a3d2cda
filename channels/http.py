"""The only socket of the channels: a guarded client that says, after every failure, whether bytes had left.

Built on `requests.Session`, so a library that takes a session (facebook-sdk) is guarded too. The address is
checked where the socket is opened, on what the name resolved to just then: odd spellings of an address, a name
that resolves elsewhere the second time (DNS rebinding) and every redirect meet the same check.
"""

import http.client
import ipaddress
import json
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from channels.base import Refusal, Rejected, TryLater, Unknown
from channels.deadline import at_most

logging.getLogger("urllib3").setLevel(logging.INFO)  # at DEBUG it writes whole addresses, tokens included

HIDDEN = "•••"
PORTS = {80, 443}
# Served inside clouds though formally public: Azure's host agent, Oracle's metadata, the old 6to4 anycast.
_MAGIC = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Resolve = Callable[..., Any]  # the shape of `socket.getaddrinfo`


class Times(NamedTuple):
    """Time limits of one call, in seconds: to connect, between two bytes, and altogether."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 30.0


class Forbidden(Rejected):
    """The address may not be called from here; nothing was sent."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with every secret, and whatever stands behind `access_token=`, replaced by dots."""
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return re.sub(r"((?:access_token|client_secret|appsecret_proof)=)[^&\s\"']+", rf"\1{HIDDEN}", text)


def json_object(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds; `Unknown` for anything else: a proxy's page proves nothing."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(response.content)
    if not isinstance(found, dict):
        raise Unknown(f"{_host(response.url)} trả lời không đúng dạng (HTTP {response.status_code}).")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also behind IPv4-mapped, 6to4 and NAT64 spellings."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        within = ip.ipv4_mapped or ip.sixtofour
        if within is not None:
            return is_public(str(within))
        if ip.is_site_local or ip.teredo:
            return False
    magic = any(ip.version == net.version and ip in net for net in _MAGIC)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or magic)


class Client(requests.Session):
    """A session for one thread that never retries, keeps no cookies and reads no proxy or password from around it.

    `allow` names base addresses (scheme, host, port) beyond the open internet: a simulator, an office's intranet.
    `most_bytes` caps an answer, unpacked. `redirects` is how many hops a GET may follow; a POST follows none.
    Answers of any status are returned, read to the end. Raises `Forbidden` (address refused), `TryLater` (proof
    that nothing was sent: no name, no connection, no TLS) and `Unknown` (anything after that).
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        times: Times | None = None,
        most_bytes: int = 4_000_000,
        redirects: int = 0,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = "publisher"
        self._times = times or Times()
        self._most = most_bytes
        self._redirects = redirects
        self._door = _Door({_origin(address) for address in allow}, resolve)
        for prefix in ("http://", "https://"):
            self.mount(prefix, _Adapter(self._door))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request as `requests.Session.request` does; `timeout`, if given, is a `Times` for this call alone."""
        try:
            return super().request(method, url, *args, **kwargs)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            pass  # raised below, where no exception with the whole address hangs on to it
        raise Forbidden("Địa chỉ gọi đi không hợp lệ: chỉ nhận http:// và https:// kèm tên máy chủ.")

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a request with the session's headers alone; merging cookies, hooks and passwords, of which there
        are none, would take longer than all the rest."""
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=str(request.method).upper(), url=request.url, files=request.files, data=request.data,
            json=request.json, headers={**self.headers, **(request.headers or {})}, params=request.params,
            auth=request.auth,
        )  # fmt: skip
        return prepared

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request within its time limits and return the answer, read to the end.

        It goes to the adapter past `requests.Session.send`, whose cookies, hooks and redirects are not wanted.
        """
        wished, verify = kwargs.get("timeout"), kwargs.get("verify", True)
        times = wished if isinstance(wished, Times) else self._times
        hops = self._redirects if request.method in {"GET", "HEAD"} else 0
        with self._door.watch(times.total):
            while True:
                response = self._once(request, times, verify)
                if not (hops and response.is_redirect):
                    return response
                hops -= 1
                request = _moved(request, response)

    def _once(self, request: requests.PreparedRequest, times: Times, verify: bool | str) -> requests.Response:
        try:
            adapter = self.get_adapter(str(request.url))
            response = adapter.send(request, stream=True, timeout=(times.connect, times.read), verify=verify)
            data = self._body(response)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
            raise
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError) as error:
            failure = _lost(_host(request.url), error, self._door.expired)
        else:
            if not self._door.expired:
                response.raw = BytesIO(data)
                _read = response.content  # kept by requests: closing the socket then loses nothing
                return response
            failure = _lost(_host(request.url), None, True)
        # Outside the handler: the library's exceptions carry the address, and the address may carry a token.
        raise failure

    def _body(self, response: requests.Response) -> bytes:
        data = bytearray()
        while chunk := response.raw.read(65536, decode_content=True):
            data += chunk
            if len(data) > self._most:
                response.close()
                raise Unknown(f"{_host(response.url)} trả lời dài quá {self._most // 1000} kB: không đọc tiếp.")
        return bytes(data)


class _Door:
    """Opens sockets to addresses that may be called, and closes them when the call's time is up."""

    def __init__(self, allowed: set[tuple[str, str, int]], resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._socket: socket.socket | None = None
        self.expired = False

    def watch(self, total: float) -> AbstractContextManager[None]:
        """Bound everything within by `total` seconds: a server that drips one byte a second never times out."""
        self.expired, self._socket = False, None
        return at_most(total, self._expire)

    def hold(self, opened: socket.socket | None) -> None:
        """Remember the socket in use, to be shut when time is up."""
        self._socket = opened
        if self.expired:
            self._expire()

    def _expire(self) -> None:
        self.expired = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # beneath TLS: it need not be asked

    def open(self, scheme: str, host: str, port: int, timeout: float, options: Iterable[Any]) -> socket.socket:
        """Return a socket connected to one of the addresses that were checked a moment ago."""
        failure: OSError = OSError("no address")
        for family, kind, protocol, _name, address in self._addresses(scheme, host, port, timeout):
            opened = socket.socket(family, kind, protocol)
            try:
                for option in options:
                    opened.setsockopt(*option)
                opened.settimeout(timeout)
                self.hold(opened)
                opened.connect(address)
            except OSError as error:
                opened.close()
                failure = error
                if self.expired:
                    break
            else:
                return opened
        raise failure

    def _addresses(self, scheme: str, host: str, port: int, timeout: float) -> list[Any]:
        trusted = (scheme, host.lower().rstrip("."), port) in self._allowed
        if not trusted and port not in PORTS:
            raise Forbidden(f"Không được gọi {host} qua cổng {port}: chỉ mở cổng 80 và 443.")
        found = self._ask(host, port, timeout)
        if trusted or all(is_public(address[4][0]) for address in found):
            return found
        if _is_literal(host):
            raise Forbidden(f"Không được gọi {host}: địa chỉ này thuộc mạng nội bộ.")
        # A name may be right and its answer wrong for a while (a captive network, a blocked name): not final.
        raise TryLater(f"{host} đang trỏ về mạng nội bộ nên không được gọi. Hãy kiểm tra máy chủ tên miền.")

    def _ask(self, host: str, port: int, timeout: float) -> list[Any]:
        """Resolve a name in a thread of its own: the system's resolver knows no time limit."""
        answer: list[Any] = []

        def ask() -> None:
            with suppress(OSError, UnicodeError):
                answer.extend(self._resolve(host, port, type=socket.SOCK_STREAM))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(timeout)
        if asking.is_alive() or not answer:
            raise TryLater(_unreached(host, "không tìm được địa chỉ của tên miền"))
        return list(answer)


class _Guarded(HTTPConnection):
    """A connection whose socket comes through the door; failing to connect is proof that nothing was sent."""

    door: _Door
    scheme = "http"

    def _new_conn(self) -> socket.socket:
        limit = self.timeout if isinstance(self.timeout, int | float) else Times().connect
        return self.door.open(self.scheme, self.host.strip("[]"), self.port, limit, self.socket_options or ())

    def connect(self) -> None:
        try:
            super().connect()
        except Refusal:
            raise
        except (OSError, HTTPError) as error:
            failure = TryLater(_unreached(self.host, _why_unconnected(error)))
        else:
            return
        raise failure

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        self.door.hold(self.sock)
        super().request(*args, **kwargs)


class _GuardedTLS(_Guarded, HTTPSConnection):
    scheme = "https"


class _Adapter(HTTPAdapter):
    """An adapter whose pools make guarded connections."""

    def __init__(self, door: _Door) -> None:
        self._door = door
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        plain = type("_Plain", (_Guarded,), {"door": self._door})
        secure = type("_Secure", (_GuardedTLS,), {"door": self._door})
        pools = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        pools.pool_classes_by_scheme = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        self.poolmanager = pools


def _moved(request: requests.PreparedRequest, response: requests.Response) -> requests.PreparedRequest:
    """Return the request of a redirect's next hop; nothing secret follows to another host."""
    moved = request.copy()
    moved.prepare_url(urljoin(request.url or "", response.headers["location"]), None)
    if _origin(moved.url or "") != _origin(request.url or ""):
        for name in set(moved.headers) - {"User-Agent", "Accept", "Accept-Encoding", "Connection"}:
            del moved.headers[name]
    return moved


def _origin(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)


def _host(address: str | None) -> str:
    return urlsplit(address or "").hostname or "máy chủ"


def _is_literal(host: str) -> bool:
    with suppress(OSError, UnicodeError):
        return bool(socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST))
    return False


def _unreached(host: str, why: str) -> str:
    return f"Không nối được tới {host}: {why}. Chưa gửi gì; hệ thống sẽ tự thử lại."


def _why_unconnected(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "quá thời gian chờ kết nối"
    if isinstance(error, ConnectionRefusedError):
        return "máy chủ từ chối kết nối"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "chứng thư của máy chủ không hợp lệ"
    if isinstance(error, ssl.SSLError):
        return "không lập được kết nối an toàn (TLS)"
    return "lỗi mạng"


def _lost(host: str, error: Exception | None, expired: bool) -> Unknown:
    slow = expired or isinstance(error, requests.Timeout | TimeoutError)
    why = "quá thời gian chờ trả lời" if slow else "kết nối đứt giữa chừng"
    return Unknown(f"Đã gọi {host} nhưng không nhận được trả lời trọn vẹn: {why}.")
