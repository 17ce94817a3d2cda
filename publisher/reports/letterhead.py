"""The head and foot of an official document: names, number, place and date, signature, recipients.

Nghị định 30/2020/NĐ-CP, Phụ lục I; trade unions: Quyết định 933/QĐ-TLĐ of 2024, as observed with office VP
for VT and the signing formula of the standing board.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from publisher.model import Unit

SHORT_RULE = 0.4  # the line under issuer and subject: a third to a half of the text
LEFT_MM, RIGHT_MM = 68.0, 97.0  # of 165 mm: only one side can hold a long line (measured with Times metrics)
POINTS: dict[str, int] = {
    "country": 13, "motto": 14, "parent": 13, "issuer": 13, "number": 13, "place": 14, "kind": 14, "subject": 14,
    "body": 14, "addressee": 14, "recipients_head": 12, "recipients": 11, "signing": 14, "page": 14,
    "annex": 14, "annex_note": 13, "table": 12,
}  # fmt: skip
COUNTRY, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
# No line of a name ends between these: they are one word each.
_WORDS = (
    "ỦY BAN", "NHÂN DÂN", "BAN QUẢN LÝ", "KHU KINH TẾ", "KHU CÔNG NGHIỆP", "LIÊN ĐOÀN", "LAO ĐỘNG", "CÔNG ĐOÀN",
    "THÀNH PHỐ", "NỘI VỤ", "ĐẶC KHU", "THỊ XÃ", "VIỆT NAM", "VĂN PHÒNG", "TRUNG TÂM", "VĂN HÓA", "HÀNH CHÍNH",
    "THƯƠNG BINH", "XÃ HỘI", "TÀI CHÍNH", "TƯ PHÁP", "Y TẾ", "DU LỊCH", "KHOA HỌC", "CÔNG NGHỆ",
)  # fmt: skip
_OPENERS = ("TỈNH", "THÀNH", "TP.", "PHƯỜNG", "XÃ", "QUẬN", "HUYỆN", "KHU", "ĐẶC")  # a line likes to begin with these


@dataclass(frozen=True)
class Letterhead:
    """What stands around the text; its author breaks the lines, an empty `number` or `day` is filled in by hand."""

    profile: str  # `state` or `union`
    parent: tuple[str, ...]
    issuer: tuple[str, ...]
    code: str  # BC-UBND
    place: str
    addressees: tuple[str, ...]
    recipients: tuple[str, ...]
    signing: tuple[str, ...]
    signer: str = ""
    number: int | None = None
    day: date | None = None

    @property
    def number_line(self) -> str:
        """Số: 05/BC-UBND; without a number there is room to write one."""
        return f"Số: {self.number:02}/{self.code}" if self.number else f"Số:        /{self.code}"

    def place_line(self, year: int) -> str:
        """Return place and date; days below 10 and the months 1 and 2 get a leading 0, other months do not."""
        if self.day is None:
            return f"{self.place}, ngày       tháng       năm {year}"
        return f"{self.place}, {day_words(self.day)}"

    def place_points(self, year: int) -> int:
        """Return the size of place and date: 14, or 13 where a long name of a place needs it."""
        fits = width_mm(self.place_line(year), POINTS["place"], "italic") <= RIGHT_MM - 2
        return POINTS["place"] if fits else POINTS["place"] - 1


def day_words(day: date) -> str:
    """Write a day as documents do: ngày 05 tháng 01 năm 2026, ngày 05 tháng 3 năm 2026."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def letter(position: int) -> str:
    """Return the letter of a point, a) b) c) d) đ) …: the Vietnamese alphabet without f, j, w, z."""
    return "abcdđeghiklmnopqrstuvxy"[position]


def recipient_lines(recipients: tuple[str, ...]) -> list[str]:
    """Return the recipients as printed: a dash, a semicolon after each, a full stop after the last."""
    last = len(recipients) - 1
    return [f"- {one.rstrip('.; ')}{'.' if place == last else ';'}" for place, one in enumerate(recipients)]


def addressee_lines(addressees: tuple[str, ...]) -> list[str]:
    """Return the lines after "Kính gửi:": one stands beside it, several each on a line of its own."""
    if len(addressees) == 1:
        return [f"Kính gửi: {addressees[0].rstrip('.; ')}."]
    return ["Kính gửi:", *recipient_lines(addressees)] if addressees else []


