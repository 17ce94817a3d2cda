"""Banners, flags, posters, leaflets and LED pictures: print files for the shop, previews, playlists for screens.

The outlet is a folder of the file store: `banner/<account>/<slug>/` holds what a print shop gets, `lenh-in.json`
says which approval put it there. People hang what was printed; until they say so the delivery waits for their word.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from channels.banner import faces as letters
from channels.banner import leaflets, led, logo, plates, running
from channels.banner.layout import Copy, compose, is_wide
from channels.banner.settings import SETTINGS, Wishes, imprint, read
from channels.banner.sheets import Screen, Sheet
from channels.banner.wording import atoms, syllables, tidy
from channels.base import (
    CannotTell,
    Limits,
    Metric,
    Notes,
    Outfit,
    Part,
    Post,
    Reading,
    Receipt,
    Rejected,
    Rendered,
    Setting,
    look,
)

MANIFEST = "lenh-in.json"
FACTS, FACTS_TYPE = "an-pham.json", "application/vnd.publisher.prints+json"  # what was made, for the desk's pages
LONGEST_SLOGAN = 30  # syllables: more cannot be read in passing whatever the size
ADVISED, ADVISED_FLAG = 14, 10  # vietnam.md §7.2
LONGEST_TEXT = 12_000  # characters of a body that are tried on a leaflet: what fits on an A4 page is a third of it
SOURCE = "banner"  # what the address of the code says of where it was read
_LICENCE = re.compile(r"(?im)^\s*(?:giấy phép xuất bản|giấy phép)\s*:\s*(.+)$")
_READ_CLOSE = {"notice", "leaflet", "folded"}


class Banner:
    """Sheets and screens of one unit's account."""

    name: ClassVar[str] = "banner"
    title: ClassVar[str] = "Băng rôn, ấn phẩm"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    limits: ClassVar[Limits] = Limits(title=200, attempt=30.0)
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric("hung", "Số nơi đã treo", "nơi", "reported"),
        Metric("copies", "Số bản đã in", "bản", "reported"),
        Metric("scans", "Lượt quét mã", "lượt", "measured"),
    )

    def __init__(self, outfit: Outfit) -> None:
        self._account = outfit.account
        self._files = outfit.files
        self._settings = dict(outfit.settings)

    def render(self, post: Post) -> Rendered:
        """Return every sheet as PDF and preview, every screen as pictures and playlist, and the plain text.

        `Rejected` for a slogan that is missing, too long or holds what no font has; nothing is half made then.
        """
        wishes = read(self._settings)
        slogan = tidy(post.slogan)
        _refuse_slogan(slogan, wishes)
        picture = logo.tile(self._files.get(wishes.logo)) if wishes.logo else None
        licence = _LICENCE.search(post.body_text)
        told = _Told(
            post, slogan, f"{post.link}?nguon={SOURCE}" if post.link and wishes.code else "", wishes, picture,
            leaflets.Reading(post.title, _passages(post), imprint(licence[1]) if licence else wishes.imprint),
        )  # fmt: skip
        parts: list[Part] = []
        facts: list[dict[str, Any]] = []
        warnings = _warnings(told)
        for sheet in wishes.sheets:
            made, fact = _sheet(told, sheet, warnings)
            parts += made
            facts.append(fact)
        for screen in wishes.screens:
            made, fact = _screen(told, screen)
            parts += made
            facts.append(fact)
        said = " ".join(atom.text for atom in atoms(slogan)) if slogan else post.title
        text = look().get_template("banner.txt").render(
            slogan=said, lines=post.summary, unit=post.unit, hotline=post.hotline, address=told.address,
            imprint=told.reading.imprint,
        )  # fmt: skip
        record = {"slug": post.slug, "slogan": said, "made": facts}
        parts += [
            Part("text.txt", "text/plain", text.encode()),
            Part(FACTS, FACTS_TYPE, json.dumps(record, ensure_ascii=False, sort_keys=True).encode()),
        ]
        return Rendered(tuple(parts), tuple(warnings))

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Hand the files over; doing it again with the same key changes nothing."""
        folder = self._folder(item)
        standing = self._standing(folder)
        names = [part.name for part in item.parts]
        for part in item.parts:
            self._files.write(f"{folder}/{part.name}", part.data)
        self._files.write(
            f"{folder}/{MANIFEST}", json.dumps({"key": key, "sha256": item.sha256, "names": names}).encode()
        )
        for name in set(standing.get("names", [])) - set(names):  # of a sheet that the corrected version has no more
            self._files.remove(f"{folder}/{name}")
        return Receipt("handed_over", key, detail={"folder": folder, "names": names})

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Look whether the files handed over are those of this key: the folder always knows."""
        folder = self._folder(item)
        standing = self._standing(folder)
        if standing.get("key") != key:
            return None
        return Receipt("handed_over", key, detail={"folder": folder, "names": standing["names"]})

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Put the corrected files in the place of the old ones; what already hangs is for people to change."""
        return self.deliver(item, key, {})

    def retract(self, receipt: Receipt) -> None:
        """Take the files back, so that nobody prints them any more."""
        folder = str(receipt.detail["folder"])
        for name in self._standing(folder).get("names", []):
            self._files.remove(f"{folder}/{name}")
        self._files.remove(f"{folder}/{MANIFEST}")

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return nothing: people report what hangs, the portal counts what is scanned."""
        return []

    def _standing(self, folder: str) -> dict[str, Any]:
        data = self._files.read(f"{folder}/{MANIFEST}")
        found: dict[str, Any] = json.loads(data) if data is not None else {}
        return found

    def _folder(self, item: Rendered) -> str:
        return f"banner/{self._account}/{json.loads(item.part(FACTS).data)['slug']}"


