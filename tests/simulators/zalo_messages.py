"""The simulator's broadcasts, uploads, followers and quotas."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request

from tests.simulators import kit
from tests.simulators.zalo_world import OA_ID, No, World

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
REVIEW = timedelta(minutes=30)
ASSET_LIFE = timedelta(days=7)
RANGES = {"ages": range(8), "gender": range(3), "locations": range(3), "cities": range(64), "platform": range(1, 4)}
SIZES = {"image": 1_048_576, "gif": 5 * 1_048_576, "file": 5 * 1_048_576}
STARTS = {
    "image": (b"\xff\xd8\xff", b"\x89PNG"),
    "gif": (b"GIF8",),
    "file": (b"%PDF", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
}


def broadcast(world: World, journal: kit.Journal, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Take a broadcast of one to five finished articles; it is delivered after half an hour of review."""
    recipient = sent.get("recipient") or {}
    if "user_id" in recipient or "message_id" in recipient:
        raise No("-240")
    target = recipient.get("target")
    if not isinstance(target, dict):
        raise No("-201", "target is invalid!")
    for name, value in target.items():
        if name not in RANGES or any(number not in RANGES[name] for number in _numbers(value)):
            raise No("-201", f"{name} is invalid!")
    elements = _elements(sent)
    if not 1 <= len(elements) <= 5:
        raise No("-201", "elements is invalid!")
    for element in elements:
        if element.get("media_type") != "article" or element.get("attachment_id") not in world.articles:
            raise No("-201", "attachment_id is invalid!")
    here = now.astimezone(ZONE)
    if not 6 <= here.hour < 22:
        raise No("-234")
    month = [
        at
        for at, _id in world.broadcasts
        if (at.astimezone(ZONE).year, at.astimezone(ZONE).month) == (here.year, here.month)
    ]
    if len(month) >= world.options.broadcast_quota:
        raise No("-211")
    number = world.next_id("m")
    world.broadcasts.append((now, number))
    journal.add("broadcast", id=number, articles=[element["attachment_id"] for element in elements], target=target)
    return {"message_id": number}


def delivered(world: World, now: datetime) -> list[str]:
    """Return the broadcasts whose review has ended; no call of Zalo's tells this."""
    return [number for at, number in world.broadcasts if at + REVIEW <= now]


def _elements(sent: dict[str, Any]) -> list[dict[str, Any]]:
    attachment = (sent.get("message") or {}).get("attachment") or {}
    payload = attachment.get("payload") or {}
    if attachment.get("type") != "template" or payload.get("template_type") != "media":
        raise No("-233")
    elements = payload.get("elements")
    return elements if isinstance(elements, list) else []


def _numbers(value: Any) -> list[int]:
    """Read a filter: an integer, a list, or a string like "0,1": sources differ on which."""
    values = value if isinstance(value, list) else str(value).split(",")
    try:
        return [int(one) for one in values]
    except (TypeError, ValueError):
        raise No("-201", "target is invalid!") from None


def consultation(world: World, journal: kit.Journal, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A message to one follower who was in touch within 7 days."""
    user = (sent.get("recipient") or {}).get("user_id", "")
    last = world.followers.get(user)
    if last is None:
        raise No("-213")
    if now - last > timedelta(days=7):
        raise No("-230")
    message = sent.get("message") or {}
    if len(message.get("text", "")) > 2000:
        raise No("-210")
    asset = ((message.get("attachment") or {}).get("payload") or {}).get("attachment_id")
    if asset is not None and now - world.uploads.get(asset, now - 2 * ASSET_LIFE) > ASSET_LIFE:
        raise No("-100")
    number = world.next_id("m")
    journal.add("message", id=number, user=user)
    return {"message_id": number, "user_id": user}


def upload(world: World, journal: kit.Journal, kind: str, request: Request, now: datetime) -> dict[str, Any]:
    file = request.files.get("file")
    data = file.read() if file else b""
    if not data.startswith(STARTS[kind]):
        raise No("-201", "file is invalid!")
    if len(data) > SIZES[kind]:
        raise No("-210")
    if len(world.uploads) >= world.options.upload_quota:
        raise No("-211")
    number = world.next_id("u")
    world.uploads[number] = now
    journal.add("upload", id=number, kind=kind)
    return {"token" if kind == "file" else "attachment_id": number}


def getoa(world: World) -> dict[str, Any]:
    return {
        "oaid": OA_ID,
        "name": "UBND phường Mẫu",
        "description": "Kênh thông tin chính thức",
        "oa_alias": "ubnd-phuong-mau",
        "is_verified": world.options.verified,
        "oa_type": 4,
        "cate_name": "Cơ quan nhà nước",
        "num_follower": world.options.followers + len(world.followers),
        "avatar": "https://photo-zalo.example/avatar.jpg",
        "cover": "https://photo-zalo.example/cover.jpg",
        "package_name": "Nâng cao" if world.options.paid else "Cơ bản",
        "package_valid_through_date": "31/12/2027",
        "linked_ZCA": "",
    }


def followers(world: World, request: Request, most_offset: int) -> dict[str, Any]:
    """List followers; these calls take one parameter `data` of JSON."""
    try:
        asked = json.loads(request.args.get("data", ""))
        offset, count = int(asked["offset"]), int(asked["count"])
    except (ValueError, KeyError, TypeError):
        raise No("-201", "data is invalid!") from None
    if count > 50 or offset > most_offset:
        raise No("-210")
    users = sorted(world.followers)
    return {
        "total": len(users),
        "count": count,
        "offset": offset,
        "users" if most_offset < 10**9 else "followers": [{"user_id": user} for user in users[offset : offset + count]],
    }


def profile(world: World, request: Request) -> dict[str, Any]:
    try:
        user = str(json.loads(request.args.get("data", ""))["user_id"])
    except (ValueError, KeyError, TypeError):
        raise No("-201", "user_id is invalid!") from None
    if user not in world.followers:
        raise No("-213")
    return {"user_id": user, "display_name": "Người mẫu", "user_is_follower": True}


def quota(world: World, sent: dict[str, Any], now: datetime, version: str) -> Any:
    here = now.astimezone(ZONE)
    used = sum(
        (at.astimezone(ZONE).year, at.astimezone(ZONE).month) == (here.year, here.month) for at, _ in world.broadcasts
    )
    total = world.options.broadcast_quota
    if version == "v2.0":
        if sent.get("type") != "promotion" or not sent.get("user_id"):
            raise No("-201", "type is invalid!")
        return {"type": "promotion", "remain": total - used, "total": total}
    if sent.get("quota_owner") not in {"OA", "App"}:
        raise No("-201", "quota_owner is invalid!")
    return [{"product_type": "broadcast", "quota_type": "sub_quota", "total": total, "remain": total - used}]
