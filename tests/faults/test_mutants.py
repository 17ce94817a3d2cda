"""Proof that the tests bite: without each of five safeguards one fails; all mutations still fit the source."""

import shutil
from pathlib import Path

import pytest

from tests.faults.mutants import FIRST, MUTANTS, ROOT, Mutant, mutate, play


@pytest.fixture(scope="module")
def noticed() -> dict[str, list[str]]:
    """The tests that failed without each of the first five safeguards."""
    return play(FIRST)


@pytest.mark.parametrize("mutant", FIRST, ids=lambda mutant: mutant.name)
def test_without_this_safeguard_a_test_fails(noticed: dict[str, list[str]], mutant: Mutant) -> None:
    assert noticed[mutant.name]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutation_still_fits_the_source(mutant: Mutant, tmp_path: Path) -> None:
    for name, _old, _new in mutant.changes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    before = mutate(tmp_path, mutant)
    for path, text in before.items():
        assert path.read_text("utf-8") != text
        compile(path.read_text("utf-8"), path, "exec")
