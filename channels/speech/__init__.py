"""The spoken form: Vietnamese text as an announcer reads it aloud, with a question at every place a person must decide.

`speak` reads a text, `lines` puts original and spoken side by side; `timing` counts how long it takes, `advice` says
what a listener would not understand.
"""

from channels.speech.advice import Advice, advise
from channels.speech.lexicon import BUILT_IN, Lexicon, LexiconError
from channels.speech.lines import Line, cut, lines, together
from channels.speech.places import told_by
from channels.speech.scan import speak
from channels.speech.style import BAC, NAM, REGIONS, Style, style
from channels.speech.timing import RATES, Length, duration, fits, length, syllables
from channels.speech.tokens import Kind, Spoken, Token

__all__ = [
    "BAC",
    "BUILT_IN",
    "NAM",
    "RATES",
    "REGIONS",
    "Advice",
    "Kind",
    "Length",
    "Lexicon",
    "LexiconError",
    "Line",
    "Spoken",
    "Style",
    "Token",
    "advise",
    "cut",
    "duration",
    "fits",
    "length",
    "lines",
    "speak",
    "style",
    "syllables",
    "together",
    "told_by",
]
