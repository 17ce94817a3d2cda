"""The program that speaks: text on stdin, an MP3 on stdout. Run as `python -m channels.radio.voice_engine RATE TITLE`.

Its own process, so that a fault of the engine's C code ends a preview and never the server.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any

# Constants of espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_UTF8 = 1
_RATE = 1  # words a minute, as the engine counts them
_ENGINE_WORDS = 0.62  # measured on the sample posts: at 118 it takes as long as our estimate for 190 syllables
BIT_RATE = 64  # kbit/s, mono: speech


def synthesise(text: str, rate: float) -> tuple[bytes, int]:
    """Return 16-bit mono samples of `text` read at about `rate` syllables a minute, and their number a second."""
    import espeakng_loader

    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    hertz: int = engine.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if hertz <= 0 or engine.espeak_SetVoiceByName(b"vi") != 0:
        raise OSError("espeak-ng has no Vietnamese voice here")
    heard = bytearray()

    def take(samples: Any, count: int, _events: Any) -> int:
        if count > 0:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
    listener: Callable[..., int] = kind(take)  # held until the end: the engine calls it
    engine.espeak_SetSynthCallback(listener)
    engine.espeak_SetParameter(_RATE, round(rate * _ENGINE_WORDS), 0)
    data = text.encode() + b"\0"
    engine.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 0, 0, _UTF8, None, None)
    engine.espeak_Synchronize()
    engine.espeak_Terminate()
    return bytes(heard), hertz


def as_mp3(samples: bytes, hertz: int, title: str) -> bytes:
    """Return samples as MP3 with a title (ID3v2.3) that says what kind of recording this is."""
    import lameenc

    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BIT_RATE)
    encoder.set_in_sample_rate(hertz)
    encoder.set_channels(1)
    encoder.set_quality(5)
    encoder.silence()
    return _id3(title) + bytes(encoder.encode(samples)) + bytes(encoder.flush())


def _id3(title: str) -> bytes:
    text = b"\x01" + title.encode("utf-16")
    frame = b"TIT2" + len(text).to_bytes(4, "big") + b"\0\0" + text
    size = len(frame)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frame


def main(arguments: list[str]) -> int:
    """Read stdin, speak, write stdout."""
    text = sys.stdin.buffer.read().decode()
    samples, hertz = synthesise(text, float(arguments[0]))
    sys.stdout.buffer.write(as_mp3(samples, hertz, arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
