"""An office's mark: read within bounds, put on white, in the inks of the press."""

import io
import re
from dataclasses import dataclass
from functools import lru_cache

from channels.base import Rejected

MOST_PIXELS = 40_000_000  # as for pictures of posts: decoding takes 4 bytes a pixel
_SIDE = 900  # pixels of the longest side: 150 a inch on a mark 150 mm wide


@dataclass(frozen=True)
class Picture:
    """A mark as JPEG in four inks, and its width by its height."""

    data: bytes
    ratio: float


@lru_cache(maxsize=8)
def tile(data: bytes) -> Picture:
    """Return a mark ready for print; `Rejected` when the file is no picture or would fill the memory.

    The size is read from the file's head before anything is decoded.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_large(opened.width * opened.height)
            whole = opened.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow's own alarm, which names the points it counted; a warning where warnings are errors.
        counted = re.search(r"\((\d+) pixels\)", str(error))
        raise _too_large(int(counted[1]) if counted else 2 * MOST_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Rejected("Tệp biểu trưng không phải ảnh PNG, JPEG, WebP hoặc GIF đọc được.") from error
    whole.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    white = Image.new("RGB", whole.size, "white")
    white.paste(whole, mask=whole.getchannel("A"))
    out = io.BytesIO()
    white.convert("CMYK").save(out, "JPEG", quality=92)
    return Picture(out.getvalue(), whole.width / whole.height)


def _too_large(points: int) -> Rejected:
    return Rejected(
        f"Biểu trưng có {round(points / 1_000_000)} triệu điểm ảnh, tối đa {MOST_PIXELS // 1_000_000} triệu. "
        "Hãy thu nhỏ ảnh rồi tải lên lại."
    )
