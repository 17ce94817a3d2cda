"""`python -m tests mutants`: takes the engine's safeguards away one by one, and shows which test notices.

Each mutant is a copy of the source tree with one safeguard removed; a test that fails there bites. A mutant that
every test survives, or that does not even run, is a finding.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("publisher", "channels", "schedules", "templates", "tests", "pyproject.toml", "README.md")
AT_ONCE = 2


@dataclass(frozen=True)
class Mutant:
    """A safeguard, how it is removed (file, text, other text), and the tests of which one must notice."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


def _one(name: str, file: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, ((file, old, new),), tests)


CLAIM, RECORD, RECOVER = (f"publisher/delivery/{name}.py" for name in ("claim", "record", "recover"))
KILL = "tests/faults/test_kill.py::test_an_exit_at_a_point_leaves_one_copy_or_an_open_question[sqlite]"
OUTLET = "tests/faults/test_outlet.py::"
FOUND = "tests/faults/test_found.py::"
PROMISES = "tests/faults/test_promises.py::"
DELIVERY = "tests/unit/test_delivery.py::"
INDEX = 'name=op.f("uq_delivery_version_id_account_id_placement_action")'  # with the key in it, it forbids nothing

# The five of every engine of this kind come first; CI runs those, the others run by hand.
MUTANTS = (
    _one(
        "intent row before the call", CLAIM, "    if sending:\n", "    if not sending:\n", KILL,
    ),
    _one(
        "an expired lease is looked into, not sent again", RECOVER,
        'to = "waiting" if replaces or delivery.action == "retract" else "unsure"', 'to = "waiting"',
        DELIVERY + "test_an_expired_lease_becomes_unsure_and_never_planned_again[sqlite]",
    ),
    Mutant(
        "unique index of (version, account, placement, action)",
        (
            ("publisher/model/deliveries.py", '"placement", "action")', '"placement", "action", "key")'),
            ("publisher/migrations/versions/0001_first_schema.py", INDEX, f'"key", {INDEX}'),
        ),
        ("tests/unit/test_model.py::test_there_is_one_delivery_per_version_account_and_placement[sqlite]",),
    ),
    _one(
        "find before resend", RECORD,
        'move(session, delivery, "unsure", CLOCK, reason=outcome.message, wake_at=clock.now() + settle)',
        'move(session, delivery, "waiting", CLOCK, reason=outcome.message, wake_at=clock.now() + settle)',
        DELIVERY + "test_an_answer_that_got_lost_after_landing_is_found_and_not_repeated[sqlite]",
    ),
    _one(
        "the approval's hash (P6)", "publisher/delivery/outlets.py", "!= approved.sha256:", "== '':",
        PROMISES + "test_parts_that_do_not_add_up_to_what_was_approved_are_not_sent[sqlite]",
    ),
    _one(
        "the hash of stored bytes (P6)", "publisher/files.py", "if sha256(data) != digest:", "if not data:",
        DELIVERY + "test_bytes_altered_in_the_store_are_not_sent[sqlite]",
    ),
    _one(
        "only leases that ran out are taken over", RECOVER,
        "or_(Delivery.lease_until <= now, Delivery.lease_until > now + LONGEST_LEASE)", "Delivery.id > 0",
        PROMISES + "test_a_lease_that_still_holds_is_not_taken_over[sqlite]",
    ),
    _one(
        "no attempt begins that its lease does not cover", "publisher/delivery/drain.py",
        "if not one.in_time():", "if one is None:",
        PROMISES + "test_who_wakes_up_after_the_lease_gives_back_what_was_taken[sqlite]",
    ),
    _one(
        "the fence: any other outcome that came late", RECORD,
        "if delivery.revision != claim.revision:", "if delivery.revision < claim.revision:",
        DELIVERY + "test_a_process_that_slept_past_its_lease_cannot_overwrite_what_happened[sqlite]",
    ),
    _one(
        "the fence: every move", "publisher/delivery/states.py",
        "Delivery.id == delivery.id, Delivery.revision == delivery.revision", "Delivery.id == delivery.id",
        PROMISES + "test_who_read_a_delivery_before_somebody_moved_it_cannot_move_it[sqlite]",
    ),
    _one(
        "a correction waits for what it corrects (P7)", CLAIM,
        "    .where(or_(Delivery.follows_id.is_(None), ~_UNSETTLED))\n", "",
        DELIVERY + "test_a_correction_never_overtakes_what_it_corrects[sqlite-lose-story1]",
    ),
    _one(
        "a restored post waits for its removal (P7)", CLAIM,
        "or_(_BEFORE.id == Delivery.follows_id, _EARLIER)", "_BEFORE.id == Delivery.follows_id",
        FOUND + "test_a_restored_post_never_goes_out_before_its_removal_is_done[sqlite]",
    ),
    _one(
        "only the approved version (P10)", CLAIM,
        'elif row.approved != row.number or row.post_state == "withdrawn":', "elif row.id < 0:",
        PROMISES + "test_what_lost_its_approval_while_nobody_knew_where_it_was_is_not_sent_again[sqlite]",
    ),
    _one(
        "a correction that publishes anew is looked for", CLAIM,
        'return self.action == "retract" or self.standing is not None', 'return self.action != "publish"',
        FOUND + "test_a_correction_that_publishes_anew_is_looked_for_after_a_lost_answer[sqlite]",
    ),
    _one(
        "proof that came late still counts", RECORD,
        'if landed and delivery.state not in {*LANDED, "retracted"}:', "if landed and claim is None:",
        FOUND + "test_an_answer_that_comes_after_a_person_said_otherwise_still_counts[sqlite]",
    ),
    _one(
        "the same while another attempt is under way", RECORD,
        'delivery.state not in {*LANDED, "retracted"}', 'delivery.state not in {"sending", *LANDED, "retracted"}',
        DELIVERY + "test_an_acceptance_that_comes_late_counts_whatever_the_attempt_under_way_is_told[sqlite]",
    ),
    _one(
        "a wish to wait is capped", "publisher/delivery/attempt.py", "min(wish, LONGEST_WAIT)", "wish",
        OUTLET + "test_a_wait_is_honoured_up_to_a_cap_and_nonsense_is_not[sqlite]",
    ),
)  # fmt: skip
FIRST = MUTANTS[:5]


