"""What tests of the desk share: a filled-in editor, another unit's office, rows counted before and after."""

import io
import re
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse, encode_multipart

from publisher import clock
from publisher.model import Audit, Decision, Delivery, Media, Placement, Post, PostTheme, Slot, Version
from tests.factories import Office, in_minutes, make_person, make_unit

STORED = (Post, Version, PostTheme, Placement, Decision, Delivery, Media, Slot, Audit)


def rows(office: Office) -> dict[str, int]:
    """How many rows every table of the desk has."""
    with office.reading() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in STORED}


def typed(office: Office, minutes: float | None = 60, **fields: Any) -> dict[str, Any]:
    """A filled-in editor for a new post on the office's portal account; `minutes` from now, None for no outlet."""
    local = in_minutes(minutes or 60).astimezone(office.installation.config.zone)
    form: dict[str, Any] = {
        "unit": str(office.unit_id),
        "title": "Nộp hồ sơ trực tuyến chỉ với vài bước",
        "body": "Đăng nhập **Cổng Dịch vụ công** rồi chọn thủ tục.",
        "themes": ["T2"],
        f"day-{office.account_id}": local.strftime("%Y-%m-%d"),
        f"time-{office.account_id}": local.strftime("%H:%M"),
        "act": "save",
    }
    if minutes is not None:
        form["account"] = [str(office.account_id)]
    return {**form, **fields}


def edit_form(office: Office, post_id: int, **fields: Any) -> dict[str, Any]:
    """The editor of a stored post as the browser would send it back, with some fields changed."""
    with office.reading() as session:
        post = session.get_one(Post, post_id)
        version = session.scalars(select(Version).where(Version.post_id == post_id, Version.number == post.head)).one()
        wish = session.scalars(select(Placement).where(Placement.post_id == post_id)).first()
    zone = office.installation.config.zone
    due = (wish.due_at if wish else clock.now()).astimezone(zone)
    form: dict[str, Any] = {
        "revision": str(post.revision),
        "title": version.title,
        "body": version.body,
        "summary": version.summary,
        "themes": version.themes,
        f"day-{office.account_id}": due.strftime("%Y-%m-%d"),
        f"time-{office.account_id}": due.strftime("%H:%M"),
        "act": "save",
    }
    if wish is not None:
        form["account"] = [str(office.account_id)]
    return {**form, **fields}


def the_post(office: Office, post_id: int | None = None) -> Post:
    """The one post there is, or the one with this id."""
    with office.reading() as session:
        query = select(Post) if post_id is None else select(Post).where(Post.id == post_id)
        return session.scalars(query).one()


def revision(office: Office, post_id: int) -> dict[str, str]:
    """The field that every act's form carries."""
    return {"revision": str(the_post(office, post_id).revision)}


def other_unit(office: Office) -> int:
    """A second ward with its own editor and approver; returns the unit's id."""
    with office.writing() as session:
        unit = make_unit(session, "phuong-khac", "UBND phường Khác")
        make_person(session, "editor@khac.example", "Người phường Khác", {"editor": unit, "approver": unit})
        return unit.id


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "red") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, kind)
    data.seek(0)
    return data


def words(answer: TestResponse) -> str:
    """The text of a page without tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def write(browser: FlaskClient, form: dict[str, Any]) -> TestResponse:
    """Send the editor of a new post the way a browser does: always as multipart."""
    if any(isinstance(value, tuple) for value in form.values()):
        return browser.post("/desk/bai/moi", data=form, content_type="multipart/form-data")
    boundary, body = encode_multipart(form)  # in memory: the test client puts long forms into a file left open
    return browser.post("/desk/bai/moi", data=body, content_type=f"multipart/form-data; boundary={boundary}")
