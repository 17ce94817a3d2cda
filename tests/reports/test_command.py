"""`publisher report`: the same figures from the command line, before and after closing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import clock
from publisher.cli import main
from tests.reports import reading
from tests.reports.offices import AFTER_Q1, Reporting


@pytest.fixture
def ward(reporting: Reporting, monkeypatch: pytest.MonkeyPatch) -> Reporting:
    """A ward with numbers; the command opens the installation that the environment names."""
    monkeypatch.setenv("PUBLISHER_HOME", str(reporting.office.installation.config.home))
    reporting.plan("CL22")
    reporting.make_year()
    reporting.held(reporting.ward_id, 3, attendees=120)
    return reporting


def report(out: Path, *more: str, unit: str = "phuong-mau", period: str = "2026-Q1", calendar: str = "CL22") -> Result:
    given = ["report", "--unit", unit, "--calendar", calendar, "--period", period, "--out", str(out), *more]
    with clock.reading(AFTER_Q1):
        return CliRunner().invoke(main, given)


@pytest.mark.parametrize("kind", ["docx", "xlsx", "csv", "pdf"])
def test_a_report_is_written_and_stays_what_it_was_when_closed(ward: Reporting, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"bao-cao.{kind}"
    answer = report(out, "--format", kind)
    assert answer.exit_code == 0, answer.output
    assert "chưa chốt" in answer.output
    table = getattr(reading, f"{kind}_table")
    before = table(out.read_bytes())
    assert before["14"] == ("3", "3", "chưa có")
    row = ward.act("ward", "close", ward.report(ward.ward_id).id)
    ward.held(ward.ward_id, 70)
    told = json.loads(report(out, "--format", kind, "--json").output)
    assert told["sha256"] == ward.says(row.id)[1]
    assert told["due_assumed"] is True
    assert table(out.read_bytes()) == before


def test_a_period_nobody_owes_can_be_asked_for_too(ward: Reporting, tmp_path: Path) -> None:
    answer = report(tmp_path / "x.csv", "--format", "csv", calendar="ND09", period="2026-M02")
    assert answer.exit_code == 0, answer.output
    assert reading.csv_table((tmp_path / "x.csv").read_bytes())["14"][0] == "3"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"unit": "khong-co"}, 1, "Không có đơn vị"),
        ({"period": "2026-Q9"}, 1, "2026-Q1"),
        ({"period": "thang-ba"}, 1, "không có kỳ"),
        ({"calendar": "LA"}, 1, "Không có lịch báo cáo"),
    ],
)
def test_what_does_not_exist_is_named(
    ward: Reporting, tmp_path: Path, given: dict[str, str], code: int, words: str
) -> None:
    answer = report(tmp_path / "x.pdf", "--format", "pdf", **given)
    assert (answer.exit_code, words in answer.output) == (code, True), answer.output
    assert not (tmp_path / "x.pdf").exists()


def test_a_wrong_format_is_wrong_usage_and_a_folder_that_is_not_there_is_refused(
    ward: Reporting, tmp_path: Path
) -> None:
    assert report(tmp_path / "x.odt", "--format", "odt").exit_code == 2
    answer = report(tmp_path / "khong-co" / "x.csv", "--format", "csv")
    assert answer.exit_code == 1
    assert "Không ghi được tệp" in answer.output
    assert report(tmp_path / "x.pdf", "--format", "pdf", "--edition", "4").exit_code == 1
