"""How a Page's account stands: the Page read with its token, and what `debug_token` says, in plain words."""

from datetime import datetime

from channels.base import Rejected, Standing, Unauthorised
from channels.facebook.connect import PERMISSIONS, App, TokenFacts, examine
from channels.facebook.graph import Access, Graph

# Without these nothing can be sent, or nothing found again after a lost answer; without the others figures are missing.
VITAL = {"pages_manage_posts", "pages_read_engagement"}
_AGAIN = "Hãy kết nối lại Trang và giữ nguyên mọi quyền khi Facebook hỏi."


def standing(graph: Graph, access: Access, page: str) -> Standing:
    """Return how the account stands; 2 calls, 1 where the application's id and secret are not known."""
    if not access.token:
        return Standing("Chưa kết nối Trang Facebook: hãy đăng nhập Facebook hoặc dán khóa truy cập của Trang.", False)
    try:
        told = graph.get(page, fields="id,name")
    except Unauthorised as error:
        return Standing(error.message, False)
    except Rejected as error:
        return Standing(f"Không đọc được Trang số {page}. Hãy kiểm tra mã Trang. {error.message}", False)
    named = (("Trang", str(told.get("name") or page)),)
    if not (access.app_id and access.app_secret):
        unknown = "chưa biết: cần mã ứng dụng và khóa bí mật của ứng dụng"
        return Standing(facts=(*named, ("Quyền và hạn của khóa", unknown)))
    try:
        facts = examine(App(access.app_id, access.app_secret, access.version, access.base), access.token)
    except (Unauthorised, Rejected) as error:
        return Standing(error.message, False, facts=named)
    wrong = _wrong(facts, page)
    if wrong:
        return Standing(wrong, False, facts=named)
    lacking = [name for name in facts.missing if name in VITAL]
    health = ""
    if facts.missing:
        health = f"Khóa truy cập thiếu quyền {_titles(facts.missing)}. {_AGAIN}"
    return Standing(health, not lacking, _ends(facts), (*named, *_permissions(facts), *_lives(facts), *_used(graph)))


def _wrong(facts: TokenFacts, page: str) -> str:
    if not facts.valid:
        return facts.sentence
    if facts.kind and facts.kind != "PAGE":
        return "Khóa đang dùng là của người dùng, không phải của Trang. Hãy kết nối lại Trang."
    if facts.page_id and facts.page_id != page:
        return f"Khóa này của Trang số {facts.page_id}, không phải Trang số {page}. Hãy kết nối lại đúng Trang."
    return ""


def _titles(names: tuple[str, ...]) -> str:
    return ", ".join(f"«{PERMISSIONS.get(name, name)}» ({name})" for name in names)


def _permissions(facts: TokenFacts) -> list[tuple[str, str]]:
    held = [title for name, title in PERMISSIONS.items() if name in facts.permissions]
    rows = [("Có quyền", ", ".join(held) or "không có quyền nào")]
    return [*rows, ("Thiếu quyền", _titles(facts.missing))] if facts.missing else rows


def _lives(facts: TokenFacts) -> list[tuple[str, str]]:
    """Say which clock runs: the token's own, or that of the data access of whoever connected (90 days)."""
    if facts.expires_at is None:
        kind = "không tự hết hạn"
        if facts.data_access_expires_at is not None:
            kind += "; quyền đọc dữ liệu cần người kết nối đăng nhập lại mỗi 90 ngày"
        return [("Khóa truy cập", kind)]
    return [("Khóa truy cập", "có thời hạn")]


def _used(graph: Graph) -> list[tuple[str, str]]:
    return [("Hạn mức gọi Facebook", f"đã dùng {graph.usage.percent} %")] if graph.usage.percent else []


def _ends(facts: TokenFacts) -> datetime | None:
    """Return what ends first: after the data access ends, calls fail although the token lives (§2)."""
    return min((at for at in (facts.expires_at, facts.data_access_expires_at) if at is not None), default=None)