@lru_cache(maxsize=16)
def _face(style: str) -> Any:
    from PIL import ImageFont

    # TeX Gyre Termes has the metrics of Times New Roman; measured at 1000 units so that rounding does not add up.
    path = files("mplhep_data") / "fonts" / "texgyretermes" / f"texgyretermes-{style}.otf"
    return ImageFont.truetype(str(path), 1000)


def width_mm(text: str, points: float, style: str = "regular") -> float:
    """Return how wide a line of Times is in mm; `style` is regular, bold, italic or bolditalic."""
    # Letter by letter: Word and LibreOffice do not kern unless told to.
    return sum(float(_face(style).getlength(char)) for char in text) / 1000 * points * 25.4 / 72


def broken(name: str, style: str = "bold", most_mm: float = LEFT_MM - 4) -> tuple[str, ...]:
    """Break a name in capitals into lines that fit the left column, never inside a word of several syllables."""
    joined = name.upper()
    for word in _WORDS:
        joined = joined.replace(word, word.replace(" ", "\u00a0"))
    words = joined.split(" ")

    def fits(line: list[str]) -> bool:
        return width_mm(" ".join(line).replace("\u00a0", " "), POINTS["issuer"], style) <= most_mm

    if fits(words):
        return (name.upper(),)
    best: tuple[tuple[int, float], tuple[str, ...]] | None = None
    for cut in range(1, len(words)):
        first, second = words[:cut], words[cut:]
        if fits(first) and fits(second):
            wide = abs(len(" ".join(first)) - len(" ".join(second)))
            rank = (0 if second[0].split("\u00a0")[0] in _OPENERS else 1, float(wide))
            if best is None or rank < best[0]:
                best = (rank, (" ".join(first), " ".join(second)))
    lines = best[1] if best else _filled(words, fits)
    return tuple(line.replace("\u00a0", " ") for line in lines)


def _filled(words: list[str], fits: Any) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for word in words:
        if lines[-1] and not fits([*lines[-1], word]):
            lines.append([])
        lines[-1].append(word)
    return tuple(" ".join(line) for line in lines)


_HEADS = {"so": "GIÁM ĐỐC", "ban_quan_ly": "TRƯỞNG BAN", "phong": "TRƯỞNG PHÒNG", "dai": "TRƯỞNG ĐÀI"}
_COUNCILS = {"tinh", "huyen", "xa", "phuong", "dac_khu"}


def usual(unit: Unit, above: Unit | None) -> Letterhead:
    """Return the letterhead a unit has before anybody sets one; `above` is the unit over it."""
    union = unit.kind == "cong_doan"
    usual_code = (
        "UBND" if unit.kind in _COUNCILS else "".join(word[0] for word in unit.name.split() if word[0].isalpha())
    )
    short = (unit.abbreviation or usual_code).upper()
    if union:
        signing: tuple[str, ...] = ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH")
    elif unit.kind in _COUNCILS:
        signing = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    else:
        signing = (_HEADS.get(unit.kind, "THỦ TRƯỞNG ĐƠN VỊ"),)
    # A People's Committee has no parent line (NĐ 30, Phụ lục I, II.2); others name the one above them, "UBND" short.
    parent = () if above is None or unit.kind in _COUNCILS else broken(_short(above.name), "regular")
    purpose = " (để b/c)" if union else ""
    addressees = (f"{above.name}",) if above else ()
    copies = ("Như trên" + purpose,) if above else ()
    return Letterhead(
        profile="union" if union else "state",
        parent=parent,
        issuer=_issuer(unit.name),
        code=f"BC-{short}",
        place=unit.place or unit.short_name,
        addressees=addressees,
        recipients=(*copies, "Lưu: VP" if union else "Lưu: VT"),
        signing=signing,
    )


def _short(name: str) -> str:
    return name.upper().replace("ỦY BAN NHÂN DÂN", "UBND")


def _issuer(name: str) -> tuple[str, ...]:
    head = "ỦY BAN NHÂN DÂN "
    upper = name.upper()
    return (head.strip(), *broken(upper.removeprefix(head))) if upper.startswith(head) else broken(upper)


FIELDS = ("parent", "issuer", "addressees", "recipients", "signing")


def with_values(base: Letterhead, values: dict[str, Any]) -> Letterhead:
    """Return a letterhead with stored values (plain JSON) over the usual ones."""
    data = {**base.__dict__, **{name: value for name, value in values.items() if name in base.__dict__}}
    for name in FIELDS:
        data[name] = tuple(data[name])
    if isinstance(data["day"], str):
        data["day"] = date.fromisoformat(data["day"])
    return Letterhead(**data)
