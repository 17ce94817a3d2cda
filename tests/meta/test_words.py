"""Strings for people: every one can be found by the tools that make a catalogue, and is composed Vietnamese."""

import ast
import unicodedata
from pathlib import Path

from babel.messages.extract import extract_from_dir

from publisher import words

ROOT = Path(__file__).parents[2]
METHODS = [("publisher/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.xml", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2), "mark": None}


def messages() -> list[tuple[str, int, str]]:
    found = extract_from_dir(ROOT, METHODS, {"templates/**.html": {"trimmed": "false"}}, keywords=KEYWORDS)
    return [
        (name, line, text)
        for name, line, message, *_rest in found
        for text in ([message] if isinstance(message, str) else message)
    ]


def test_every_string_can_be_extracted_and_is_composed() -> None:
    found = messages()
    assert len(found) > 200
    for name, line, text in found:
        assert unicodedata.is_normalized("NFC", text), f"{name}:{line}"


def test_no_translated_string_is_put_together_before_it_is_translated() -> None:
    for path in sorted((ROOT / "publisher").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "mark"}:
                first = node.args[0]
                assert not isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call), f"{path.name}:{node.lineno}"


def test_without_a_catalogue_the_source_is_shown() -> None:
    with words.speaking("en"):
        assert words._("Chưa có bài nào.") == "Chưa có bài nào."
    assert words.languages()[0] == "vi"
