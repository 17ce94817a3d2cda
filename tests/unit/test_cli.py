"""The command line: help, JSON, exit codes 0, 1 and 2; secrets never on it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from publisher.cli import main
from publisher.model import Account, Audit
from tests.factories import Office


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch):
    """A function that runs a command line on the office's home."""
    monkeypatch.setenv("PUBLISHER_HOME", str(office.installation.config.home))

    def invoke(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)

    return invoke


@pytest.mark.parametrize("code", ["HP20", "GL21", "CL22", "HZ23", "KH20"])
def test_the_five_plans_pass_the_check(run, code: str) -> None:
    answer = run("plan", "check", code)
    assert answer.exit_code == 0 and "hợp lệ" in answer.stdout


def test_a_broken_plan_is_refused_with_file_line_and_fault(run, tmp_path: Path) -> None:
    file = tmp_path / "hong.yaml"
    file.write_text("format: 1\ncode: [\n", "utf-8")
    answer = run("plan", "check", str(file))
    assert answer.exit_code == 1 and "hong.yaml:" in answer.stderr
    assert run("plan", "import", str(file)).exit_code == 1
    data = json.loads(run("plan", "check", str(file), "--json").stdout)
    assert data["faults"][0]["line"] >= 1


def test_importing_and_following_a_plan(run) -> None:
    first = json.loads(run("plan", "import", "CL22", "--year", "2026", "--json").stdout)
    second = json.loads(run("plan", "import", "CL22", "--year", "2026", "--json").stdout)
    assert first["slots_added"] > 12 and second["slots_added"] == second["created"] == 0
    rows = json.loads(run("plan", "progress", str(first["plan_id"]), "--json").stdout)
    assert [row["row"] for row in rows if row["ref"] == "CL22-T7"] == ["2.7"]
    assert "2.7" in run("plan", "progress", str(first["plan_id"])).stdout


def test_usage_errors_exit_with_two_and_refusals_with_one(run) -> None:
    assert run("plan", "progress").exit_code == 2
    assert run("nothing").exit_code == 2
    answer = run("plan", "progress", "999")
    assert (answer.exit_code, answer.stderr) == (1, "Không có kế hoạch số 999.\n")
    assert run("user", "add", "x@y.vn", "--name", "X", "--role", "king").exit_code == 2
    assert run("channel", "add", "tivi").exit_code == 1


def test_a_secret_is_read_from_stdin_or_a_file_never_from_the_command_line(run, office: Office, tmp_path: Path) -> None:
    canary = "canary-khong-duoc-lo-5b1f"
    refused = run("channel", "add", "ledger", "--setting", "path=x", "--setting", f"token={canary}")
    assert refused.exit_code == 1 and "dòng lệnh" in refused.stderr and canary not in refused.output
    secret = tmp_path / "token"
    secret.write_text(canary + "\n", "utf-8")
    added = run("channel", "add", "ledger", "--setting", "path=x", "--secret-file", f"token={secret}", "--json")
    assert added.exit_code == 0 and canary not in added.output
    with office.reading() as session:
        account = session.get_one(Account, json.loads(added.stdout)["id"])
        assert canary not in account.secrets and "token" not in account.settings
        assert office.world.vault.open(account.secrets) == {"token": canary}
        assert not any(canary in json.dumps(row.detail) for row in session.scalars(select(Audit)))
    assert canary not in run("channel", "list", "--json").output
    assert canary not in run("channel", "check").output


def test_a_person_is_added_with_a_password_for_one_use(run, office: Office) -> None:
    answer = run("user", "add", "Moi@Phuong.Example", "--name", "Người Mới", "--role", "editor", "--json")
    person = json.loads(answer.stdout)
    assert person["email"] == "moi@phuong.example" and len(person["password"]) == 19
    assert run("user", "add", "moi@phuong.example", "--name", "Lại", "--role", "editor").exit_code == 1


def test_tick_prints_what_it_did_as_json(run, office: Office) -> None:
    office.scheduled()
    assert json.loads(run("tick").stdout)["attempts"] == {"sent": 1}
    assert json.loads(run("tick").stdout)["attempts"] == {}


def test_tick_at_another_time_sends_what_is_due_then(run, office: Office) -> None:
    from tests.factories import in_minutes

    office.scheduled(due_at=in_minutes(120))
    assert json.loads(run("tick").stdout)["attempts"] == {}
    assert json.loads(run("tick", "--at", in_minutes(121).isoformat()).stdout)["attempts"] == {"sent": 1}
    assert run("tick", "--at", "chiều mai").exit_code == 2


def test_doctor_names_what_is_not_in_order(run, office: Office) -> None:
    answer = run("doctor")
    assert answer.exit_code == 1 and "PUBLISHER_PUBLIC_URL" in answer.stdout
    office.installation.config.home.chmod(0o755)
    assert "chmod 700" in run("doctor").stdout


def test_a_wrong_setting_is_refused_by_name(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TIMEZONE", "Sao/Hoa")
    answer = run("tick")
    assert answer.exit_code == 1 and "PUBLISHER_TIMEZONE" in answer.stderr and "Sao/Hoa" in answer.stderr
