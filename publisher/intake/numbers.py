"""Figures as people type them in Vietnam: 1.234 is a thousand two hundred and thirty-four, 12,5 twelve and a half."""

import re
from decimal import Decimal
from typing import Any

from publisher.refusal import Refused
from publisher.text import clean, number
from publisher.words import _

_WHOLE = re.compile(r"[0-9]{1,15}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.\u00a0\u202f ][0-9]{3}){1,4}")
_DECIMAL = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4}),([0-9]{1,6})")


def count(value: Any, where: str) -> int | None:
    """Return a count from a cell or field, None for an empty one; `Refused` says how to write it.

    «1.234» and «1 234» are understood, «1.234,5» and «1,5» are no counts, a negative one is none either.
    """
    found = amount(value, where)
    if found is None:
        return None
    if found != found.to_integral_value():
        raise Refused(
            _("{where}: «{value}» là số lẻ ({read}). Số đếm phải là số nguyên, ví dụ 1.234.").format(
                where=where, value=str(value).strip()[:40], read=_written(found)
            ),
            where,
        )
    return int(found)


def amount(value: Any, where: str) -> Decimal | None:
    """Return a number that may have decimals, None for nothing; `Refused` for what is no number or negative."""
    if value is None or isinstance(value, bool):
        return None if value is None else _refuse(value, where)
    if isinstance(value, int | float | Decimal):
        found = Decimal(str(value))
        return _positive(found, where) if found.is_finite() else _refuse(value, where)
    text = clean(str(value), where).strip()
    if not text:
        return None
    sign, text_alone = (-1, text[1:].strip()) if text[0] in "-−–" else (1, text)
    if _WHOLE.fullmatch(text_alone):
        return _positive(sign * Decimal(text_alone), where)
    if _GROUPED.fullmatch(text_alone):
        return _positive(sign * Decimal(re.sub(r"\D", "", text_alone)), where)
    match = _DECIMAL.fullmatch(text_alone)
    if match:
        return _positive(sign * Decimal(f"{match[1].replace('.', '')}.{match[2]}"), where)
    return _refuse(value, where)


def _positive(found: Decimal, where: str) -> Decimal:
    if found < 0:
        raise Refused(
            _("{where}: {value} là số âm. Hãy nhập số từ 0 trở lên.").format(where=where, value=_written(found)), where
        )
    return found


def _refuse(value: Any, where: str) -> Decimal:
    raise Refused(
        _("{where}: «{value}» không phải là số. Hãy viết như 1234, 1.234 hoặc 12,5.").format(
            where=where, value=str(value).strip()[:40]
        ),
        where,
    )


def _written(value: Decimal) -> str:
    whole, _point, rest = format(value, "f").partition(".")
    sign = "-" if whole.startswith("-") else ""
    return sign + number(abs(int(whole))) + (f",{rest}" if rest.strip("0") else "")
