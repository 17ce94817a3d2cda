"""Pictures that Zalo fetches before any page shows them: exactly those of approved posts on their way, nothing else."""

import io
import random
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from PIL import Image
from sqlalchemy import select

from publisher import clock, media
from publisher.config import Config
from publisher.editorial import moving, withdrawing
from publisher.model import Delivery, FetchedPart, Media, Post
from publisher.refusal import Refused
from tests.factories import in_minutes
from tests.simulators.zalo_office import ZaloOffice, zalo_office


@pytest.fixture
def zalo(config: Config) -> Iterator[ZaloOffice]:
    with zalo_office(config) as ready:
        ready.connected()
        yield ready


def picture(zalo: ZaloOffice, number: int = 0) -> dict[str, Any]:
    data = io.BytesIO()
    Image.new("RGB", (64, 36), (10 * number, 90, 85)).save(data, "JPEG")
    with zalo.office.writing() as session:
        row = media.store_image(session, zalo.office.world.files, None, f"anh-{number}", data.getvalue())
        facts = {"sha256": row.sha256, "media_type": row.media_type, "width": row.width, "height": row.height}
    return {**facts, "alt": f"Ảnh {number}"}


def fetched(zalo: ZaloOffice) -> list[str]:
    """The pictures of approved renderings for Zalo."""
    with zalo.office.reading() as session:
        return list(session.scalars(select(FetchedPart.sha256)))


def seen(zalo: ZaloOffice, sha256: str) -> int:
    """What a stranger gets at a picture's address."""
    return requests.get(f"{zalo.portal}/anh/{sha256}", timeout=5).status_code


def delivery(zalo: ZaloOffice, post_id: int) -> Delivery:
    return zalo.office.deliveries(post_id)[0]


def test_a_draft_shows_no_picture_and_an_approved_post_exactly_its_own(zalo: ZaloOffice) -> None:
    own, other = picture(zalo, 1), picture(zalo, 2)
    post_id = zalo.office.draft("Có ảnh", in_minutes(60), zalo.account_id, images=[own])
    assert seen(zalo, own["sha256"]) == 404 and fetched(zalo) == []
    zalo.office.submit(post_id)
    assert seen(zalo, own["sha256"]) == 404
    zalo.office.approve(post_id)
    assert fetched(zalo) == [own["sha256"]] and seen(zalo, own["sha256"]) == 200
    assert seen(zalo, other["sha256"]) == 404 and seen(zalo, "0" * 64) == 404 and seen(zalo, "x") == 404


def heavy_picture(zalo: ZaloOffice) -> dict[str, Any]:
    """A picture as an older release may have stored it: heavier than Zalo takes."""
    data = io.BytesIO()
    Image.frombytes("RGB", (1200, 900), random.Random(1).randbytes(3 * 1200 * 900)).save(data, "PNG")
    digest = zalo.office.world.files.put(data.getvalue())
    facts = {"sha256": digest, "media_type": "image/png", "width": 1200, "height": 900}
    with zalo.office.writing() as session:
        session.add(Media(**facts, size=len(data.getvalue()), name="nang.png", created_at=clock.now()))
    return {**facts, "alt": "Ảnh nặng"}


def test_a_converted_cover_is_served_within_zalos_bounds_and_the_original_is_not(zalo: ZaloOffice) -> None:
    heavy = heavy_picture(zalo)
    post_id = zalo.scheduled("Ảnh nặng", images=[heavy])
    [cover] = fetched(zalo)
    assert cover != heavy["sha256"] and seen(zalo, heavy["sha256"]) == 404
    answer = requests.get(f"{zalo.portal}/anh/{cover}", timeout=5)
    assert answer.headers["Content-Type"] == "image/jpeg" and len(answer.content) <= 1_000_000
    assert "max-age=300" in answer.headers["Cache-Control"] and "immutable" not in answer.headers["Cache-Control"]
    assert zalo.until_sent(post_id).state == "sent" and zalo.simulator.shown() == ["Ảnh nặng"]


def test_a_post_without_picture_gets_a_cover_that_zalo_can_fetch(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Không ảnh")
    [cover] = fetched(zalo)
    assert zalo.until_sent(post_id).state == "sent" and seen(zalo, cover) == 200


def test_nothing_is_served_of_what_was_cancelled_held_or_taken_down(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Một", images=[picture(zalo, 1)])
    [cover] = fetched(zalo)
    with zalo.office.writing() as session:
        moving.cancel(session, zalo.office.person(session, "editor"), session.get_one(Delivery, 1), "Thôi")
    assert delivery(zalo, post_id).state == "cancelled" and seen(zalo, cover) == 404
    second = zalo.scheduled("Hai", images=[picture(zalo, 2)])
    cover = fetched(zalo)[-1] if fetched(zalo)[0] == cover else fetched(zalo)[0]
    assert zalo.until_sent(second).state == "sent" and seen(zalo, cover) == 200
    with zalo.office.writing() as session:
        post = session.get_one(Post, second)
        withdrawing.withdraw(session, zalo.office.person(session, "approver"), post, post.revision, "Sai")
    zalo.pass_time()
    assert delivery(zalo, second).state == "retracted" and seen(zalo, cover) == 404


def test_an_edit_after_approval_closes_the_pictures_again(zalo: ZaloOffice) -> None:
    post_id = zalo.office.scheduled("Bản đầu", in_minutes(60), zalo.account_id, images=[picture(zalo, 1)])
    [cover] = fetched(zalo)
    assert seen(zalo, cover) == 200
    zalo.office.save(post_id, title="Bản sửa")
    assert seen(zalo, cover) == 404


def test_a_rehearsal_shows_nothing_to_anybody(zalo: ZaloOffice) -> None:
    zalo.add("rehearsal")
    post_id = zalo.scheduled("Diễn tập", images=[picture(zalo, 1)])
    zalo.pass_time()
    assert delivery(zalo, post_id).state == "sent" and seen(zalo, fetched(zalo)[0]) == 404


def test_staff_see_pictures_of_drafts_as_before(zalo: ZaloOffice) -> None:
    own = picture(zalo, 1)
    assert zalo.client("editor").get(f"/anh/{own['sha256']}").status_code == 200


def test_a_picture_that_cannot_be_fetched_is_told_with_its_address(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Ảnh không tải được", images=[picture(zalo, 1)])
    [cover] = fetched(zalo)
    place = zalo.office.world.files.folder / "blobs" / cover[:2] / cover[2:]
    kept = place.read_bytes()
    place.write_bytes(b"hong")
    zalo.pass_time()
    assert delivery(zalo, post_id).state != "sent" and zalo.simulator.shown() == []
    place.write_bytes(kept)
    assert zalo.until_sent(post_id).state in {"sent", "failed"}


def test_without_a_public_address_approval_is_refused_in_words_but_a_rehearsal_goes_on(config: Config) -> None:
    with zalo_office(config, public=False) as zalo:
        zalo.connected()
        with pytest.raises(Refused, match="PUBLISHER_PUBLIC_URL"):
            zalo.scheduled("Chưa có địa chỉ")
        assert zalo.office.deliveries() == []
        zalo.add("rehearsal")
        post_id = zalo.scheduled("Diễn tập không địa chỉ")
        zalo.pass_time()
        assert delivery(zalo, post_id).state == "sent" and zalo.entries("article.create") == []
