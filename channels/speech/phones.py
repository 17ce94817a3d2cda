"""Telephone numbers and hotlines, digit by digit; and other numbers that name instead of counting."""

import re

from channels.speech.here import Here
from channels.speech.numbers import DIGITS, read_digits
from channels.speech.tokens import Piece

_PLUS = re.compile(r"\+84[ .\-]?(?:\(0\)[ ]?)?[0-9](?:[ .\-]?[0-9]){7,9}(?![0-9])")
_AREA = re.compile(r"\(0[0-9]{1,3}\)(?:[ .\-]?[0-9]){7,8}(?![0-9])")
_SERVICE = re.compile(
    r"1[89]00(?:[ .]?[0-9]{4}|[ .]?[0-9]{3}[ .]?[0-9]{3}|[ .][0-9]{2}[ .][0-9]{2})(?![0-9]|[.,][0-9])"
)
_SERVICE_DASHED = re.compile(r"1[89]00-[0-9]{4,6}(?![0-9]|[.,\-][0-9])")
_GROUPS = re.compile(r"0[0-9]{2,10}(?:[ .\-](?:[0-9]{1,5}|[xX*]{2,5}))*")
_ANY = re.compile(r"[0-9]{2,12}(?:[ .\-][0-9]{2,5}){0,4}(?![0-9/]|[.,][0-9])")
_SHORT = re.compile(r"[0-9]{3,5}(?![0-9/.,\-–][0-9]|[0-9%]|[ ]?%)")
_MASK = re.compile(r"[xX*]{2,}")
_GROUP = re.compile(r"[0-9]+|[xX*]+")
_CALL = (
    r" (?:hotline|đường dây nóng|điện thoại|tổng đài|số máy|di động|fax|da lô|gọi|liên hệ|nhắn tin|bấm|quay số|alo|"
    r"máy lẻ|cảnh sát|công an|cấp cứu|cứu hỏa|cứu hoả|cứu nạn|cổng|đầu số)"
)
_NEAR = re.compile(rf"{_CALL}(?: (?!năm$)\w+){{0,6}}$")
_LINKS = r"(?:số|là|theo|qua|đến|tới|ngay|tại|vào|hoặc|và|miễn phí|đầu số|máy|nóng|" + "|".join(DIGITS) + ")"
_NEXT_TO = re.compile(rf"{_CALL}(?: {_LINKS})*$")
_NAMES_ONE = re.compile(
    r" (?:tài khoản|số tài khoản|mã số thuế|mã số|mã hồ sơ|mã|số định danh|định danh cá nhân|căn cước|"
    r"căn cước công dân|số hiệu|biển số|số sê ri|mã bưu chính)(?: số| là)*$"
)
_KNOWN = {"111", "112", "113", "114", "115", "1022"}  # rescue services and the provinces' gateway
_GOES_ON = {
    "", "để", "hoặc", "và", "của", "nếu", "khi", "ngay", "nhé", "nhánh", "hỗ", "trong", "vào", "từ", "tại", "bất",
    "hay", "thì", "là", "cho", "miễn", "theo", "các", "phục", "vì", "nhằm", "sẽ", "đã", "được", "với", "hoạt", "trực",
}  # fmt: skip
_COUNTED = {
    "hồ", "người", "hộ", "trường", "lượt", "cuộc", "đơn", "cán", "xã", "phường", "thôn", "tổ", "doanh", "thủ", "văn",
    "bài", "ý", "phản", "học", "lao", "đoàn", "tin", "kế", "công", "vụ", "buổi", "lớp", "triệu", "tỷ", "nghìn", "đồng",
    "ngày",
}  # fmt: skip
_ASK_MASK = "«{written}»: số điện thoại chưa đủ chữ số. Hãy điền số thật trước khi phát."


def phones_by_form(here: Here) -> list[Piece] | None:
    """Read what can only be a telephone number: +84 …, (0225) …, ten or eleven digits from 0, 1800 and 1900 numbers."""
    for pattern in (_PLUS, _AREA):
        found = pattern.match(here.text, here.pos)
        if found:
            return _say(here, found.end())
    service = _SERVICE.match(here.text, here.pos)
    if service and not here.after("năm"):
        return _say(here, service.end())
    found = _GROUPS.match(here.text, here.pos)
    end = _whole_number(here, found) if found else 0
    return _say(here, end) if end else None


