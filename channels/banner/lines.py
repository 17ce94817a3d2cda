"""Breaking a slogan into lines by dynamic programming: balanced, at good places, never one syllable alone."""

import math
from dataclasses import dataclass
from itertools import pairwise

from channels.banner.faces import Face
from channels.banner.wording import AFTER_PAUSE, Atom

_BREAK = 0.5  # how much a bad break weighs beside uneven lines
_PAUSE = 0.15  # and a comma or dash in the midst of a line
_WORSE = 0.2  # by how much smaller letters may be (logarithm) for a break of cost 1 less
_STRETCH = {2: 1.15, 3: 1.25, 4: 1.3, 5: 1.3}  # how far lines may be parted to use a box's height
_STRETCH_MANY = 1.4  # more of them: a tall sheet is read line by line
_GAP = 0.07  # em between the lowest ink of a line and the highest of the next


@dataclass(frozen=True)
class Block:
    """A slogan laid into a box: its lines and the size of its letters; lengths in the unit of the box."""

    lines: tuple[str, ...]
    size: float  # of one em
    pitch: float  # from base line to base line
    rise: float  # of the first line's ink above its base line
    drop: float  # of the last line's ink below its base line
    width: float  # of the widest line

    @property
    def height(self) -> float:
        """From the top of the first line's ink to the bottom of the last one's."""
        return self.rise + (len(self.lines) - 1) * self.pitch + self.drop

    def fill(self, width: float, height: float) -> float:
        """Return which part of a box the block covers."""
        return self.width * self.height / (width * height)


class _Costs:
    """What it costs to set a stretch of atoms as one line."""

    def __init__(self, atoms: list[Atom], widths: list[float], space: float, ideal: float) -> None:
        self._atoms, self._space, self._ideal = atoms, space, ideal
        self._whole = sum(atom.syllables for atom in atoms)
        self._sums, self._voices, self._pauses = [0.0], [0], [0]
        for atom, width in zip(atoms, widths, strict=True):
            self._sums.append(self._sums[-1] + width + space)
            self._voices.append(self._voices[-1] + atom.syllables)
        for after in atoms[1:]:
            self._pauses.append(self._pauses[-1] + (after.cost == AFTER_PAUSE))

    def line(self, start: int, end: int) -> float:
        """Return the cost of the line from one atom to before another; infinite for a syllable alone."""
        if self._voices[end] - self._voices[start] < 2 and self._whole > 1:
            return math.inf
        slack = (self._sums[end] - self._sums[start] - self._space - self._ideal) / self._ideal
        broken = self._atoms[start].cost if start else 0.0
        return slack * slack + _BREAK * broken + _PAUSE * (self._pauses[end - 1] - self._pauses[start])


def breaks(atoms: list[Atom], widths: list[float], space: float, count: int) -> list[int] | None:
    """Return where each of `count` lines begins, balanced by squared slack; None when it cannot be done.

    A line of a single syllable is only allowed where the whole slogan is one.
    """
    number = len(atoms)
    if count > number:
        return None
    total = sum(widths) + space * (number - count)
    cost_of = _Costs(atoms, widths, space, total / count)
    best = [[math.inf] * (number + 1) for _ in range(count + 1)]
    came = [[0] * (number + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    for line in range(1, count + 1):
        for end in range(line, number + 1):
            for start in range(line - 1, end):
                cost = best[line - 1][start] + cost_of.line(start, end)
                if cost < best[line][end]:
                    best[line][end], came[line][end] = cost, start
    if best[count][number] == math.inf:
        return None
    starts, end = [], number
    for line in range(count, 0, -1):
        end = came[line][end]
        starts.append(end)
    return starts[::-1]


def _badness(atoms: list[Atom], starts: list[int]) -> float:
    """Return what the breaks cost; a pause in the midst of a line counts only where there is more than one line."""
    cost = sum(atoms[start].cost for start in starts)
    inner = sum(atom.cost == AFTER_PAUSE for at, atom in enumerate(atoms) if at and at not in starts)
    return cost + (inner * _PAUSE / _BREAK if len(starts) > 1 else 0.0)


def fit(atoms: list[Atom], face: Face, width: float, height: float, most_lines: int, largest: float) -> Block:
    """Return the block of at most `most_lines` lines whose letters come out largest in a box.

    `largest` bounds the letter size; a break at a bad place has to pay for itself by clearly larger letters.
    """
    widths = [face.width(atom.text) for atom in atoms]
    space = face.width(" ")
    found: tuple[float, Block] | None = None
    for count in range(1, most_lines + 1):
        starts = breaks(atoms, widths, space, count)
        if starts is None:
            continue
        block = layout_lines(atoms, starts, face, width, height, largest)
        score = math.log(block.size) - _WORSE * _badness(atoms, starts)
        if found is None or score > found[0] + 1e-9:
            found = (score, block)
    if found is None:  # every break would leave a syllable alone: one line
        return layout_lines(atoms, [0], face, width, height, largest)
    return found[1]


def layout_lines(
    atoms: list[Atom], starts: list[int], face: Face, width: float, height: float, largest: float = math.inf
) -> Block:
    """Return the lines that begin at `starts` in the largest letters that fit a box, none larger than `largest`."""
    ends = [*starts[1:], len(atoms)]
    lines = tuple(" ".join(atom.text for atom in atoms[start:end]) for start, end in zip(starts, ends, strict=True))
    inks = [face.ink(line) for line in lines]
    apart = max((above[1] + below[0] + _GAP for above, below in pairwise(inks)), default=0.0)
    pitch = max(apart, 1.16) if len(lines) > 1 else 0.0
    tall = inks[0][0] + (len(lines) - 1) * pitch + inks[-1][1]
    wide = max(face.width(line) for line in lines)
    size = min(width / wide, height / tall, largest)
    # Room left below and above goes between the lines, as far as they still read as one block.
    if len(lines) > 1:
        pitch = min(
            pitch * _STRETCH.get(len(lines), _STRETCH_MANY),
            (height / size - inks[0][0] - inks[-1][1]) / (len(lines) - 1),
        )
    return Block(lines, size, pitch * size, inks[0][0] * size, inks[-1][1] * size, wide * size)
