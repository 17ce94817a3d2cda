"""Web and e-mail addresses, label by label: «dichvucong.gov.vn» → «dịch vụ công, chấm gốp, chấm vi en»."""

import re

from channels.speech.here import Here
from channels.speech.letters import spell
from channels.speech.numbers import read_digits
from channels.speech.tokens import Piece

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_TOP = r"(?i:vn|com|net|org|gov|edu|info|biz)"
_HOST = rf"(?:{_LABEL}\.){{1,5}}{_TOP}(?![\w\-]|\.[\w])"
_PATH = r"(?:/[^\s<>\"“”«»(),;]{0,400})?"
_EMAIL = re.compile(rf"([A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}})@((?:{_LABEL}\.){{1,5}}[A-Za-z]{{2,12}})(?![\w\-])")
_SITE = re.compile(rf"(?:(?i:https?)://)?(?i:www\.)?({_HOST})(?::[0-9]{{1,5}})?({_PATH})")
_LINK = re.compile(rf"(?i:https?)://({_LABEL}(?:\.{_LABEL}){{0,5}})(?::[0-9]{{1,5}})?({_PATH})")
_RUN = re.compile(r"[0-9]+|[a-z]+|.", re.DOTALL)
_LONG_PATH = 30
_ASK_LABEL = "«{written}»: chưa biết đọc {parts}. Hãy thêm cách đọc vào từ điển của đơn vị hoặc sửa tại đây."
_ASK_LONG = "«{written}»: địa chỉ quá dài để đọc trên loa, chỉ đọc tên trang. Hãy thay bằng tên mục hoặc mã QR."


def addresses(here: Here) -> list[Piece] | None:
    """Read an e-mail or web address; labels nobody agreed on stay as written and are asked about."""
    mail = _EMAIL.match(here.text, here.pos)
    if mail:
        left, unsure_left = _label(here, mail[1].lower())
        right, unsure = _host(here, mail[2].lower())
        return [_piece(mail.group(), mail.end(), f"{left} a còng {right}", unsure_left + unsure)]
    site = _SITE.match(here.text, here.pos) or _LINK.match(here.text, here.pos)
    if site is None:
        return None
    path = site[2].rstrip(".,?/-")
    end = site.end() - (len(site[2]) - len(site[2].rstrip(".,?-")))
    written = here.written(end)
    spoken, unsure = _host(here, site[1].lower())
    if len(path) > _LONG_PATH or re.search(r"[^A-Za-z0-9.\-/]|//", path):
        return [Piece(end, spoken, "web", _ASK_LONG.format(written=written), (spoken,))]
    for part in path.split("/")[1:]:
        words, more = _label(here, part.lower())
        spoken, unsure = f"{spoken} xuyệt {words}", unsure + more
    return [_piece(written, end, spoken, unsure)]


def _piece(written: str, end: int, spoken: str, unsure: list[str]) -> Piece:
    if not unsure:
        return Piece(end, spoken, "web")
    parts = ", ".join(f"«{part}»" for part in unsure)
    spelt = re.sub(rf"\b(?:{'|'.join(unsure)})\b", lambda part: spell(part.group()), spoken)
    return Piece(end, spoken, "web", _ASK_LABEL.format(written=written, parts=parts), (spelt,))


def _host(here: Here, host: str) -> tuple[str, list[str]]:
    agreed = here.lexicon.address(host)
    if agreed:
        return agreed, []
    words, unsure = [], []
    for label in host.split("."):
        said, more = _label(here, label)
        words.append(said)
        unsure += more
    return ", chấm ".join(words), unsure


def _label(here: Here, label: str) -> tuple[str, list[str]]:
    """Return one label in words and the parts of it that nobody agreed how to read."""
    agreed = here.lexicon.label(label)
    if agreed:
        return agreed, []
    words, unsure = [], []
    for run in _RUN.findall(label):
        if run.isdigit():
            words.append(read_digits(run))
        elif not run.isalpha() or len(run) == 1:
            words.append(spell(run))
        else:
            agreed = here.lexicon.label(run)
            words.append(agreed or run)
            unsure += [] if agreed else [run]
    return " ".join(word for word in words if word), unsure
