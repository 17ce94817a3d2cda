"""The words that spoken forms are built from: an office's entry may not change them, or texts would read in circles."""

import re

from channels.speech.abbreviations import ADDRESSES, AMBIGUOUS, LABELS, READINGS
from channels.speech.doctypes import ISSUERS, TYPES
from channels.speech.letters import NAMES, SIGNS
from channels.speech.numbers import DIGITS
from channels.speech.style import REGIONS
from channels.speech.symbols import SAID
from channels.speech.units import UNITS

_WORDS = re.compile(r"[^\W_]+")
_BUILDING = """mười mươi mốt lăm trăm triệu tỷ âm phẩy ngày tháng năm giờ phút giây từ đến trên phần một là số của
khóa nhất xuyệt chấm trở lên không quá vân vân cộng quý lần thứ điều khoản mục phiên bản tiêu chuẩn bốn và nhân rưỡi"""


def _phrases() -> list[str]:
    readings = [*READINGS.values(), *ADDRESSES.values(), *LABELS.values(), *NAMES.values(), *SIGNS.values()]
    readings += [reading for several in AMBIGUOUS.values() for reading in several]
    readings += [*TYPES.values(), *ISSUERS.values(), *UNITS.values(), *SAID.values(), *DIGITS]
    readings += [word for style in REGIONS.values() for word in (style.odd, style.thousand, style.early_day)]
    return readings + _BUILDING.split()


# Every phrase between double spaces, so that « ban quản lý » is found as words and nothing across two phrases.
RESERVED = "  ".join(["", *(" ".join(_WORDS.findall(phrase.lower())) for phrase in _phrases()), ""])
