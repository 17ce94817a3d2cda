"""Numbers in words: integers with mốt, tư, lăm, linh; decimals; digits one by one; Roman numerals."""

import re

from channels.speech.style import BAC, Style

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9]{3})++|[0-9]++)(?:,[0-9]++)?"
NOT_INSIDE = r"(?![0-9]|[.,][0-9])"  # a number ends here, and is no piece of a list such as 1,2,3
_BILLION = 10**9
_LONGEST = 18  # digits; beyond that nobody hears a number any more, so its digits are read
_ROMAN = re.compile(r"(X{0,3}|X?L|LX{1,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


def read_integer(value: int, style: Style = BAC) -> str:
    """Return an integer in words: 1015 → «một nghìn không trăm mười lăm»; below zero with «âm»."""
    if value < 0:
        return f"âm {read_integer(-value, style)}"
    return " ".join(_integer(value, style)) if value else DIGITS[0]


def _integer(value: int, style: Style) -> list[str]:
    billions, rest = divmod(value, _BILLION)
    words = [*_integer(billions, style), "tỷ"] if billions else []
    for size, name in ((10**6, "triệu"), (10**3, style.thousand), (1, "")):
        group, rest = divmod(rest, size)
        if group:
            words += _group(group, style, whole=bool(words))
            words += [name] if name else []
        elif style.empty_thousand and name == style.thousand and rest and words:
            words += [DIGITS[0], name]
    return words


def _group(value: int, style: Style, *, whole: bool) -> list[str]:
    """Read 1 to 999; `whole` reads an empty hundred too, as inside a larger number."""
    hundreds, rest = divmod(value, 100)
    tens, unit = divmod(rest, 10)
    words = [DIGITS[hundreds], "trăm"] if hundreds or whole else []
    if tens == 0:
        if unit and words:
            words += [style.odd, style.four if unit == 4 else DIGITS[unit]]
        elif unit:
            words.append(DIGITS[unit])
        return words
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if unit:
        words.append(_after_ten(unit, tens))
    return words


def _after_ten(unit: int, tens: int) -> str:
    if unit == 5:
        return "lăm"
    if tens > 1 and unit in {1, 4}:
        return "mốt" if unit == 1 else "tư"
    return DIGITS[unit]


def read_digits(written: str) -> str:
    """Return digits by their names, one by one, everything else left out: «1022» → «một không hai hai»."""
    return " ".join(DIGITS[int(char)] for char in written if "0" <= char <= "9")


def read_whole(written: str, style: Style = BAC) -> str:
    """Return a row of digits as a number; «01» is «một», but «00», «007» and endless rows are read digit by digit."""
    if len(written) > _LONGEST or written == "00" or (len(written) > 2 and written[0] == "0"):
        return read_digits(written)
    return read_integer(int(written), style)


def read_number(written: str, style: Style = BAC) -> str:
    """Return a number written the Vietnamese way («1.250,5») in words."""
    whole, comma, decimals = written.replace(".", "").partition(",")
    words = read_whole(whole, style)
    return f"{words} phẩy {read_decimals(decimals, style)}" if comma else words


def read_decimals(written: str, style: Style = BAC) -> str:
    """Return the digits behind a decimal mark: one or two as a number, more or with a leading zero one by one."""
    if written[0] == "0" or len(written) > 2:
        return read_digits(written)
    return read_integer(int(written), style)


def read_code_number(written: str, style: Style = BAC) -> str:
    """Return the number of a document: the leading zero is said there («02/NQ-HĐND» → «không hai»)."""
    return read_digits(written) if written[0] == "0" else read_whole(written, style)


def value_of(written: str) -> float:
    """Return the value of a number written the Vietnamese way, for comparing the ends of a range."""
    return float(written.replace(".", "").replace(",", ".")[:300])


def read_ordinal(value: int, style: Style = BAC) -> str:
    """Return what follows «thứ»: nhất, hai, ba, tư, năm …"""
    return {1: "nhất", 4: "tư"}.get(value) or read_integer(value, style)


def roman(written: str) -> int:
    """Return the value of a Roman numeral up to LXXXIX, 0 if it is none."""
    found = _ROMAN.fullmatch(written)
    if not written or found is None:
        return 0
    values = [_ROMAN_VALUES[char] for char in written]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
