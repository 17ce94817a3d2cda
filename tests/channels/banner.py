"""What tests of banners share: a post, a channel over a store, the twelve sample slogans, pages seen by PDFium."""

import json
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from channels.banner import Banner
from channels.base import Outfit, Post, Theme
from publisher.files import FileStore

SAMPLES = Path(__file__).parents[2] / "publisher" / "demo" / "posts.json"
SLOGANS = [row["slogan"] for row in json.loads(SAMPLES.read_text("utf-8"))]
LINK = "https://tuyentruyen.example.gov.vn/tin/nop-ho-so-truc-tuyen-chi-voi-vai-buoc"
MM = 72 / 25.4


def post(**changes: Any) -> Post:
    fields: dict[str, Any] = {
        "number": 1,
        "slug": "nop-ho-so-truc-tuyen",
        "title": "Nộp hồ sơ trực tuyến chỉ với vài bước",
        "body_html": "<p>Đăng nhập bằng VNeID trước ngày 31 tháng 12.</p><h2>Chuẩn bị</h2><ul><li>Căn cước</li></ul>",
        "body_text": "Đăng nhập bằng VNeID trước ngày 31 tháng 12.\n\nChuẩn bị\n\nCăn cước",
        "summary": "Hướng dẫn ngắn.",
        "slogan": "Một tài khoản VNeID, an toàn mọi dịch vụ công",
        "unit": "Ủy ban nhân dân phường An Mẫu",
        "hotline": "0200.000.101",
        "themes": (Theme("T2", "Cải cách thủ tục hành chính"),),
        "link": LINK,
        **changes,
    }
    return Post(**fields)


def channel(folder: Path, account: int = 7, **settings: str) -> Banner:
    return Banner(Outfit(account, {"sheets": "bang-ron-8x1, ap-phich-a3", **settings}, FileStore(folder / "files")))


def seen(pdf: bytes, page: int = 0, width: int = 1200) -> Image.Image:
    """A page as PDFium paints it, the whole of its media box, `width` pixels wide."""
    document = pypdfium2.PdfDocument(pdf)
    sheet = document[page]
    picture: Image.Image = sheet.render(scale=width / sheet.get_width()).to_pil().convert("RGB")
    document.close()
    return picture
