"""A draft to listen to: a machine's voice, in a process of its own, from the optional extra `speech`.

The engine (espeak-ng, GPL) is run as a program and never loaded into ours; it sounds like a machine and says so.
"""

import subprocess
import sys
from importlib.util import find_spec

NEEDED = ("espeakng_loader", "lameenc")
LONGEST = 60_000  # characters: about an hour of speech
PATIENCE = 120.0  # seconds a preview may take
SPOKEN_MARK = "Đây là giọng máy đọc thử."
TITLE_MARK = "Bản nghe thử bằng giọng máy"


class NoVoice(Exception):
    """The preview cannot be made; `message` is a Vietnamese sentence: cause and next step."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def missing() -> str:
    """Return the sentence that says what to install; empty when a preview can be made."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if not absent:
        return ""
    return (
        "Chưa nghe thử được: máy chủ chưa cài giọng đọc máy. "
        "Hãy nhờ quản trị chạy lệnh pip install 'publisher[speech]' rồi khởi động lại."
    )


def preview(text: str, rate: int) -> bytes:
    """Return an MP3 of `text` (spoken form) at about `rate` syllables a minute, marked as a draft voice.

    NoVoice when the extra is missing, the text is too long, or the engine fails.
    """
    sentence = missing()
    if sentence:
        raise NoVoice(sentence)
    if len(text) > LONGEST:
        raise NoVoice("Kịch bản dài quá một giờ đọc: hãy nghe thử từng phần.")
    command = [sys.executable, "-m", "channels.radio.voice_engine", str(rate), TITLE_MARK]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, arguments are numbers and a constant
            command, input=f"{SPOKEN_MARK}\n\n{text}".encode(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoVoice("Giọng đọc máy không trả lời. Hãy thử lại sau ít phút.") from error
    if done.returncode != 0 or not done.stdout:
        raise NoVoice("Giọng đọc máy gặp lỗi. Hãy báo quản trị kiểm tra phần mở rộng «speech».")
    return done.stdout
