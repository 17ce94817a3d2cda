"""`python -m tests bench speech`: our spoken form beside sea-g2p on the same table, class by class.

Vectors are those of the norms themselves (§6 of reference/vietnam.md) and our own table in their spirit
(`tests/unit/speech_vectors.tsv`). Ours is bound to be right on both (tests say so); the columns show how far a general
reader gets. Compared are words
alone: capitals, marks and the two places of a tone (uỷ, ủy) do not count. The second column of sea-g2p also forgives
regional words (lẻ for linh, bốn for tư).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from channels.speech import speak

TABLE = Path(__file__).parents[1] / "unit" / "speech_vectors.tsv"
_TAGS = re.compile(r"</?\w+>")
_WORDS = re.compile(r"[^\W_]+")
_TONES = (("uỷ", "ủy"), ("uý", "úy"), ("hoà", "hòa"), ("khoá", "khóa"), ("quí", "quý"))
_REGION = {"lẻ": "linh", "ngàn": "nghìn", "bốn": "tư"}


@dataclass
class Score:
    """How many of a class there are, and how many each reader says as the norms do."""

    count: int = 0
    ours: int = 0
    theirs: int = 0
    forgiven: int = 0


def vectors() -> list[tuple[str, str, str]]:
    """The table: class, written, spoken."""
    lines = TABLE.read_text("utf-8").splitlines()[1:]
    return [(kind, written, spoken) for kind, written, spoken in (line.split("\t") for line in lines)]


def norms() -> list[tuple[str, str, str]]:
    """The vectors that the norms themselves give (§6.1 to §6.3), kept in `tests/unit/test_speech_vectors.py`."""
    from tests.unit.test_speech_vectors import ABBREVIATIONS, CLASSES, CODES, INTEGERS, table

    tables = (
        ("norms: integers", dict(table(INTEGERS))), ("norms: classes", CLASSES), ("norms: codes", CODES),
        ("norms: abbreviations", dict(table(ABBREVIATIONS))),
    )  # fmt: skip
    return [(kind, written, spoken) for kind, held in tables for written, spoken in held.items()]


def heard(text: str) -> str:
    """The words alone, in small letters, tones in one place."""
    flat = unicodedata.normalize("NFC", _TAGS.sub(" ", text)).lower()
    for one, other in _TONES:
        flat = flat.replace(one, other)
    return " ".join(_WORDS.findall(flat))


def forgiving(text: str) -> str:
    """The words with the south's said as the north's."""
    return " ".join(_REGION.get(word, word) for word in heard(text).split())


def scores(read: Callable[[str], str]) -> dict[str, Score]:
    """The scores by class of ours and of another reader."""
    found: dict[str, Score] = {}
    for kind, written, spoken in [*norms(), *vectors()]:
        score = found.setdefault(kind, Score())
        theirs = read(written)
        score.count += 1
        score.ours += heard(speak(written).text) == heard(spoken)
        score.theirs += heard(theirs) == heard(spoken)
        score.forgiven += forgiving(theirs) == forgiving(spoken)
    return found


def sea() -> Callable[[str], str]:
    """sea-g2p's reader of Vietnamese."""
    from sea_g2p import Normalizer

    read: Callable[[str], str] = Normalizer("vi").normalize
    return read


def main() -> None:
    """Print the table."""
    print("| Class | Vectors | publisher | sea-g2p | sea-g2p, regional words forgiven |\n|---|---|---|---|---|")
    found = scores(sea())
    total = Score()
    for kind, score in found.items():
        print(f"| {kind} | {score.count} | {score.ours} | {score.theirs} | {score.forgiven} |")
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(score, name))
    print(f"| **all** | {total.count} | {total.ours} | {total.theirs} | {total.forgiven} |")
