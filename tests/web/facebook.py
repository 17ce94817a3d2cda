"""An office whose Facebook is the simulator: by the address settings alone, with the channel as it is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publisher.config import Config
from publisher.installation import open_installation
from publisher.model import Account
from tests.conftest import web_app
from tests.factories import PASSWORD, Office, make_office
from tests.simulators import kit
from tests.simulators.facebook import Facebook
from tests.simulators.facebook_world import APP_ID, APP_SECRET, PAGE_ID, World

START = "/admin/tai-khoan/facebook"


@dataclass
class Connecting:
    """The office, a signed-in browser of its administrator, and the simulated Facebook."""

    office: Office
    browser: FlaskClient
    running: kit.Running

    @property
    def sim(self) -> Facebook:
        assert isinstance(self.running.simulator, Facebook)
        return self.running.simulator

    @property
    def world(self) -> World:
        return self.sim.world

    def set_app(self, secret: str = APP_SECRET) -> TestResponse:
        return self.browser.post(
            f"{START}/ung-dung",
            data={"unit": str(self.office.unit_id), "account": "", "app_id": APP_ID, "app_secret": secret},
        )

    def dialog(self, account: int | None = None) -> str:
        """Press the button; returns the dialog's address."""
        fields = {"unit": str(self.office.unit_id)} | ({"account": str(account)} if account else {})
        answer = self.browser.post(f"{START}/dang-nhap", data=fields)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def agree(self, address: str, **changes: str) -> str:
        """Agree in the dialog; returns our address that Facebook sends the browser to."""
        more = "".join(f"&{name}={value}" for name, value in changes.items())
        back = requests.get(address + more, allow_redirects=False, timeout=5).headers["Location"]
        assert urlsplit(back).path == f"{START}/tro-ve"
        return f"{urlsplit(back).path}?{urlsplit(back).query}"

    def offered(self, account: int | None = None) -> str:
        """Sign in as far as the choice of a Page; returns its address."""
        answer = self.browser.get(self.agree(self.dialog(account)))
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def connected(self, mode: str = "live") -> Account:
        """Go the whole way; returns the account."""
        self.set_app()
        answer = self.browser.post(self.offered(), data={"page": PAGE_ID, "mode": mode})
        assert answer.status_code == 302, answer.text
        return self.account()

    def account(self) -> Account:
        with self.office.reading() as session:
            return session.scalars(select(Account).where(Account.channel == "facebook")).one()


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


@contextmanager
def connecting(config: Config) -> Iterator[Connecting]:
    """Open an installation in the prepared home of `config` with Facebook's two addresses pointing at a simulator."""
    with kit.serve(Facebook()) as running:
        ours = Config(home=config.home, facebook_url=running.url, facebook_login_url=running.url)
        installation = open_installation(ours)
        office = make_office(installation)
        browser = web_app(installation).test_client()
        sign_in = {"email": office.email("administrator"), "password": PASSWORD}
        assert browser.post("/login", data=sign_in).status_code == 302
        yield Connecting(office, browser, running)
        installation.close()
