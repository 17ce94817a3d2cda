"""An office whose Zalo is the simulator by the address settings alone, whose portal answers, and whose time is Zalo's.

The channel is the one in the registry, the tokens are the hub's, the pictures are fetched from the office's own portal.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from publisher import clock
from publisher.accounts import renewing
from publisher.config import Config
from publisher.connections import tokens
from publisher.delivery.drain import tick
from publisher.installation import open_installation
from publisher.model import Account, Delivery, OutletToken, Receipt
from tests.conftest import web_app
from tests.factories import PASSWORD, Office, make_office
from tests.faults.processes import free_port
from tests.simulators import kit
from tests.simulators.zalo import START
from tests.simulators.zalo import Zalo as Simulated
from tests.simulators.zalo_world import APP_ID, APP_SECRET, OA_SECRET

VALUES = {"app_id": APP_ID, "app_secret": APP_SECRET, "oa_secret": OA_SECRET}
TOKEN = "POST oauth/access_token"


@dataclass
class ZaloOffice:
    """The office, its web application, and the simulated Zalo."""

    office: Office
    app: Flask
    simulator: Simulated
    url: str  # of the simulator
    portal: str  # of the office's portal
    account_id: int = 0

    def client(self, role: str) -> FlaskClient:
        """A signed-in browser of the office's person of that role."""
        browser = self.app.test_client()
        assert browser.post("/login", data={"email": self.office.email(role), "password": PASSWORD}).status_code == 302
        return browser

    def add(self, mode: str = "live", **values: str) -> int:
        self.account_id = self.office.add_account("zalo", "Zalo phường Mẫu", values={**VALUES, **values}, mode=mode)
        return self.account_id

    @property
    def page(self) -> str:
        return f"/admin/tai-khoan/{self.account_id}/zalo"

    def begun(self, browser: FlaskClient) -> str:
        """Press the button; returns Zalo's address."""
        answer = browser.post(f"{self.page}/cap-quyen")
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def agreed(self, address: str) -> str:
        """Agree at Zalo; returns our address that Zalo sends the browser to."""
        back = urlsplit(requests.get(address, allow_redirects=False, timeout=5).headers["Location"])
        return f"{back.path}?{back.query}"

    def consent(self, browser: FlaskClient | None = None) -> TestResponse:
        """Go the whole way of a consent."""
        browser = browser or self.client("administrator")
        return browser.get(self.agreed(self.begun(browser)))

    def connected(self, mode: str = "live") -> int:
        """Add an account and connect it; returns its id."""
        self.add(mode)
        assert self.consent().status_code == 303
        return self.account_id

    @property
    def hub(self) -> tokens.Hub:
        return tokens.Hub(self.office.world.db, self.office.world.vault, self.account_id)

    def renew(self) -> str:
        """One pass of the job that renews tokens."""
        return renewing.renew(self.office.world)

    def row(self) -> OutletToken:
        with self.office.reading() as session:
            return session.get_one(OutletToken, self.account_id)

    def account(self) -> Account:
        with self.office.reading() as session:
            return session.get_one(Account, self.account_id)

    def living(self) -> bool:
        """Whether Zalo takes the access token that the hub hands out."""
        return self.hub.current() in self.simulator.world.access

    def pass_time(self, minutes: float = 0) -> dict[str, Any]:
        """Let minutes pass, for the office and Zalo alike, then one pass of the clock and of what renews tokens."""
        self.simulator.clock.advance(minutes * 60)
        self.renew()
        return tick(self.office.world)

    def scheduled(self, title: str = "Nộp hồ sơ trực tuyến", **text: Any) -> int:
        """An approved post for Zalo alone; returns the post's id."""
        return self.office.scheduled(title, account_id=self.account_id, **text)

    def until_sent(self, post_id: int, most: int = 40) -> Delivery:
        """Pass after pass, three minutes apart, until the post's newest delivery has ended."""
        for _pass in range(most):
            delivery = self.office.deliveries(post_id)[-1]
            if delivery.state in {"sent", "failed", "held", "cancelled"}:
                return delivery
            self.pass_time(3)
        return self.office.deliveries(post_id)[-1]

    def receipt(self, delivery_id: int) -> Receipt:
        with self.office.reading() as session:
            return session.scalars(select(Receipt).where(Receipt.delivery_id == delivery_id)).one()

    def entries(self, verb: str) -> list[dict[str, Any]]:
        return [dict(entry.facts) for entry in self.simulator.journal.entries(verb)]


@contextmanager
def zalo_office(config: Config, start: datetime = START, *, public: bool = True) -> Iterator[ZaloOffice]:
    """Open an installation of `config` whose Zalo is a simulator; with `public` its portal is served for it."""
    port = free_port()
    portal = f"http://127.0.0.1:{port}"
    simulator = Simulated(kit.Clock(start))
    with kit.serve(simulator) as running, clock.reading(simulator.clock.now):
        addresses = {"zalo_url": running.url, "zalo_oauth_url": running.url, "public_url": portal if public else ""}
        installation = open_installation(config.model_copy(update=addresses))
        app = web_app(installation)
        server = make_server("127.0.0.1", port, app, threaded=True)
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield ZaloOffice(make_office(installation), app, simulator, running.url, portal)
        finally:
            server.shutdown()
            serving.join(timeout=10)
            server.server_close()
            installation.close()
