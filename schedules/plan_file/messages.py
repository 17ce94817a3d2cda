"""Say in Vietnamese what the validator found, naming the key, the fault and what to do."""

import unicodedata
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from schedules.plan_file.schema import schema
from schedules.plan_file.types import OWN, UNKNOWN_CODE

UNKNOWN_KEY = "unexpected_keyword_argument"

_TYPES = {
    "string": "chữ",
    "int": "số nguyên",
    "float": "số",
    "tuple": "một danh sách",
    "mapping": "các cặp khóa và giá trị",
    "dict": "các cặp khóa và giá trị",
    "dataclass": "các cặp khóa và giá trị",
    "date": "ngày",
}
_DAY = "phải là ngày có thật, dạng năm-tháng-ngày, ví dụ 2022-02-08."


def message(detail: ErrorDetails) -> str:
    """One Vietnamese sentence or two for a validation error about a plan file."""
    kind, where = detail["type"], detail["loc"]
    key = next((step for step in reversed(where) if isinstance(step, str)), "")
    if kind == OWN:
        return detail["msg"]
    if kind == "missing":
        return f"Thiếu khóa “{key}”{_meaning(where)}. Hãy thêm vào."
    if kind == UNKNOWN_KEY:
        known = tuple(_properties(where[:-1]))
        return f"Không có khóa “{_short(key)}” ở đây. {_nearest(key, known, 'Các khóa dùng được')}"
    if kind == UNKNOWN_CODE:
        noun, codes = detail["ctx"]["noun"], detail["ctx"]["codes"]
        value = str(detail["input"])
        return f"Không có {noun} “{_short(value)}”. {_nearest(value, codes, 'Hãy dùng một trong')}"
    if not where:
        return "Tệp phải gồm các dòng “khóa: giá trị”. Hãy viết theo mẫu, bắt đầu bằng dòng “format: 1”."
    return f"“{key}”{_meaning(where)} {_complaint(kind, detail)}"


def _complaint(kind: str, detail: ErrorDetails) -> str:
    value, limits = detail["input"], detail.get("ctx", {})
    if kind.startswith("date"):
        return _DAY
    if kind == "string_type" and isinstance(value, int | float):
        return f'phải là chữ. Hãy đặt trong dấu nháy kép: "{str(value).lower()}".'
    if kind.rsplit("_", 1)[0] in _TYPES:
        return f"phải là {_TYPES[kind.rsplit('_', 1)[0]]}. Hãy viết lại theo mẫu."
    if kind == "greater_than_equal":
        return f"không được nhỏ hơn {limits['ge']:g}. Hãy sửa lại."
    if kind == "less_than_equal":
        return f"không được lớn hơn {limits['le']:g}. Hãy sửa lại."
    if kind == "string_too_long":
        return f"dài quá {limits['max_length']} ký tự. Hãy viết gọn lại."
    if kind == "literal_error":
        return f"chỉ nhận giá trị {limits['expected']}, không phải {value!r}. Hãy sửa lại."
    if kind == "string_pattern_mismatch" and not str(value).strip():
        return "đang để trống. Hãy điền nội dung."
    return "không đúng dạng quy định. Hãy sửa lại theo mô tả."


def _nearest(written: str, known: tuple[str, ...], otherwise: str) -> str:
    """The known word closest to what was written, marks aside, or all of them."""
    plain = {_plain(word): word for word in known}
    near = get_close_matches(_plain(_short(written)), plain, n=1, cutoff=0.6)
    return f"Có phải “{plain[near[0]]}”?" if near else f"{otherwise}: {', '.join(known)}."


def _plain(text: str) -> str:
    """The text as codes are written: small letters without Vietnamese marks."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _meaning(where: tuple[int | str, ...]) -> str:
    """The description of a key in brackets, as the published schema gives it."""
    entry = _properties(where[:-1]).get(str(where[-1]), {}) if where else {}
    return f" ({entry['description']})" if "description" in entry else ""


def _properties(where: tuple[int | str, ...]) -> dict[str, Any]:
    whole = schema()
    at: dict[str, Any] = whole
    for step in where:
        at = at.get("items", {}) if isinstance(step, int) else at.get("properties", {}).get(step, {})
        if "$ref" in at:
            at = whole["$defs"][at["$ref"].rsplit("/", 1)[1]]
    found: dict[str, Any] = at.get("properties", {})
    return found
