"""Approved HTML in other places: its text for search results, its body with whole addresses for feeds."""

import re
from html import unescape

_HEADER = re.compile(r"\A\s*<header\b.*?</header>\s*", re.DOTALL)
_BODY = re.compile(r'<div class="tin-noi-dung">(.*?)</div>', re.DOTALL)  # the sanitiser lets no div into a text
_TAG = re.compile(r"<[^>]*>")
_LINKED = re.compile(r"<(?:a|img|video|source)\b[^>]*>")
_LOCAL = re.compile(r'\b(href|src|poster)="/(?!/)')


def without_header(html: str) -> str:
    """Return the fragment without its heading: feed readers show title and summary themselves."""
    return _HEADER.sub("", html, count=1)


def text(html: str) -> str:
    """Return the words of the fragment's body as one line."""
    body = _BODY.search(html)
    return " ".join(unescape(_TAG.sub(" ", body.group(1) if body else without_header(html))).split())


def absolute(html: str, root: str) -> str:
    """Return the fragment with links and pictures under `root`, so that it can be read elsewhere."""
    return _LINKED.sub(lambda tag: _LOCAL.sub(rf'\1="{root}/', tag.group()), html)
