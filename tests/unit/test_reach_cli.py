"""`publisher reach …`: asking outlets, logging by hand, comparing the sums with the ledger."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from publisher.cli import main
from publisher.model import Audit, Landing, ReachDay, Reading
from tests.factories import Office
from tests.unit.test_reach_collect import Outlet


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that runs a command on the office's installation."""
    monkeypatch.setenv("PUBLISHER_HOME", str(office.installation.config.home))

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["reach", *words])

    return command


def test_collect_asks_outlets_and_says_what_came(run: Any, office: Office, tmp_path: Path) -> None:
    outlet = Outlet(office, tmp_path)
    outlet.publish(2)
    nothing = json.loads(run("collect", "--json").output)
    assert "measured" not in nothing, "not an hour ago"
    answer = run("collect", "--unit", "phuong-mau", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["measured"] == 2
    answer = run("collect", "--delivery", str(outlet.landing().delivery_id))
    assert "Đã hỏi 1 bài, ghi 1 số liệu" in answer.output
    missing = run("collect", "--delivery", "999")
    assert (missing.exit_code, "Không có lượt phát hành" in missing.stderr) == (1, True)


def test_collect_takes_in_what_landed(run: Any, office: Office) -> None:
    office.published()
    assert json.loads(run("collect", "--json").output)["landed"] == 1
    with office.reading() as session:
        assert session.scalars(select(Landing.title)).all() == ["Đẩy mạnh cải cách hành chính"]


def test_a_figure_is_logged_by_hand_as_people_write_it(run: Any, office: Office) -> None:
    office.published()
    answer = run("log", "views", "1.234", "--delivery", "1", "--day", "01/03/2026", "--note", "Ảnh chụp màn hình")
    assert answer.exit_code == 0, answer.output
    assert "1234 lượt" in answer.output
    assert json.loads(run("log", "calls", "12", "--form", "duong_day_nong", "--json").output)["measure"] == "cuộc gọi"
    with office.reading() as session:
        rows = session.scalars(select(Reading).order_by(Reading.id)).all()
        assert [(row.metric, row.value, row.delivery_id, row.form, row.source) for row in rows] == [
            ("views", 1234, 1, "", "reported"), ("calls", 12, None, "duong_day_nong", "reported"),
        ]  # fmt: skip
        assert session.scalars(select(Audit.actor).where(Audit.act == "reading.log")).all() == ["command", "command"]


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("log", "views", "1.234,5"), 1, "số lẻ"),
        (("log", "views", "nhiều"), 1, "không phải là số"),
        (("log", "views", "5", "--day", "32/01/2026"), 1, "không phải là ngày"),
        (("log", "views", "5", "--day", "01/01/2999"), 1, "chưa tới"),
        (("log", "views", "5", "--delivery", "99"), 1, "Không có lượt phát hành số 99"),
        (("log", "views", "5", "--delivery", "1", "--activity", "1"), 2, "Chỉ chọn một"),
        (("log", "hoa", "5"), 2, "hoa"),
    ],
)
def test_what_cannot_be_logged_is_refused(
    run: Any, office: Office, words: tuple[str, ...], code: int, what: str
) -> None:
    answer = run(*words)
    assert answer.exit_code == code
    assert what in answer.stderr


def test_check_finds_sums_that_differ_and_makes_them_anew(run: Any, office: Office) -> None:
    office.published()
    run("log", "views", "5", "--delivery", "1")
    assert "khớp với sổ gốc" in run("check").output
    with office.writing() as session:
        session.execute(update(ReachDay).values(total=6))
    answer = run("check")
    assert (answer.exit_code, "bảng tổng 6, sổ gốc 5" in answer.output) == (1, True)
    assert run("check", "--rebuild").exit_code == 0
    assert run("check").exit_code == 0
