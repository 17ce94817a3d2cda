"""The channel: what a station is told about a post, handed over in a folder that its people and machines read."""

import json
from datetime import datetime
from typing import ClassVar

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
    Rendered,
    Setting,
    look,
)
from channels.radio.script import script, warnings
from channels.radio.station import Station
from channels.speech import Lexicon, LexiconError
from channels.speech.timing import clock

SCRIPT, TEXT = "script.json", "script.txt"
_RATE = "1[2-9][0-9]|2[0-5][0-9]|260"  # syllables a minute


class Radio:
    """A station of a commune. A post ends as `handed_over`; that it went on air is the word of whoever read it."""

    name: ClassVar[str] = "radio"
    title: ClassVar[str] = "Đài truyền thanh"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("station", "Tên đài khi đọc", "Viết bằng chữ đầy đủ, ví dụ: Đài truyền thanh phường An Mẫu."),
        Setting(
            "region",
            "Cách đọc số",
            "bac (linh, nghìn) hoặc nam (lẻ, ngàn); để trống là bac.",
            needed=False,
            pattern="bac|nam",
        ),
        Setting(
            "rate",
            "Tốc độ đọc tin",
            "Số tiếng mỗi phút, từ 120 đến 260; để trống là 190.",
            needed=False,
            pattern=_RATE,
        ),
        Setting(
            "notice_rate",
            "Tốc độ đọc thông báo",
            "Số tiếng mỗi phút, từ 120 đến 260; để trống là 160.",
            needed=False,
            pattern=_RATE,
        ),
        Setting(
            "tune",
            "Nhạc hiệu (giây)",
            "Từ 0 đến 120; để trống là 20.",
            needed=False,
            pattern="[0-9]{1,2}|1[01][0-9]|120",
        ),
        Setting("opening", "Lời xướng", "Câu đọc ngay sau nhạc hiệu, nếu có.", needed=False),
        Setting(
            "credits", "Những người thực hiện", "Ví dụ: Biên tập: Nguyễn Văn Mẫu; kỹ thuật: Lê Văn Mẫu.", needed=False
        ),
        Setting(
            "quiet",
            "Giờ không phát",
            "Ví dụ: 22:00-05:00, 11:30-13:30.",
            needed=False,
            pattern=r"(?:[0-2]?\d:[0-5]\d ?[-–] ?[0-2]?\d:[0-5]\d(?:, ?)?){1,8}",
        ),
        Setting(
            "workdays", "Chỉ phát ngày làm việc", "có hoặc không; để trống là không.", needed=False, pattern="có|không"
        ),
    )
    limits: ClassVar[Limits] = Limits(title=200, characters=20_000, attempt=20.0)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric("broadcasts", "Lượt phát", "lượt", "reported"),)

    def __init__(self, outfit: Outfit) -> None:
        self._account = outfit.account
        self._files = outfit.files
        self._station = Station.read(outfit.settings)

    def render(self, post: Post) -> Rendered:
        """Return the script: `script.json` with original and spoken of every line, `script.txt` to be read aloud,
        `script.html` for the eyes of editors."""
        words, problems = _lexicon(post)
        read = script(post, words, self._station)
        text = look().get_template("radio.txt").render(script=read)
        page = look().get_template("radio.html").render(script=read, length=clock(read.seconds))
        data = json.dumps(read.plain(), ensure_ascii=False, sort_keys=True).encode()
        return Rendered(
            (
                Part(SCRIPT, "application/json", data),
                Part(TEXT, "text/plain", text.encode()),
                Part("script.html", "text/html", page.encode()),
            ),
            (*problems, *warnings(read)),
        )

    def deliver(self, item: Rendered, key: str, notes: Notes) -> Receipt:
        """Hand the script over; doing it again with the same key changes nothing."""
        self._put(key, key, item)
        return Receipt("handed_over", key)

    def find(self, item: Rendered, key: str, notes: Notes, since: datetime) -> Receipt | CannotTell | None:
        """Look whether the script with this key lies in the station's folder: the folder always knows."""
        standing = self._files.read(self._name(key))
        if standing is None or json.loads(standing)["key"] != key:
            return None
        return Receipt("handed_over", key)

    def amend(self, receipt: Receipt, item: Rendered, key: str) -> Receipt:
        """Put the corrected script in the place of the old one."""
        self._put(receipt.remote_id, key, item)
        return Receipt("handed_over", key)

    def retract(self, receipt: Receipt) -> None:
        """Take the script out of the station's folder; already gone is gone."""
        self._files.remove(self._name(receipt.remote_id))

    def measure(self, receipt: Receipt) -> list[Reading]:
        """Return nothing: how often it was on air is told by the broadcast log."""
        return []

    def _put(self, name: str, key: str, item: Rendered) -> None:
        parts = {part.name: part.sha256 for part in item.parts}
        self._files.write(self._name(name), json.dumps({"key": key, "sha256": item.sha256, "parts": parts}).encode())

    def _name(self, key: str) -> str:
        return f"radio/{self._account}/{key}.json"


def _lexicon(post: Post) -> tuple[Lexicon, tuple[str, ...]]:
    """Return the unit's dictionary; one that cannot be used is left out with a warning, the built-in one stays."""
    try:
        return Lexicon(post.lexicon), ()
    except LexiconError as error:
        return Lexicon(), (f"Chưa dùng được từ điển của đơn vị. {error}",)
