"""How an Official Account stands: what Zalo tells of it, and how its tokens stand, in plain words."""

from typing import Any

from channels.base import Outfit, Refusal, Standing, Unauthorised
from channels.zalo.api import calling
from channels.zalo.broadcast import quotas

SECONDS = 45.0
NOT_CONNECTED = "Zalo OA chưa được cấp quyền. Hãy mở tài khoản kênh, bấm «Cấp quyền Zalo OA» rồi đồng ý ở trang Zalo."


def standing(outfit: Outfit) -> Standing:
    """Return how the account stands; `TryLater` or `Unknown` where Zalo gave no answer.

    `expires_at` is when a person has to consent again at the latest: the access itself renews by itself.
    """
    if outfit.tokens is None:
        return Standing(NOT_CONNECTED, False)
    own = outfit.tokens.standing()
    if not own.usable:
        return own
    try:
        with calling(outfit, SECONDS) as api:
            told = api.get("/v2.0/oa/getoa")
    except Unauthorised as error:
        return Standing(error.message, False, own.expires_at, own.facts)
    number, known = str(told.get("oaid") or ""), outfit.settings.get("oa_id", "")
    if known and number and known != number:
        wrong = f"Khóa truy cập của Zalo OA số {number}, không phải số {known}. Hãy cấp quyền lại đúng Zalo OA."
        return Standing(wrong, False, own.expires_at, own.facts)
    facts = [*_account(told), *_broadcasts(outfit), *own.facts]
    return Standing(own.health or _lacking(told), True, own.expires_at, tuple(facts))


def _account(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what people know the account by; Zalo leaves out what it does not tell."""
    until = str(told.get("package_valid_through_date") or "")
    package = str(told.get("package_name") or "")
    followers = str(told.get("num_follower", ""))
    found = (
        ("Zalo OA", str(told.get("name") or "")),
        ("Mã Zalo OA", str(told.get("oaid") or "")),
        ("Gói dịch vụ", f"{package}, đến {until}" if package and until else package),
        ("Người quan tâm", f"{int(followers):,}".replace(",", ".") if followers.isdecimal() else ""),
    )
    return [(name, value) for name, value in found if value]


def _lacking(told: dict[str, Any]) -> str:
    if told.get("is_verified") is False:
        return "Zalo OA chưa được xác thực: Zalo có thể không cho đăng bài qua hệ thống. Hãy xác thực tại oa.zalo.me."
    return ""


def _broadcasts(outfit: Outfit) -> list[tuple[str, str]]:
    """Return what Zalo tells is left of the month's messages; not knowing it hinders nothing."""
    try:
        found = quotas(outfit)
    except Refusal:
        return []
    return [("Lượt gửi người quan tâm", f"còn {quota.remain}/{quota.total} trong tháng") for quota in found[:1]]
