"""What an account of banners is set up with: which sheets, in which colours and letters, with or without a code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.banner import palette as colours
from channels.banner import sheets as sizes
from channels.banner.palette import Palette
from channels.banner.sheets import KINDS, Screen, Sheet
from channels.base import Rejected, Setting

MOST_SHEETS = 12  # each takes a few hundredths of a second and some hundred kilobytes, at approval
_SIDE = r"\d{1,5}(?:\.\d{1,3})?"
_ONE = rf"(?:(?:{'|'.join(sorted(KINDS, key=len, reverse=True))})-(?:a[0-5]|{_SIDE}x{_SIDE})|led-\d{{2,4}}x\d{{2,4}})"
_EXEMPT = "miễn"

SETTINGS = (
    Setting(
        "sheets", "Khổ in và màn hình",
        "Các mã cách nhau bằng dấu phẩy. Khổ lớn tính bằng mét, ngang trước cao sau: bang-ron-8x1, bang-ron-3x0.8, "
        "bang-ron-doc-1x3, phuon-0.8x2.5, pano-3x2, standee-0.8x2; khổ giấy: ap-phich-a2, bang-tin-a4, to-roi-a5, "
        "to-gap-a4; màn hình theo điểm ảnh: led-192x32.",
        pattern=rf"(?i)\s*{_ONE}(?:\s*,\s*{_ONE})*\s*,?\s*",
    ),
    Setting(
        "palette", "Bộ màu",
        f"Một trong: {', '.join(colours.PALETTES)}; hoặc cặp màu riêng #nền/#chữ. Để trống là xanh-trang.",
        needed=False, pattern=rf"(?i)(?:{'|'.join(colours.PALETTES)}|#[0-9a-f]{{6}}/#[0-9a-f]{{6}})",
    ),
    Setting(
        "face", "Kiểu chữ khẩu hiệu",
        "sans (không chân), narrow (nét hẹp) hoặc serif (có chân). Để trống là tự chọn theo khổ.",
        needed=False, pattern="sans|narrow|serif",
    ),
    Setting("code", "Mã QR", "Ghi «không» nếu không in mã QR.", needed=False, pattern="(?i)có|không"),
    Setting(
        "licence", "Giấy phép xuất bản (tờ rơi)",
        "Số giấy phép in ở chân tờ rơi, hoặc ghi «miễn» khi thuộc diện không phải xin phép.", needed=False,
    ),
    Setting(
        "logo", "Biểu trưng",
        "Mã băm hoặc địa chỉ ảnh đã tải lên ở mục Ảnh của một bài (in trên ô trắng). Để trống là không in.",
        needed=False, pattern=r"(?:\S*/)?[0-9a-f]{64}",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """The settings of an account, read."""

    sheets: tuple[Sheet, ...]
    screens: tuple[Screen, ...]
    palette: Palette
    face: str  # empty: by the sheet's shape
    code: bool
    imprint: str
    logo: str  # sha256


def read(settings: Mapping[str, str]) -> Wishes:
    """Read an account's settings; `Rejected` says what is wrong and what would be right."""
    sheets, screens = sizes.read(settings.get("sheets", ""))
    if not sheets and not screens:
        raise Rejected("Tài khoản chưa chọn khổ in nào. Quản trị hãy điền mục «Khổ in và màn hình» của tài khoản.")
    if len(sheets) + len(screens) > MOST_SHEETS:
        raise Rejected(f"Một tài khoản nhận tối đa {MOST_SHEETS} khổ. Hãy chia thành hai tài khoản.")
    licence = settings.get("licence", "").strip()
    return Wishes(
        tuple(sheets), tuple(screens), colours.read(settings.get("palette", "")), settings.get("face", ""),
        settings.get("code", "").lower() != "không", imprint(licence), settings.get("logo", "")[-64:],
    )  # fmt: skip


def imprint(licence: str) -> str:
    """Return the line at the foot of a leaflet: its licence to publish, or that it needs none; empty for neither.

    Luật Xuất bản 2012, article 25: documents that are not sold need a licence unless their kind is exempt.
    """
    if not licence:
        return ""
    if licence.lower().startswith(_EXEMPT):
        return "Tài liệu không kinh doanh, thuộc diện không phải cấp phép xuất bản. Không bán."
    number = re.sub(r"(?i)^giấy phép(?: xuất bản)?(?: số)?:?\s*", "", licence)
    return f"Giấy phép xuất bản số {number}. Không bán."
