"""From the consent to an article that stands once: registered channel, hub of tokens, own portal, real engine.

The installation knows Zalo by its two address settings alone, so any other server that keeps to the contract will do.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from publisher import faults
from publisher.accounts import watch
from publisher.audit import COMMAND
from publisher.delivery.drain import tick
from publisher.editorial import withdrawing
from publisher.installation import Installation
from publisher.model import Audit, Delivery, Post, Reading
from publisher.reach import collect, landings
from publisher.refusal import Refused
from tests.simulators import kit
from tests.simulators.zalo_office import ZaloOffice, zalo_office
from tests.simulators.zalo_stage import CANARY


@pytest.fixture
def zalo(either_installation: Installation) -> Iterator[ZaloOffice]:
    with zalo_office(either_installation.config) as ready:
        ready.connected()
        yield ready


def newest(zalo: ZaloOffice, post_id: int) -> Delivery:
    return zalo.office.deliveries(post_id)[-1]


def one_copy(zalo: ZaloOffice, title: str, creations: int = 1) -> None:
    """Readers see it once, it was shown once, and no more was created than said."""
    assert zalo.simulator.shown().count(title) == 1
    assert [entry["title"] for entry in zalo.entries("article.shown")].count(title) == 1
    assert [entry["title"] for entry in zalo.entries("article.create")].count(title) == creations


def test_an_article_takes_two_writes_and_its_pictures_come_from_our_portal(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Lịch tiếp công dân tháng 12")
    zalo.simulator.faults.clear()
    zalo.pass_time()
    delivery = newest(zalo, post_id)
    assert delivery.state == "sent"
    assert dict(zalo.simulator.faults.calls) == {
        "POST article/create": 1, "POST article/verify": 2, "POST article/update": 1, "GET article/getdetail": 1,
        "*": 5,
    }  # fmt: skip
    receipt = zalo.receipt(delivery.id)
    assert receipt.remote_id == zalo.entries("article.made")[0]["id"] and receipt.url.startswith(
        "https://post.oa.zalo.me/"
    )
    one_copy(zalo, "Lịch tiếp công dân tháng 12")
    page = zalo.client("editor").get(f"/desk/phat-hanh/{delivery.id}")
    assert page.status_code == 200 and receipt.url.replace("&", "&amp;") in page.text


@pytest.mark.parametrize("what", ["silence", "drop", "html_502"])
def test_a_creation_accepted_and_then_no_answer_is_found_and_adopted(zalo: ZaloOffice, what: str) -> None:
    zalo.simulator.tell({"foreign": {"title": "Ba ảnh hội nghị", "count": 2}})
    post_id = zalo.scheduled("Ba ảnh hội nghị")
    lost = kit.Fault("silence", accepted=True, seconds=1.0) if what == "silence" else kit.spoilt(what, accepted=True)
    zalo.simulator.faults.next("POST article/create", lost)
    zalo.pass_time()
    assert newest(zalo, post_id).state == "unsure"
    assert zalo.until_sent(post_id).state == "sent"
    [ours] = zalo.entries("article.made")
    assert zalo.receipt(newest(zalo, post_id).id).remote_id == ours["id"], "not the other publisher's"
    assert len(zalo.entries("article.create")) == 1 and len(zalo.entries("article.shown")) == 1


@pytest.mark.parametrize("point", ["after_claim", "before_call", "after_notes", "after_accept", "during_record"])
def test_a_stop_at_any_point_ends_with_one_copy(zalo: ZaloOffice, point: str) -> None:
    home = zalo.office.installation.config.home
    (home / faults.MARK).touch()
    post_id = zalo.scheduled("Bài dở dang")

    def stop() -> None:
        raise SystemExit

    with faults.reaching(home, point, stop), pytest.raises(SystemExit):
        tick(zalo.office.world)
    assert zalo.until_sent(post_id).state == "sent"
    one_copy(zalo, "Bài dở dang")


def test_a_correction_replaces_and_a_withdrawal_removes(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Bài đầu")
    zalo.until_sent(post_id)
    zalo.office.save(post_id, title="Bài đã sửa", correction="Sửa giờ họp.")
    zalo.office.submit(post_id)
    zalo.office.approve(post_id)
    zalo.simulator.faults.next("POST article/update", kit.spoilt("drop", accepted=True))
    assert (zalo.until_sent(post_id).action, zalo.simulator.shown()) == ("amend", ["Bài đã sửa"])
    with zalo.office.writing() as session:
        post = session.get_one(Post, post_id)
        withdrawing.withdraw(session, zalo.office.person(session, "approver"), post, post.revision, "Hết hiệu lực")
    zalo.simulator.faults.next("POST article/remove", kit.spoilt("drop", accepted=True))
    assert (zalo.until_sent(post_id).action, zalo.simulator.shown()) == ("retract", [])
    assert len(zalo.entries("article.create")) == 1


def test_over_a_week_of_renewals_every_post_goes_out_once(zalo: ZaloOffice) -> None:
    ids = []
    for day in range(7):
        ids.append(zalo.scheduled(f"Tin ngày {day}"))
        assert zalo.until_sent(ids[-1]).state == "sent"
        for _hour in range(24):
            zalo.pass_time(60)
    grants = [entry["grant"] for entry in zalo.entries("oauth.issued")]
    assert 8 <= grants.count("refresh_token") <= 9 and zalo.living()
    for day in range(7):
        one_copy(zalo, f"Tin ngày {day}")


def test_the_daily_look_tells_package_followers_and_until_when(zalo: ZaloOffice) -> None:
    zalo.pass_time(25 * 60)
    assert watch.watch(zalo.office.world) == "checked=1"
    facts = dict(zalo.account().facts)
    assert facts["Zalo OA"] == "UBND phường Mẫu" and facts["Gói dịch vụ"] == "Nâng cao, đến 31/12/2027"
    zalo.simulator.options.change({"verified": False})
    assert "chưa được xác thực" in watch.check(zalo.office.world, COMMAND, zalo.account_id).health
    zalo.pass_time(60)
    zalo.simulator.options.change({"revoked": True})
    with pytest.raises(Refused, match="Chưa hỏi được kênh"):  # declined: the clock is asked for another token
        watch.check(zalo.office.world, COMMAND, zalo.account_id)
    assert zalo.renew() == "refused=1"
    standing = watch.check(zalo.office.world, COMMAND, zalo.account_id)
    assert not standing.usable and "cấp quyền lại" in standing.health


def test_views_and_shares_are_counted_and_no_secret_is_left_anywhere(zalo: ZaloOffice) -> None:
    post_id = zalo.scheduled("Bài có lượt xem")
    zalo.until_sent(post_id)
    landings.enrol(zalo.office.world)
    zalo.pass_time(24 * 60)
    collect.collect(zalo.office.world, patient=False)
    with zalo.office.reading() as session:
        metrics = set(session.scalars(select(Reading.metric).where(Reading.delivery_id == newest(zalo, post_id).id)))
        trail = "".join(str(row) for row in session.execute(select(Audit.detail, Audit.act)))
    assert metrics and CANARY not in trail
    if zalo.office.world.db.sqlite:
        assert CANARY.encode() not in (zalo.office.installation.config.home / "publisher.db").read_bytes()
