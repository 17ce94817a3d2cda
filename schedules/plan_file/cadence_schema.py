"""The shape of a cadence for the published schema; schedules.cadence.parse has the last word.

Where the parser also understands a looser writing (Mon, 20220315), the schema teaches the usual one.
"""

from typing import Any

_DAY = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DAY_OF_MONTH = {"type": "integer", "minimum": 1, "maximum": 31}
_WEEKDAY = {"type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
_TIMES = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "pattern": r"^([01]?[0-9]|2[0-3])(:[0-5][0-9]|h([0-5][0-9])?)$"},
    "description": 'giờ trong ngày, ví dụ ["05:15", "16:45"]',
}


def _group(description: str, properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
        "description": description,
    }


_KINDS: dict[str, Any] = {
    "once": {**_DAY, "description": "một ngày"},
    "dates": {"type": "array", "minItems": 1, "items": _DAY, "description": "các ngày định trước"},
    "within": _group("làm trong khoảng ngày, hạn là ngày cuối", {"from": _DAY, "to": _DAY}),
    "monthly": {
        "description": "hằng tháng: vào một ngày, hoặc một thứ của tuần 1–4 hay tuần cuối (-1)",
        "oneOf": [
            _group("ngày trong tháng", {"day": _DAY_OF_MONTH}),
            _group("thứ của tuần trong tháng", {"week": {"enum": [1, 2, 3, 4, -1]}, "weekday": _WEEKDAY}),
        ],
    },
    "quarterly": _group(
        "hằng quý: tháng thứ 1, 2 hoặc 3 của quý",
        {"month": {"type": "integer", "minimum": 1, "maximum": 3}, "day": _DAY_OF_MONTH},
    ),
    "yearly": _group("hằng năm", {"month": {"type": "integer", "minimum": 1, "maximum": 12}, "day": _DAY_OF_MONTH}),
    "continuous": {
        "description": "thường xuyên, nhắc mỗi tháng, quý hoặc tuần",
        "anyOf": [
            {"const": True},
            _group("nhắc mỗi", {"every": {"enum": ["month", "quarter", "week"]}}, optional=("every",)),
        ],
    },
    "weekly": _group(
        "các thứ trong tuần",
        {"days": {"type": "array", "minItems": 1, "items": _WEEKDAY}, "times": _TIMES},
        optional=("times",),
    ),
    "rrule": {"type": "string", "maxLength": 300, "pattern": "[Ff][Rr][Ee][Qq]=", "description": "quy tắc RFC 5545"},
    "on_demand": {"const": True, "description": "khi phát sinh"},
    "unspecified": {"const": True, "description": "văn bản không nêu thời hạn"},
}

CADENCE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        **_KINDS,
        "times": _TIMES,
        "from": {**_DAY, "description": "không trước ngày này"},
        "to": {**_DAY, "description": "không sau ngày này"},
    },
    "additionalProperties": False,
    "oneOf": [{"required": [kind]} for kind in _KINDS],
}
