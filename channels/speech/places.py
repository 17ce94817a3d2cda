"""What an office's own names tell the announcer: which party committee «TU» is, how place names in addresses sound."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

# Provinces and cities, also those of before the mergers of 2025: their old addresses and documents live on.
PROVINCES = (
    "An Giang", "Bà Rịa – Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương",
    "Bình Định", "Bình Phước", "Bình Thuận", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đắk Nông",
    "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hải Dương",
    "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hồ Chí Minh", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu",
    "Lạng Sơn", "Lào Cai", "Lâm Đồng", "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận", "Phú Thọ",
    "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh",
    "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Trà Vinh", "Tuyên Quang", "Vĩnh Long",
    "Vĩnh Phúc", "Yên Bái",
)  # fmt: skip
# Cities directly under the centre: their «TU» is the Thành ủy; that of a province's own city is another letter.
CITIES = ("Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Cần Thơ", "Hồ Chí Minh")

_LEVEL = r"(?i:tỉnh|thành phố|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu)"
_PLACE = re.compile(rf"\b({_LEVEL}) ((?:[^\W\d_]+)(?: [^\W\d_]+){{0,3}})")
_SHORTEST = 5  # letters of a label: «hue», «vinh» may stand for anything


def label(name: str) -> str:
    """Return a name as addresses write it: «Gia Lâm» → gialam."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z]", "", plain)


PLACES: Mapping[str, str] = MappingProxyType({
    label(name): name.lower().replace(" – ", " ") for name in PROVINCES
})  # fmt: skip


def told_by(names: Iterable[str], places: Iterable[str] = ()) -> dict[str, str]:
    """Return readings that follow from the names of an office and of those above it, and from their places.

    «tỉnh …» makes «TU» the Tỉnh ủy, a city directly under the centre makes it the Thành ủy; with both, as after a
    merger, it stays a question.
    """
    found = [(level.lower(), _capitalised(place)) for name in names for level, place in _PLACE.findall(name)]
    provinces = {place for level, place in found if level == "tỉnh"}
    cities = {place for level, place in found if level == "thành phố" and place in CITIES}
    readings = {label(place): place.lower() for place in (*(place for _level, place in found), *places)}
    readings = {
        written: spoken
        for written, spoken in readings.items()
        if len(written) >= _SHORTEST and " " in spoken and re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)*", spoken)
    }
    if bool(provinces) != bool(cities):
        readings["TU"] = "Tỉnh ủy" if provinces else "Thành ủy"
    return readings


def _capitalised(place: str) -> str:
    """Return the leading words that begin with a capital: a name ends where the next word of the office begins."""
    words = place.split()
    ends = next((n for n, word in enumerate(words) if not word[0].isupper() or word.isupper()), len(words))
    return " ".join(words[:ends])
