"""Broadcast of Zalo articles to followers: scarce, reviewed by Zalo, and never to be taken back.

Publishing an article notifies nobody; this does, so it is a placement of its own that somebody approves. Zalo
reviews a broadcast for about half an hour, delivers from 06:00 to 21:59 only, and tells nothing of its fate: after a
lost answer a person looks at oa.zalo.me before anything is sent again (zalo-oa-api.md §5).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import CannotTell, Notes, Outfit, Part, Receipt, Refusal, Rejected, Rendered, Unknown, look
from channels.zalo.api import calling

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # of Zalo's window and of its months; Zalo names none
OPENS, CLOSES = time(6, 0), time(22, 0)
REVIEW = timedelta(minutes=30)
MOST_ARTICLES = 5
SECONDS = 60.0
PART = "broadcast.json"  # a rendering with this part is a broadcast

# What Zalo knows of its followers, as numbers of its own: 8 age groups; 0 both, 1 men, 2 women; 0 North, 1 Central,
# 2 South; 64 provinces as they were before the mergers of 2025; 1 iOS, 2 Android, 3 Windows.
RANGES = {"ages": range(8), "gender": range(3), "locations": range(3), "cities": range(64), "platform": range(1, 4)}
_TITLES = {"ages": "nhóm tuổi", "gender": "giới tính", "locations": "vùng", "cities": "tỉnh", "platform": "thiết bị"}
# How people read the numbers; those of provinces are told in no source that agrees with another, so they stay numbers.
WORDS: dict[str, dict[int, str]] = {
    "ages": dict(enumerate(("0–12", "13–17", "18–24", "25–34", "35–44", "45–54", "55–64", "từ 65"))),
    "gender": {1: "nam", 2: "nữ"},
    "locations": {0: "miền Bắc", 1: "miền Trung", 2: "miền Nam"},
    "platform": {1: "iOS", 2: "Android", 3: "Windows Phone"},
}


@dataclass(frozen=True)
class Audience:
    """Which followers; nothing chosen is all of them."""

    ages: tuple[int, ...] = ()
    gender: tuple[int, ...] = ()
    locations: tuple[int, ...] = ()
    cities: tuple[int, ...] = ()
    platform: tuple[int, ...] = ()


@dataclass(frozen=True)
class Allowance:
    """How many broadcasts the account's package allows; Zalo publishes contradicting figures, so it is a setting."""

    a_month: int
    a_day: int = 1  # a follower takes one a day


@dataclass(frozen=True)
class Quota:
    """What Zalo tells is left of a kind of message."""

    kind: str
    total: int
    remain: int


def target(audience: Audience) -> dict[str, str]:
    """Return Zalo's `target`: numbers parted by commas, as its own console sends them; `Rejected` for unknown ones."""
    found = {}
    for known in fields(audience):
        chosen = getattr(audience, known.name)
        if any(number not in RANGES[known.name] for number in chosen):
            raise Rejected(f"Zalo không có {_TITLES[known.name]} này: {', '.join(map(str, chosen))}. Hãy chọn lại.")
        if chosen:
            found[known.name] = ",".join(str(number) for number in sorted(set(chosen)))
    return found


def message(article_ids: Sequence[str], audience: Audience) -> dict[str, Any]:
    """Return the body of a broadcast of one to five articles; `Rejected` for any other number of them."""
    if not 1 <= len(article_ids) <= MOST_ARTICLES or len(set(article_ids)) != len(article_ids):
        raise Rejected(
            f"Một tin gửi người quan tâm gồm từ 1 đến {MOST_ARTICLES} bài khác nhau, đang chọn {len(article_ids)}."
        )
    elements = [{"media_type": "article", "attachment_id": number} for number in article_ids]
    payload = {"template_type": "media", "elements": elements}
    return {
        "recipient": {"target": target(audience)},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }


def opens(wished: datetime) -> datetime:
    """Return when a broadcast wished for `wished` may be sent: then, or at the next 06:00 (aware, same instant zone).

    Zalo's review has to end within the window too: after 21:30 it would pass in the night.
    """
    here = wished.astimezone(ZONE)
    if here.time() < OPENS:
        return datetime.combine(here.date(), OPENS, ZONE).astimezone(wished.tzinfo)
    if (here + REVIEW).date() > here.date() or (here + REVIEW).time() >= CLOSES:
        return datetime.combine(here.date() + timedelta(days=1), OPENS, ZONE).astimezone(wished.tzinfo)
    return wished


def arrives(sent_at: datetime) -> datetime:
    """Return when followers see what is sent at `sent_at`, at the earliest."""
    return sent_at + REVIEW


