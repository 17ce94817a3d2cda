"""A post's HTML in the few tags an article surely shows.

Zalo names no list of allowed tags (zalo-oa-api.md §10), so only paragraphs, emphasis, lists and links are kept;
what a stripped tag would falsify (a struck-out word, the columns of a table) is put into words.
"""

import unicodedata
from html import escape
from html.parser import HTMLParser

_KEPT = {"p", "strong", "em", "ul", "ol", "li"}
_HEADINGS = {"h2", "h3", "h4"}
_VOID = {"br", "hr"}


def simple(html: str) -> str:
    """Return sanitised HTML with headings as bold paragraphs and each row of a table as one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.written).strip()


def nfc(text: str) -> str:
    """Return a text in the form in which Zalo counts and compares it."""
    return unicodedata.normalize("NFC", text)


def one_line(text: str, most: int) -> str:
    """Return a text as one line of at most `most` characters, cut at a word with … at the end."""
    whole = " ".join(text.split())
    return whole if len(whole) <= most else whole[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._cells: list[str] = []
        self._in_cell = False
        self._in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._write(f'<a href="{escape(dict(attrs).get("href") or "")}">')
        elif tag in _KEPT and not (self._in_cell and tag == "p"):
            self._write(f"<{tag}>")
        elif tag in _HEADINGS:
            self._write("<p><strong>")
        elif tag == "br":
            self._write("<br>")
        elif tag == "del":
            self._write("(bỏ: ")
        elif tag == "pre":
            self._in_pre = True
            self._write("<p>")
        elif tag == "tr":
            self._cells = []
        elif tag in {"td", "th"}:
            self._in_cell = True
            self._cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" or (tag in _KEPT and not (self._in_cell and tag == "p")):
            self._write(f"</{tag}>")
        elif tag in _HEADINGS:
            self._write("</strong></p>")
        elif tag == "del":
            self._write(")")
        elif tag == "pre":
            self._in_pre = False
            self._write("</p>")
        elif tag in {"td", "th"}:
            self._in_cell = False
        elif tag == "tr":
            row = " – ".join(cell.strip() for cell in self._cells if cell.strip())
            if row:
                self._write(f"<p>{row}</p>")

    def handle_data(self, data: str) -> None:
        text = escape(data, quote=False)
        self._write(text.strip("\n").replace("\n", "<br>") if self._in_pre else text)

    def _write(self, text: str) -> None:
        if self._in_cell:
            self._cells[-1] += text
        else:
            self.written.append(text)