def _whole_number(here: Here, found: re.Match[str]) -> int:
    """Return where the tenth or eleventh digit ends a group; a number behind it is another number."""
    digits = 0
    for group in _GROUP.finditer(found.group()):
        digits += len(group.group())
        end = found.start() + group.end()
        if digits in {10, 11} and not here.text[end : end + 1].isalnum():
            return end
    return 0


def phones_by_words(here: Here) -> list[Piece] | None:
    """Read a number as a telephone number because the words before it say so: «gọi 113», «hotline: 3842 588»."""
    called = _NEAR.search(here.said) or _NEXT_TO.search(here.said)
    end = _near(here) if called else _gateway(here)
    return _say(here, end) if end else None


def _near(here: Here) -> int:
    dashed = _SERVICE_DASHED.match(here.text, here.pos)
    if dashed:
        return dashed.end()
    found = _ANY.match(here.text, here.pos)
    if found and 7 <= sum(char.isdigit() for char in found.group()) <= 12 and _is_one(found.group()):
        return found.end() if not here.text[found.end() : found.end() + 1].isalpha() else 0
    short = _SHORT.match(here.text, here.pos)
    if short is None or here.text[short.end() : short.end() + 1].isalpha():
        return 0
    following, next_to = here.before(short.end()), _NEXT_TO.search(here.said) is not None
    if short.group() in _KNOWN:
        return short.end() if (next_to or following in _GOES_ON) and following not in _COUNTED else 0
    return short.end() if next_to and following in _GOES_ON else 0


def _is_one(written: str) -> bool:
    """Tell a telephone number from a grouped number such as 1.250.000 and from a range of years."""
    return re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{4}-[0-9]{4}", written) is None


def _gateway(here: Here) -> int:
    """«1022» without a point names the provinces' gateway unless it counts something or is a year."""
    short = _SHORT.match(here.text, here.pos)
    if short is None or short.group() != "1022" or here.after("năm", "tổng số", "có", "là"):
        return 0
    if here.after("số") and not here.after("đến số", "tới số", "qua số", "theo số"):
        return 0
    return short.end() if here.before(short.end()) in _GOES_ON else 0


def _say(here: Here, end: int) -> list[Piece]:
    written = here.written(end)
    parts = [
        part.lower().replace("*", "x") if _MASK.fullmatch(part) else read_digits(part) for part in _groups(written)
    ]
    spoken = ("cộng " if written.startswith("+") else "") + ", ".join(parts)
    return [Piece(end, spoken, "phone", _ASK_MASK.format(written=written) if _MASK.search(written) else "")]


def _groups(written: str) -> list[str]:
    """Return the groups as printed, a single long row cut the way people dictate it."""
    if written.startswith("+84"):
        return ["84", *_groups(written[3:])]
    groups = _GROUP.findall(written)
    if len(groups) == 1 and len(groups[0]) < 6:
        return groups
    return [part for group in groups for part in (_cut(group) if len(group) > 5 else [group])]


def _cut(row: str) -> list[str]:
    sizes = {6: (3, 3), 7: (4, 3), 8: (4, 4), 9: (3, 3, 3), 10: (4, 3, 3), 11: (4, 4, 3), 12: (3, 3, 3, 3)}.get(
        len(row)
    )
    if len(row) == 11 and row.startswith(("024", "028")):
        sizes = (3, 4, 4)
    if sizes is None:
        return [row[at : at + 4] for at in range(0, len(row), 4)]
    parts, at = [], 0
    for size in sizes:
        parts.append(row[at : at + size])
        at += size
    return parts


_IDENTIFIER = re.compile(r"[0-9]{4,30}(?:[ .\-][0-9]{2,6}){0,5}(?![0-9/]|[.,][0-9])(?!\w)")


def identifiers(here: Here) -> list[Piece] | None:
    """Read the digits of an account, a tax number or a file's number one by one."""
    found = _IDENTIFIER.match(here.text, here.pos)
    if found is None or not _NAMES_ONE.search(here.said):
        return None
    groups = _GROUP.findall(found.group())
    parts = groups if len(groups) > 1 else _cut(groups[0])
    return [Piece(found.end(), ", ".join(read_digits(part) for part in parts), "code")]