@dataclass(frozen=True)
class _Told:
    """A post with what an account's settings make of it."""

    post: Post
    slogan: str
    address: str
    wishes: Wishes
    logo: logo.Picture | None
    reading: leaflets.Reading

    def copy(self, sheet: Sheet | None) -> Copy:
        """Return what a sheet, or for None a small screen, says and how it looks."""
        known = letters.faces()
        if self.wishes.face:
            names = [self.wishes.face]
        elif sheet is not None and sheet.kind.form in _READ_CLOSE:
            names = ["sans"]
        elif sheet is not None and (is_wide(sheet) or sheet.height > 2 * sheet.width):
            names = ["narrow", "sans"]
        else:
            names = ["sans", "narrow"]
        chosen = tuple(letters.checked(known[name]) for name in names)
        for face in (*chosen, known["text"]):
            letters.refuse_strange(face, (self.slogan, self.post.title, self.post.unit))
        kicker = self.post.themes[0].title if self.post.themes else ""
        return Copy(
            self.slogan, self.post.unit, self.post.hotline, self.address, kicker, self.wishes.palette, chosen,
            known["text"], self.logo,
        )  # fmt: skip


def _refuse_slogan(slogan: str, wishes: Wishes) -> None:
    wanted = [sheet.title for sheet in wishes.sheets if sheet.kind.form not in _READ_CLOSE]
    wanted += [screen.title for screen in wishes.screens]
    if wanted and not slogan:
        raise Rejected(f"Bài chưa có khẩu hiệu nên không làm được {wanted[0]}. Hãy điền mục Khẩu hiệu của bài.")
    said = syllables(slogan.split())
    if said > LONGEST_SLOGAN:
        raise Rejected(
            f"Khẩu hiệu dài {said} tiếng, băng rôn và màn hình nhận tối đa {LONGEST_SLOGAN}. "
            f"Hãy rút còn khoảng {ADVISED} tiếng để người đi đường đọc kịp."
        )


def _warnings(told: _Told) -> list[str]:
    """Return what an editor should know before approval."""
    said = syllables(told.slogan.split())
    forms = {sheet.kind.form for sheet in told.wishes.sheets}
    found = []
    flags = any(sheet.kind.code == "phuon" for sheet in told.wishes.sheets)
    advised = ADVISED_FLAG if flags else ADVISED
    if said > advised:
        found.append(f"Khẩu hiệu {said} tiếng; nên từ {advised} tiếng trở xuống{' vì có phướn' if flags else ''}.")
    if told.wishes.code and not told.address:
        found.append("Không có mã QR: hệ thống chưa đặt địa chỉ công khai của cổng (PUBLISHER_PUBLIC_URL).")
    if not told.post.hotline:
        found.append("Không in đường dây nóng: đơn vị chưa khai số.")
    if forms & {"leaflet", "folded"} and not told.reading.imprint:
        found.append("Tờ rơi chưa có số giấy phép xuất bản, hoặc ghi «miễn», trong thiết lập tài khoản.")
    return found


def _passages(post: Post) -> list[running.Passage]:
    """Return the body for leaflets, led by a summary of its own; the line with the licence goes to the foot."""
    found = [one for one in running.passages(post.body_html) if not _LICENCE.match(one.text)]
    found = running.bounded(found, LONGEST_TEXT)
    own = post.summary and not " ".join(post.body_text.split()).startswith(post.summary.rstrip("…"))
    return [running.Passage("lead", post.summary), *found] if own else found


def _sheet(told: _Told, sheet: Sheet, warnings: list[str]) -> tuple[list[Part], dict[str, Any]]:
    copy = told.copy(sheet)
    if sheet.kind.form in _READ_CLOSE:
        letters.refuse_strange(letters.faces()["body"], (one.text for one in told.reading.passages))
        drawings, left_out = leaflets.pages(sheet, copy, told.reading)
        if left_out:
            warnings.append(f"{sheet.title}: {left_out} đoạn cuối không đủ chỗ; người đọc quét mã để xem toàn văn.")
    else:
        drawings = [compose(sheet, copy)]
    page = plates.data(sheet, drawings, told.post.title, told.post.unit)
    pdf, png = plates.plate(sheet, json.dumps(page, ensure_ascii=False, sort_keys=True))
    file, picture = f"sheet-{sheet.code}.pdf", f"preview-{sheet.code}.png"
    parts = [Part(file, "application/pdf", pdf), Part(picture, "image/png", png)]
    return parts, {"file": file, "preview": picture, **plates.facts(sheet, drawings[0])}


def _screen(told: _Told, screen: Screen) -> tuple[list[Part], dict[str, Any]]:
    shown = led.frames(screen, told.copy(None), told.post.title)
    parts = [
        Part(screen.code + (f"-{number}" if number > 1 else "") + ".png", "image/png", frame.png)
        for number, frame in enumerate(shown, start=1)
    ]
    until = told.post.valid_until.strftime("%d/%m/%Y") if told.post.valid_until else ""
    file = Part(f"{screen.code}.zip", "application/zip", led.playlist(screen, shown, until))
    fact = {
        "file": file.name, "preview": parts[0].name, "code": screen.code, "title": screen.title, "kind": "led",
        "width": screen.width, "height": screen.height, "pictures": len(shown),
    }  # fmt: skip
    return [*parts, file], fact