def mutate(root: Path, mutant: Mutant) -> dict[Path, str]:
    """Remove a safeguard in a copy of the tree; returns the files as they were. ValueError unless each text is
    there exactly once."""
    before = {}
    for name, old, new in mutant.changes:
        path = root / name
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{mutant.name}: {name} holds {text.count(old)} times {old!r}")
        before[path] = text
        path.write_text(text.replace(old, new), "utf-8")
    return before


@contextmanager
def copies(count: int) -> Iterator["SimpleQueue[Path]"]:
    """Make copies of the source tree to mutate, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="publisher-mutants-") as folder:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            root = Path(folder) / str(number)
            root.mkdir()
            for name in COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, root / name)
            free.put(root)
        yield free


def killers(root: Path, tests: Sequence[str]) -> list[str]:
    """Run tests in a tree and return the names of those that failed; RuntimeError when they could not be run."""
    # No bytecode: a file changed twice within a second would be taken for the one before.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    if done.returncode not in {0, 1} or (done.returncode == 1 and not failed):
        raise RuntimeError(f"these tests did not run: {tests}\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return failed


def play(mutants: Sequence[Mutant]) -> dict[str, list[str]]:
    """Return for each mutant which tests failed on it; an empty list is a finding."""
    with copies(AT_ONCE) as free, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(mutant: Mutant) -> list[str]:
            root = free.get()
            before = mutate(root, mutant)
            try:
                return killers(root, mutant.tests)
            finally:
                for path, text in before.items():
                    path.write_text(text, "utf-8")
                free.put(root)

        return dict(zip((mutant.name for mutant in mutants), pool.map(one, mutants), strict=True))


def main() -> int:
    """Print the table; returns 1 when a mutant survived."""
    with copies(1) as free:
        whole = killers(free.get(), sorted({test for mutant in MUTANTS for test in mutant.tests}))
    if whole:
        print(f"these fail without any mutation: {whole}")
        return 1
    found = play(MUTANTS)
    print("| safeguard removed | noticed by |\n|---|---|")
    for name, failed in found.items():
        tests = ", ".join(f"`{test.split('::')[-1]}`" for test in failed)
        print(f"| {name} | {tests or '**nobody**'} |")
    survivors = sum(not failed for failed in found.values())
    print(f"\n{len(found)} mutants, {survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
