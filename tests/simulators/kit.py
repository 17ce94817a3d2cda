"""What every simulator shares: a threaded server, a clock of its own, scripted faults, a journal of accepted writes.

A simulator subclasses `Simulator`: it names the endpoint of a request, answers it, and words its own refusals. The
kit decides beforehand whether this call goes wrong, and how: before the write is carried out, or after it, so that
a client cannot tell the two apart.
"""

import json
import os
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

CONTROL = "/__simulator/"
HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


class Clock:
    """The simulator's time: stands still at `start`, or runs with the real one; `advance` moves it on."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._skipped = timedelta()

    def now(self) -> datetime:
        return (self._start or datetime.now(UTC)) + self._skipped

    def advance(self, seconds: float) -> datetime:
        self._skipped += timedelta(seconds=seconds)
        return self.now()


@dataclass(frozen=True)
class Entry:
    """One accepted write: its number, the simulated time, what was done (`feed`, `article.create`) and to what."""

    number: int
    at: str
    verb: str
    facts: Mapping[str, Any]


class Journal:
    """Append-only list of accepted writes; never put a token or a secret in it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def add(self, verb: str, **facts: Any) -> None:
        with self._lock:
            self._entries.append(Entry(len(self._entries) + 1, self._clock.now().isoformat(), verb, facts))

    def entries(self, verb: str = "") -> list[Entry]:
        """Return the writes so far, all or those of one verb, oldest first."""
        return [entry for entry in list(self._entries) if verb in {"", entry.verb}]


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong.

    `what`: `silence` (no answer for `seconds`, then the connection is dropped) · `drop` (closed without an answer) ·
    `reset` (RST) · `answer` (`status`, `headers`, `body` instead of the right answer) · `truncated` (a body cut
    short) · `drip` (one byte a `seconds`) · `slow` (the right answer, `seconds` later) · `refusal` (the simulator's
    own error called `refusal`; `accepted` makes no sense with it).
    `accepted`: the write is carried out first, only the answer is spoilt.
    """

    what: str
    accepted: bool = False
    seconds: float = 0.0
    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    refusal: str = ""


def spoilt(what: str, accepted: bool = False) -> Fault:
    """Return a transport fault by name (`SPOILT` lists them), before or after the write was accepted."""
    fault = SPOILT[what]
    return Fault(**{**asdict(fault), "accepted": accepted})


# After each of these nobody can say whether the write was carried out.
SPOILT: dict[str, Fault] = {
    "silence": Fault("silence", seconds=30.0),
    "drop": Fault("drop"),
    "reset": Fault("reset"),
    "html_502": Fault("answer", status=502, headers={"Content-Type": "text/html"}, body=HTML),
    "html_200": Fault("answer", status=200, headers={"Content-Type": "text/html"}, body=HTML),
    "empty_200": Fault("answer", status=200, headers={"Content-Type": "application/json"}),
    "empty_503": Fault("answer", status=503, headers={"Content-Type": "application/json"}, body="{}"),
    "no_type": Fault("answer", status=200, body='{"ok": true}'),
    "broken_json": Fault("answer", status=200, headers={"Content-Type": "application/json"}, body='{"id": "12'),
    "json_true": Fault("answer", status=200, headers={"Content-Type": "application/json"}, body="true"),
    "json_list": Fault("answer", status=200, headers={"Content-Type": "application/json"}, body="[]"),
    "truncated": Fault("truncated", status=200, headers={"Content-Type": "application/json"}, body='{"id": "1234"}'),
    "drip": Fault("drip", status=200, seconds=0.2, headers={"Content-Type": "application/json"}, body="{" + " " * 500),
}


@dataclass
class _Rule:
    endpoint: str
    fault: Fault
    chance: float = 1.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))


class Faults:
    """The script: which call of which endpoint goes wrong. Endpoint `*` means every one."""

    def __init__(self) -> None:
        self._coming: dict[str, list[Fault | None]] = {}
        self._numbered: dict[tuple[str, int], Fault] = {}
        self._rules: list[_Rule] = []
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next(self, endpoint: str, *faults: Fault | None) -> None:
        """The coming calls of an endpoint go wrong one after the other; None lets one pass."""
        with self._lock:
            self._coming.setdefault(endpoint, []).extend(faults)

    def at(self, endpoint: str, call: int, fault: Fault) -> None:
        """The call number `call` of an endpoint, counted from 1 since the start or the last `clear`, goes wrong."""
        self._numbered[endpoint, call] = fault

    def always(self, endpoint: str, fault: Fault, chance: float = 1.0, seed: int = 0) -> None:
        """Every call of an endpoint goes wrong, or that part of them which `chance` says, the same ones each run."""
        self._rules.append(_Rule(endpoint, fault, chance, random.Random(seed)))

    def clear(self) -> None:
        with self._lock:
            self._coming.clear()
            self._numbered.clear()
            self._rules.clear()
            self.calls.clear()

    def take(self, endpoint: str) -> Fault | None:
        """Count a call and return what goes wrong with it."""
        with self._lock:
            self.calls[endpoint] += 1
            self.calls["*"] += 1
            for name in (endpoint, "*"):
                if self._coming.get(name):
                    return self._coming[name].pop(0)
                numbered = self._numbered.pop((name, self.calls[name]), None)
                if numbered is not None:
                    return numbered
            for rule in self._rules:
                if rule.endpoint in {endpoint, "*"} and (rule.chance >= 1 or rule.dice.random() < rule.chance):
                    return rule.fault
            return None


class Simulator:
    """A WSGI application that misbehaves on command; subclass it and fill in the four methods."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.faults = Faults()
        self.journal = Journal(self.clock)
        self.lock = threading.RLock()
        self.closing = threading.Event()

    def endpoint(self, request: Request) -> str:
        """Return the name by which faults are scripted, for example `POST feed`."""
        raise LookupError("a simulator names its endpoints")

    def answer(self, request: Request) -> Response:
        """Return the right answer; called under `self.lock`, so the world changes one request at a time."""
        raise LookupError("a simulator answers")

    def refusal(self, name: str, request: Request) -> Response:
        """Return the answer of the outlet's own error `name`, scripted as `Fault("refusal", refusal=name)`."""
        raise LookupError("a simulator words its refusals")

    def tell(self, facts: Mapping[str, Any]) -> Any:
        """Change the world from outside (`POST /__simulator/world`): what may be told is the simulator's own."""
        raise LookupError("this simulator takes no orders")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with Request(environ) as request:  # closes uploaded files
            return self._served(request)(environ, start_response)

    def _served(self, request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return self._control(request)
        fault = self.faults.take(self.endpoint(request))
        if fault is None:
            return self._right(request)
        if fault.what == "refusal":
            with self.lock:
                return self.refusal(fault.refusal, request)
        request.get_data(cache=True, parse_form_data=False)  # what the client sent is read, whatever comes next
        if fault.what == "slow":
            self.closing.wait(fault.seconds)
            return self._right(request)
        if fault.accepted:
            self._right(request)
        self._spoil(request.environ["werkzeug.socket"], fault)
        raise ConnectionResetError("spoilt on purpose")  # the server takes it for a client that went away

    def _right(self, request: Request) -> Response:
        with self.lock:
            return self.answer(request)

    def _spoil(self, to: socket.socket, fault: Fault) -> None:
        if fault.what == "silence":
            self.closing.wait(fault.seconds)
        if fault.what == "reset":
            to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
            socket.close(to.detach())
            return
        if fault.what in {"answer", "truncated", "drip"}:
            body = fault.body.encode()
            length = len(body) + (100 if fault.what == "truncated" else 0)
            headers = {**fault.headers, "Content-Length": str(length), "Connection": "close"}
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            to.sendall(f"HTTP/1.1 {fault.status} Spoilt\r\n{head}\r\n".encode())
            self._send(to, body, fault.seconds if fault.what == "drip" else 0)
        to.shutdown(socket.SHUT_RDWR)

    def _send(self, to: socket.socket, body: bytes, pause: float) -> None:
        if not pause:
            to.sendall(body)
            return
        for byte in body:
            to.sendall(bytes([byte]))
            if self.closing.wait(pause):
                return

    def _control(self, request: Request) -> Response:
        """The simulator-only endpoints: journal, clock, faults, reset of the faults, world."""
        word = request.path.removeprefix(CONTROL)
        given = request.get_json(silent=True) or {}
        if word == "journal":
            return as_json([asdict(entry) for entry in self.journal.entries(request.args.get("verb", ""))])
        if word == "clock":
            return as_json({"now": self.clock.advance(float(given.get("advance", 0))).isoformat()})
        if word == "faults":
            if request.method == "DELETE":
                self.faults.clear()
            else:
                endpoint = given.pop("endpoint")
                fault = spoilt(given["what"], given.get("accepted", False)) if given["what"] in SPOILT else None
                self.faults.next(endpoint, fault or Fault(**given))
            return as_json({"calls": dict(self.faults.calls)})
        if word == "world":
            with self.lock:
                return as_json(self.tell(given))
        return as_json({"error": f"no {word}: journal, clock, faults, world"}, 404)


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, status, headers, content_type="application/json; charset=UTF-8")


class _Quiet(WSGIRequestHandler):
    """Keeps request lines, which may hold a token, off the screen; errors of the simulator itself still show."""

    def make_environ(self) -> Any:
        """Add the headers by their names as sent: WSGI knows no underscore, and Zalo's `access_token` has one."""
        return {**super().make_environ(), "kit.headers": {name.lower(): text for name, text in self.headers.items()}}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header tells the simulated time, as a real outlet's tells the real one."""
        clock: Clock = self.server.app.clock  # type: ignore[attr-defined]
        return super().date_time_string(timestamp or clock.now().timestamp())

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True  # else it would wait for the next request on a socket that is gone


@dataclass(frozen=True)
class Running:
    """A simulator that listens."""

    simulator: Simulator
    url: str  # without a final slash


@contextmanager
def serve(simulator: Simulator, port: int = 0, host: str = "127.0.0.1") -> Iterator[Running]:
    """Serve a simulator in threads of its own until the block ends; port 0 takes a free one."""
    server = make_server(host, port, simulator, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Running(simulator, f"http://{host}:{server.server_port}")
    finally:
        simulator.closing.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
