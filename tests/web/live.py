"""The real web server in a thread, with form tokens on, for tests in a real browser."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page
from werkzeug.serving import make_server

from publisher.web import create_app
from tests.factories import PASSWORD, Office


@contextmanager
def serving(office: Office) -> Iterator[str]:
    """Serve an office's installation; yields its address."""
    server = make_server("127.0.0.1", 0, create_app(office.installation), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def signed_in(open_page: Callable[..., Page], address: str, office: Office, role: str, **context: Any) -> Page:
    """Open a page and sign in as the office's person of that role, the way people do."""
    page = open_page(**context)
    page.goto(f"{address}/login")
    page.get_by_label("Thư điện tử").fill(office.email(role))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/desk/**")
    return page
