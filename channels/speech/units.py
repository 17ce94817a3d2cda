"""Units behind a number and how they are said."""

import re
from types import MappingProxyType

UNITS = MappingProxyType({
    "%": "phần trăm", "‰": "phần nghìn", "km²": "ki-lô-mét vuông", "km2": "ki-lô-mét vuông", "m²": "mét vuông",
    "m2": "mét vuông", "cm²": "xăng-ti-mét vuông", "cm2": "xăng-ti-mét vuông", "m³": "mét khối", "m3": "mét khối",
    "cm³": "xăng-ti-mét khối", "cm3": "xăng-ti-mét khối", "km": "ki-lô-mét", "Km": "ki-lô-mét", "KM": "ki-lô-mét",
    "m": "mét", "dm": "đề-xi-mét", "cm": "xăng-ti-mét", "mm": "mi-li-mét", "ha": "héc-ta", "Ha": "héc-ta",
    "kg": "ki-lô-gam", "Kg": "ki-lô-gam", "KG": "ki-lô-gam", "g": "gam", "gr": "gam", "mg": "mi-li-gam",
    "l": "lít", "L": "lít", "ml": "mi-li-lít", "°C": "độ xê", "ºC": "độ xê", "℃": "độ xê", "độ C": "độ xê",
    "°": "độ", "kWh": "ki-lô-oát giờ", "KWh": "ki-lô-oát giờ", "kW": "ki-lô-oát", "MW": "mê-ga-oát", "W": "oát",
    "kV": "ki-lô-vôn", "V": "vôn", "Hz": "héc", "MHz": "mê-ga-héc", "GHz": "gi-ga-héc", "GB": "gi-ga-bai",
    "MB": "mê-ga-bai", "KB": "ki-lô-bai", "Mbps": "mê-ga-bít trên giây", "Gbps": "gi-ga-bít trên giây",
    "tấn": "tấn", "tạ": "tạ", "lít": "lít", "mét": "mét", "đ": "đồng", "₫": "đồng", "đồng": "đồng",
    "VNĐ": "đồng", "VND": "đồng", "vnđ": "đồng", "USD": "đô la Mỹ", "US$": "đô la Mỹ", "$": "đô la Mỹ",
    "EUR": "ơ-rô", "€": "ơ-rô",
})  # fmt: skip
# What may stand behind a stroke after a measure: «đồng/người/năm», «lượt/ngày», «tấn/ha».
PER = MappingProxyType({
    **{unit: UNITS[unit] for unit in ("m2", "m²", "m3", "m³", "km2", "km²", "ha", "kg", "km", "m")},
    **{unit: UNITS[unit] for unit in ("kWh", "l", "tấn", "lít")},
    "h": "giờ", "s": "giây",
    **{word: word for word in (
        "người", "hộ", "tháng", "năm", "ngày", "giờ", "tuần", "quý", "lượt", "lần", "giây", "phút", "suất", "cháu",
        "em", "buổi", "sào", "mẫu", "xã", "phường", "thôn", "tổ", "hồ sơ", "học sinh", "trường", "vụ", "ca", "chuyến",
        "bài",
    )},
})  # fmt: skip
MONEY = frozenset({"đồng", "mỹ", "rô"})
# What is counted with «một» behind the stroke («hai lượt một ngày»), not with «trên» («năm tấn trên héc-ta»).
COUNTED = frozenset({
    "đồng", "mỹ", "lượt", "lần", "buổi", "giờ", "tin", "bài", "người", "hộ", "suất", "cuộc", "sơ", "chuyến", "ca", "vụ",
    "phút", "ngày", "tháng",
})  # fmt: skip
_LONGEST_FIRST = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
# «5 đ/c» are five comrades, no money; «5 m» ends at the letter; «30%» may be followed by anything.
UNIT = rf"(?:(?!đ/c)(?:{_LONGEST_FIRST}))(?:(?<=[%‰°₫$€])|(?![\w]))"
_PER_LONGEST_FIRST = "|".join(re.escape(word) for word in sorted(PER, key=len, reverse=True))
STROKE = rf"(?:/(?:{_PER_LONGEST_FIRST})(?!\w))"


def read_unit(written: str) -> str:
    """Return a unit with what it is counted per: «tấn/ha» → «tấn trên héc-ta», «đồng/người» → «đồng một người»."""
    first, *rest = written.split("/")
    unit = UNITS.get(first, first)
    return " ".join([unit, *(read_per(unit.split()[-1].lower(), part) for part in rest)])


def read_per(last: str, part: str) -> str:
    """Return what stands behind the stroke: measure by measure «trên», all else «một», money always «một»."""
    link = "trên" if PER[part] != part and last not in MONEY else "một"
    return f"{link} {PER[part]}"
