"""How a station says numbers: the northern and the southern custom, and the three habits that vary inside them."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Style:
    """A station's custom: `odd` stands for a tens digit 0, `four` follows it, `early_day` goes before days 1 to 10
    ("" leaves it out), `empty_thousand` says «không nghìn» for an empty group as schools teach."""

    odd: str = "linh"
    thousand: str = "nghìn"
    four: str = "tư"
    early_day: str = "mùng"
    empty_thousand: bool = False


BAC = Style()
NAM = Style(odd="lẻ", thousand="ngàn")
REGIONS = MappingProxyType({"bac": BAC, "nam": NAM})


def style(region: str | Style) -> Style:
    """Return the custom of a region («bac», «nam») or the style itself; ValueError for a region nobody described."""
    if isinstance(region, Style):
        return region
    if region not in REGIONS:
        known = ", ".join(f"«{name}»" for name in REGIONS)
        raise ValueError(f"Vùng giọng đọc «{region}» chưa có. Hãy chọn một trong các vùng: {known}.")
    return REGIONS[region]
