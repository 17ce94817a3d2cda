"""Letters by their traditional names, for what can only be spelled."""

from types import MappingProxyType

from channels.speech.numbers import DIGITS

NAMES = MappingProxyType({
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép",
    "g": "giê", "h": "hát", "i": "i", "j": "gi", "k": "ca", "l": "e-lờ", "m": "em-mờ", "n": "en-nờ", "o": "o",
    "ô": "ô", "ơ": "ơ", "p": "pê", "q": "cu", "r": "e-rờ", "s": "ét-sì", "t": "tê", "u": "u", "ư": "ư", "v": "vê",
    "w": "vê kép", "x": "ích-xì", "y": "i dài", "z": "dét",
})  # fmt: skip
SIGNS = MappingProxyType(
    {"-": "gạch ngang", "–": "gạch ngang", ".": "chấm", "/": "xuyệt", "_": "gạch dưới", "@": "a còng", "+": "cộng"}
)
SIGNS_IN_CODES = MappingProxyType({**SIGNS, "&": "và"})


def spell(written: str) -> str:
    """Return letters, digits and signs by name: «QL1A» → «cu e-lờ một a»; other characters are left out."""
    names = []
    for char in written.lower():
        if "0" <= char <= "9":
            names.append(DIGITS[int(char)])
        else:
            names.append(NAMES.get(char) or SIGNS_IN_CODES.get(char, ""))
    return " ".join(name for name in names if name)
