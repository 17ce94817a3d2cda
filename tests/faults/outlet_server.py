"""A misbehaving outlet behind HTTP: it accepts everything twice if asked twice, and remembers all of it in a ledger.

The ledger is an append-only file of JSON lines, each one flushed to disk before the answer leaves: what stands there
was accepted, whatever became of the answer. How calls go wrong is scripted by `faults` (tests/simulators/kit.py);
`ANSWERS` and `refused` add the answers of an outlet of this kind.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.simulators.kit import Fault, Running, Simulator, as_json, serve, spoilt

TOKEN = "khoa-thu-nghiem"
_JSON = {"Content-Type": "application/json"}

# What an outlet may do to a post, by name; after those of the first group the post stands there.
ANSWERS: dict[str, Fault] = {
    "accept_then_hang": Fault("silence", accepted=True, seconds=30),
    "accept_then_reset": spoilt("reset", accepted=True),
    "accept_then_500": Fault("answer", accepted=True, status=500, headers=_JSON, body='{"error": "oops"}'),
    "accept_then_empty": Fault("answer", accepted=True, status=200, headers=_JSON),
    "accept_then_truncated": spoilt("truncated", accepted=True),
    "accept_then_broken_json": spoilt("broken_json", accepted=True),
    "accept_then_login_page": spoilt("html_200", accepted=True),
    "accept_then_no_id": Fault("answer", accepted=True, status=200, headers=_JSON, body='{"ok": true}'),
    "accept_then_drip": Fault("drip", True, 0.3, 200, _JSON, '{"id": "1"' + " " * 100 + "}"),
    "hang": Fault("silence", seconds=30),
    "reset": spoilt("reset"),
    "error_500": Fault("answer", status=500, headers=_JSON, body='{"error": "oops"}'),
    "html_502": spoilt("html_502"),
    "empty": spoilt("empty_200"),
    "truncated": spoilt("truncated"),
    "drip": Fault("drip", False, 0.3, 200, _JSON, '{"id": "1"' + " " * 100 + "}"),
}


def refused(status: int, retry_after: str = "") -> Fault:
    """Return an answer that refuses a call without accepting anything, with a Retry-After where one is given."""
    headers = {**_JSON, "Date": formatdate(usegmt=True)}
    if retry_after:
        headers["Retry-After"] = retry_after
    return Fault("answer", status=status, headers=headers, body='{"error": "refused"}')


class OutletServer(Simulator):
    """Posts by number, each with its key; knows nothing of keys it has seen before."""

    def __init__(self, ledger: Path) -> None:
        super().__init__()
        self.ledger = ledger
        self.token = TOKEN
        self._standing: dict[str, str] = {}  # remote id -> key
        self._count = 0
        ledger.touch()

    def endpoint(self, request: Request) -> str:
        return f"{request.method} {request.path.split('/')[1]}"

    def answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return as_json({"error": "token"}, 401)
        what = self.endpoint(request)
        if what == "GET posts":
            return as_json({"posts": [remote for remote, key in self._standing.items() if key == request.args["key"]]})
        remote = request.path.rpartition("/")[2]
        if what in {"PUT posts", "DELETE posts"} and not remote.isdecimal():
            return as_json({"error": "no such post"}, 404)
        if what == "DELETE posts":
            return self._removed(remote)
        return self._accepted(what, remote, request.get_json())

    def _accepted(self, what: str, remote: str, content: dict[str, Any]) -> Response:
        if what == "PUT posts":
            if remote not in self._standing:
                return as_json({"error": "no such post"}, 404)
            self._write("amend", of=remote, key=content["key"], sha256=content["sha256"])
            return as_json({"id": remote})
        self._count += 1
        remote = str(self._count)
        if what == "POST uploads":
            self._write("upload", key=content["key"], remote=remote)
            return as_json({"id": remote}, 201)
        self._standing[remote] = content["key"]
        self._write("deliver", key=content["key"], sha256=content["sha256"], remote=remote)
        return as_json({"id": remote}, 201)

    def _removed(self, remote: str) -> Response:
        if self._standing.pop(remote, None) is not None:
            self._write("retract", of=remote)
        return as_json({"removed": True})

    def moderate(self, key: str) -> None:
        """Take a post away as the outlet's own staff would: it no longer stands in any list."""
        for remote in [remote for remote, found in self._standing.items() if found == key]:
            del self._standing[remote]
            self._write("moderate", of=remote)

    def lines(self, *verbs: str) -> list[dict[str, str]]:
        """Return the ledger from disk, all of it or the lines of some verbs."""
        found = [json.loads(line) for line in self.ledger.read_text("utf-8").splitlines()]
        return [line for line in found if not verbs or line["do"] in verbs]

    def _write(self, verb: str, **facts: str) -> None:
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"do": verb, **facts}) + "\n")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def outlet_server(ledger: Path) -> Iterator[tuple[OutletServer, dict[str, str]]]:
    """Serve an outlet until the block ends; yields it and the settings of an account that speaks to it."""
    server = OutletServer(ledger)
    with serve(server) as running:
        yield server, settings_for(running)


def settings_for(running: Running) -> dict[str, str]:
    """Return the settings of an account at a running outlet."""
    return {"address": running.url, "token": TOKEN}
