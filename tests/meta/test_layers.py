"""The house: who may import whom, and what may stand at the top."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Inside `publisher`, from the roof down; a module may import from its own storey's own package and from below.
STOREYS = (
    {"__main__"},
    {"cli"},
    {"web", "demo"},
    {"intake"},
    {"inbox", "staff", "units", "media", "tokens"},
    {"timetable"},
    {"operations"},
    {"editorial", "planning"},
    {"radio", "prints"},
    {"reports"},
    {"reach"},
    {"accounts"},
    {"installation"},
    {"delivery"},
    {"connections"},
    {"calendar", "pages"},
    {"security"},
    {"audit"},
    {"model"},
    {"clock", "config", "secrets", "files", "text", "words", "refusal", "bell", "faults", "logs"},
)
# Between the basic modules of the lowest storey.
GROUND = {
    ("secrets", "logs"), ("secrets", "refusal"), ("secrets", "words"), ("files", "refusal"), ("text", "refusal"),
    ("text", "words"),
}  # fmt: skip
# Offices run Windows too: what exists on Unix alone stays out of the run path.
UNIX_ONLY = {"fcntl", "pwd", "grp", "resource", "termios", "pty", "posix", "syslog"}
UNIX_NAMES = {"fork", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "alarm", "setsid", "getuid", "geteuid", "fchmod"}


def python_files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the dotted names a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def storey(name: str) -> int:
    for number, names in enumerate(STOREYS):
        if name in names:
            return number
    raise AssertionError(f"publisher.{name} has no storey: add it to STOREYS where it belongs")


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("channels", {"publisher", "schedules", "flask", "sqlalchemy", "apscheduler", "time.time"}),
        ("schedules", {"publisher", "channels", "templates", "flask", "sqlalchemy", "requests", "apscheduler"}),
        ("templates", {"publisher", "channels", "schedules"}),
    ],
)
def test_the_leaves_import_nothing_of_the_hub_nor_of_each_other(package: str, forbidden: set[str]) -> None:
    for path in python_files(package):
        wrong = {name for name in imported(path) if name.split(".")[0] in forbidden or name in forbidden}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def test_inside_the_hub_imports_go_down_only() -> None:
    for path in python_files("publisher"):
        parts = path.relative_to(ROOT / "publisher").with_suffix("").parts
        if parts[0] in {"__init__", "migrations"}:
            continue
        here = parts[0]
        for name in imported(path):
            target = name.split(".")
            if target[0] != "publisher" or len(target) < 2 or target[1] == here:
                continue
            if not ((ROOT / "publisher" / target[1]).is_dir() or (ROOT / "publisher" / f"{target[1]}.py").exists()):
                continue
            allowed = storey(target[1]) > storey(here) or (here, target[1]) in GROUND
            assert allowed, f"{path.relative_to(ROOT)} imports publisher.{target[1]}, which is above or beside it"


def test_nothing_in_the_run_path_exists_on_unix_alone() -> None:
    for package in ("publisher", "channels", "schedules", "templates"):
        for path in python_files(package):
            wrong = {name for name in imported(path) if name.split(".")[0] in UNIX_ONLY}
            tree = ast.parse(path.read_text("utf-8"))
            wrong |= {
                node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in UNIX_NAMES
            }
            assert not wrong, f"{path.relative_to(ROOT)}: {sorted(wrong)}"


def test_only_the_clock_module_reads_the_time() -> None:
    for package in ("publisher", "channels", "schedules"):
        for path in python_files(package):
            if path == ROOT / "publisher" / "clock.py":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                    owner = node.value.id if isinstance(node.value, ast.Name) else ""
                    assert owner not in {"datetime", "date"}, f"{path.relative_to(ROOT)}:{node.lineno} reads the clock"


def test_nothing_else_stands_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {line.split("/")[0] for line in listed.splitlines()}
    allowed = {"pyproject.toml", "publisher", "channels", "templates", "schedules", "tests", "README.md"}
    assert {top for top in tops if not top.startswith(".")} <= allowed


def test_no_file_grows_past_what_one_reads_in_a_sitting() -> None:
    for package in ("publisher", "channels", "schedules", "tests"):
        for path in python_files(package):
            if "versions" in path.parts:
                continue
            lines = len(path.read_text("utf-8").splitlines())
            assert lines <= 400, f"{path.relative_to(ROOT)} has {lines} lines: split it by subject"
