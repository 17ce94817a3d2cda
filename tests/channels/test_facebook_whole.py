"""From the sign-in dialog to a post that stands once, against any server that keeps to the contract.

The installation knows the simulator by its two address settings alone; the channel is the one in the registry.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from publisher import clock, media
from publisher.config import Config
from publisher.model import Receipt
from tests.simulators import kit
from tests.web.facebook import Connecting, connecting


@pytest.fixture
def facebook(config: Config) -> Iterator[Connecting]:
    with connecting(config) as ready:
        yield ready


def picture(facebook: Connecting, number: int) -> dict[str, Any]:
    data = io.BytesIO()
    Image.new("RGB", (60 + number, 40), "teal").save(data, "JPEG")
    with facebook.office.writing() as session:
        row = media.store_image(session, facebook.office.world.files, None, f"anh-{number}.jpg", data.getvalue())
        facts = {"sha256": row.sha256, "media_type": row.media_type, "width": row.width, "height": row.height}
    return {**facts, "alt": f"Ảnh {number}"}


def pass_time(facebook: Connecting, minutes: float, since: Any) -> Any:
    """Let the office's time and Facebook's pass together, then do one pass of the clock."""
    facebook.sim.clock.advance(minutes * 60)
    at = since + timedelta(minutes=minutes)
    facebook.office.tick(at=at)
    return at


def test_a_text_post_takes_one_call_and_its_figures_can_be_read(facebook: Connecting) -> None:
    account = facebook.connected()
    post_id = facebook.office.scheduled("Lịch tiếp công dân tháng 12", account_id=account.id)
    facebook.sim.faults.clear()
    facebook.office.tick()
    assert dict(facebook.sim.faults.calls) == {"POST feed": 1, "*": 1}
    [delivery] = facebook.office.deliveries(post_id)
    [post] = facebook.sim.journal.entries("feed")
    with facebook.office.reading() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.delivery_id == delivery.id)).one()
    assert delivery.state == "sent" and receipt.remote_id == post.facts["id"]
    page = facebook.browser.get(f"/desk/phat-hanh/{delivery.id}")
    assert page.status_code == 200 and receipt.url in page.text


@pytest.mark.parametrize("what", ["silence", "reset"])
def test_three_photos_accepted_and_then_no_answer_are_found_and_adopted(facebook: Connecting, what: str) -> None:
    account = facebook.connected()
    images = [picture(facebook, number) for number in range(3)]
    post_id = facebook.office.scheduled("Ba ảnh hội nghị", account_id=account.id, images=images)
    lost = kit.Fault("silence", accepted=True, seconds=1.0) if what == "silence" else kit.spoilt(what, accepted=True)
    facebook.sim.faults.next("POST feed", lost)
    now = clock.now()
    facebook.office.tick(at=now)
    assert facebook.office.deliveries(post_id)[0].state == "unsure"
    now = pass_time(facebook, 2, now)
    [delivery] = facebook.office.deliveries(post_id)
    assert delivery.state == "sent"
    [post] = facebook.sim.journal.entries("feed")
    assert len(post.facts["photos"]) == 3 and facebook.world.staged() == []
    with facebook.office.reading() as session:
        assert session.scalars(select(Receipt.remote_id)).one() == post.facts["id"]
    assert [attempt.kind for attempt in facebook.office.attempts(delivery.id)] == ["send", "find"]