def beyond(allowance: Allowance, sent: Iterable[datetime], planned: Iterable[datetime]) -> list[datetime]:
    """Return which planned broadcasts would exceed the allowance of their day or month, earliest first."""
    days: Counter[date] = Counter()
    months: Counter[tuple[int, int]] = Counter()
    refused = []
    for moment, done in sorted([(at, True) for at in sent] + [(at, False) for at in planned]):
        day = moment.astimezone(ZONE).date()
        month = (day.year, day.month)
        if not done and (days[day] >= allowance.a_day or months[month] >= allowance.a_month):
            refused.append(moment)
            continue
        days[day] += 1
        months[month] += 1
    return refused


def audience_of(values: Mapping[str, Iterable[int]]) -> Audience:
    """Return an audience of numbers by filter, each once and in order; `Rejected` for numbers Zalo does not know."""
    audience = Audience(**{known.name: tuple(sorted(set(values.get(known.name, ())))) for known in fields(Audience)})
    target(audience)
    return audience


def described(audience: Audience) -> list[str]:
    """Return an audience in words, one filter a line; one line where it is everybody."""
    found = []
    for known in fields(audience):
        chosen = [WORDS.get(known.name, {}).get(number, str(number)) for number in getattr(audience, known.name)]
        if chosen:
            title = "mã tỉnh" if known.name == "cities" else _TITLES[known.name]
            found.append(f"{title[0].upper()}{title[1:]}: {', '.join(chosen)}")
    return found or ["Mọi người quan tâm Zalo OA"]


def overlaps(one: Audience, other: Audience) -> bool:
    """Whether somebody may belong to both: no filter on which both chose has nothing in common."""
    pairs = [(set(getattr(one, known.name)), set(getattr(other, known.name))) for known in fields(one)]
    return all(not chosen or not others or chosen & others for chosen, others in pairs)


def rendered(articles: Sequence[tuple[str, str]], audience: Audience) -> Rendered:
    """Return a broadcast of articles, given as (id at Zalo, title): Zalo's own body, and in words what it does."""
    body = message([number for number, _title in articles], audience)
    told = (
        look()
        .get_template("zalo_broadcast.html")
        .render(titles=[title for _number, title in articles], audience=described(audience))
    )
    data = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return Rendered((Part(PART, "application/json", data), Part("broadcast.html", "text/html", told.encode())))


def is_one(item: Rendered) -> bool:
    """Whether a rendering is a broadcast."""
    return any(part.name == PART for part in item.parts)


def deliver(outfit: Outfit, item: Rendered, notes: Notes) -> Receipt:
    """Send a broadcast. `notes`: `sending` (the call was begun and not surely refused)."""
    body = json.loads(item.part(PART).data)
    notes["sending"] = True
    try:
        return send(outfit, body)
    except Unknown:
        raise
    except Refusal:
        notes["sending"] = False
        raise


def send(outfit: Outfit, body: Mapping[str, Any]) -> Receipt:
    """Send a body made by `message`: one call; after `Unknown` nobody may send it again by machine.

    The receipt says `handed_over`: Zalo reviews it first and reports nothing afterwards.
    """
    with calling(outfit, SECONDS) as api:
        data = api.post("/v2.0/oa/message", body)
    number = str(data.get("message_id") or "")
    if not number:
        raise Unknown("Zalo nhận tin gửi người quan tâm nhưng không trả mã tin. Hãy xem tại oa.zalo.me.")
    elements = body["message"]["attachment"]["payload"]["elements"]
    articles = [element["attachment_id"] for element in elements]
    return Receipt("handed_over", number, detail={"articles": articles, "target": body["recipient"]["target"]})


def find(notes: Notes) -> CannotTell | None:
    """Say that only a person at oa.zalo.me can tell whether a broadcast went out; None when no call was begun."""
    return CannotTell() if notes.get("sending") else None


def refuse(receipt: Receipt) -> None:
    """Refuse to change or remove a broadcast: what followers have received stays with them."""
    if "articles" in receipt.detail:
        raise Rejected("Tin đã gửi người quan tâm Zalo OA không sửa, không thu hồi được. Hãy đăng bài đính chính.")


def quotas(outfit: Outfit, seconds: float = SECONDS) -> list[Quota]:
    """Return what Zalo tells is left of each kind of message; an empty list when it tells nothing that can be read."""
    with calling(outfit, seconds) as api:
        told = api.post("/v3.0/oa/quota/message", {"quota_owner": "OA"})
    items = told.get("items", [told])
    return [found for item in items if isinstance(item, dict) and (found := _quota(item)) is not None]


def _quota(item: Mapping[str, Any]) -> Quota | None:
    kind = str(item.get("product_type") or item.get("type") or "")
    total, remain = str(item.get("total", "")), str(item.get("remain", ""))
    if not (kind and total.isdigit() and remain.isdigit()):
        return None
    return Quota(kind, int(total), int(remain))
