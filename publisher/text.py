"""Text at the door: NFC, no control characters; folding for search; slugs; Markdown to safe HTML."""

import re
import unicodedata
from html import unescape

import nh3
from markdown_it import MarkdownIt

from publisher.refusal import Refused
from publisher.words import _

_LINE_BREAKS = re.compile(r"\r\n?|\u2028|\u2029")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")  # zero-width space, joiner, BOM, soft hyphen: pasted from Word
_LOOKALIKE = str.maketrans({"ð": "đ", "Ð": "Đ"})  # Icelandic eth, typed by some old keyboards for đ


def clean(value: str, where: str) -> str:
    """Return `value` in NFC with plain line breaks; raise `Refused` for what no keyboard can type.

    NUL and other control characters break databases and print; an unpaired surrogate cannot be stored as UTF-8.
    `where` names the field or cell in the error.
    """
    for position, char in enumerate(value, start=1):
        code = f"U+{ord(char):04X}"
        if 0xD800 <= ord(char) <= 0xDFFF or char == "\ufffd":  # U+FFFD: what a decoder puts for broken bytes
            broken = _("{where}: ký tự thứ {position} bị hỏng (mã {code}). Hãy xóa và gõ lại ký tự đó.")
            raise Refused(broken.format(where=where, position=position, code=code), where)
        if (char < " " and char not in "\n\r\t") or char == "\x7f":
            control = _("{where}: có ký tự điều khiển (mã {code}) ở vị trí {position}. Hãy dán lại dạng văn bản thuần.")
            raise Refused(control.format(where=where, position=position, code=code), where)
    value = _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", value)).translate(_LOOKALIKE)
    return unicodedata.normalize("NFC", value)


def line(value: str, where: str, *, most: int, needed: bool = False) -> str:
    """Return a one-line text of at most `most` characters, white space folded; `Refused` otherwise."""
    value = " ".join(clean(value, where).split())
    return _bounded(value, where, most, needed)


def passage(value: str, where: str, *, most: int, needed: bool = False) -> str:
    """Return a text of several lines of at most `most` characters; `Refused` otherwise."""
    return _bounded(clean(value, where).strip(), where, most, needed)


def _bounded(value: str, where: str, most: int, needed: bool) -> str:
    if needed and not value:
        raise Refused(_("{where}: chưa nhập.").format(where=where), where)
    if len(value) > most:
        long = _("{where}: dài {now} ký tự, tối đa {most}. Hãy rút gọn rồi lưu lại.")
        raise Refused(long.format(where=where, now=number(len(value)), most=number(most)), where)
    return value


def number(value: int) -> str:
    """Write an integer the Vietnamese way: 1234567 → 1.234.567."""
    return f"{value:,}".replace(",", ".")


def fold(value: str) -> str:
    """Return the search form: lower case, no diacritics, đ as d.

    SQLite's and PostgreSQL's own folding leave đ alone (U+0111 has no decomposition), so both search this form.
    """
    lowered = unicodedata.normalize("NFD", value.lower().replace("đ", "d"))
    return " ".join("".join(c for c in lowered if unicodedata.category(c) != "Mn").split())


def slug(title: str) -> str:
    """Return an address part made from a title: «Đẩy mạnh CCHC» → `day-manh-cchc`; at most 80 characters."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    return words[:80].rsplit("-", 1)[0] if len(words) > 80 else words or "bai"


_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "a", "table", "thead", "tbody",
    "tr", "th", "td", "hr", "code", "pre", "del",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    return parser.disable("image")  # pictures belong to the post, each with its alternative text


_PARSER = _markdown()


def html(markdown: str) -> str:
    """Return safe HTML of a Markdown text: headings start at h2, links only to http, https, mailto and tel."""
    tokens = _PARSER.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(max(int(token.tag[1]), 2), 4)}"
    rough = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        rough,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )


def plain(markdown: str) -> str:
    """Return the text of a Markdown body without any mark-up, paragraphs parted by an empty line."""
    blocks = re.sub(r"</(p|li|h[2-4]|tr|blockquote|pre)>", "\n\n", html(markdown))
    stripped = nh3.clean(blocks.replace("<br>", "\n"), tags=set())
    return re.sub(r"\n{3,}", "\n\n", unescape(stripped)).strip()


def excerpt(markdown: str, most: int = 200) -> str:
    """Return the beginning of a body as one line that ends at a word, with … when cut."""
    whole = " ".join(plain(markdown).split())
    return whole if len(whole) <= most else whole[: most - 1].rsplit(" ", 1)[0] + "…"
