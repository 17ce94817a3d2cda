"""Signs: which are said, which make a pause, which are only looks."""

import re
from types import MappingProxyType

SAID = MappingProxyType({
    "&": "và", "＆": "và", "+": "cộng", "=": "bằng", "×": "nhân", "÷": "chia", "±": "cộng trừ", "≈": "xấp xỉ",
    "~": "khoảng", "≥": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng", ">": "lớn hơn", "<": "nhỏ hơn", "≠": "khác",
    "%": "phần trăm",
    "‰": "phần nghìn", "°": "độ", "℃": "độ xê", "₫": "đồng", "$": "đô la", "€": "ơ-rô", "£": "bảng Anh", "№": "số",
    "§": "mục", "@": "a còng", "½": "một phần hai", "¼": "một phần tư", "¾": "ba phần tư", "⅓": "một phần ba",
    "⅔": "hai phần ba",
})  # fmt: skip
PAUSES = MappingProxyType({
    ",": ",", ";": ",", ":": ":", ".": ".", "?": "?", "!": "!", "(": ",", ")": ",", "[": ",", "]": ",", "{": ",",
    "}": ",", "–": ",", "—": ",", "―": ",", "‒": ",", "-": ",", "‐": ",", "‑": ",", "|": ",", "→": ",", "⇒": ",",
    "•": ",", "·": ",",
    "。": ".", "、": ",", "，": ",", "；": ",", "：": ":", "？": "?", "！": "!", "¿": "", "¡": "",
})  # fmt: skip
DASHES = "-–—―‒‐‑−"
BULLETS = "-–—•●○▪▫◦■□◆◇►▶➢➤✓✔✅☑*+·‣⁃−"
# Between a number and what decides how it is read, quotation marks and the like are nothing.
_HEARD = re.escape("".join([*SAID, *PAUSES, "/…\\\n\r"]))
UNHEARD = rf"(?:[^\w{_HEARD}]|_)*"
