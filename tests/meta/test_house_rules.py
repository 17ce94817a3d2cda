"""Every route carries a permission, every channel and setting is described, every clock job is watched."""

import re
from pathlib import Path

from flask import Flask

import templates
from channels import CHANNELS
from publisher.config import Config
from publisher.timetable import JOBS
from publisher.web.guard import OPEN_ENDPOINTS, PERMISSIONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_route_carries_a_permission(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        right = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert right in PERMISSIONS, f"{rule} ({rule.endpoint}) says nobody may or may not see it"


def test_public_addresses_are_those_we_meant(app: Flask) -> None:
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "permission", None) == "public"
    }
    staff = [address for address in public if address.startswith(("/desk", "/admin", "/radio", "/reports"))]
    assert not staff, f"open to everybody: {staff}"


def test_every_channel_has_a_template_a_contract_test_and_a_readme_row() -> None:
    for channel in CHANNELS:
        folder = Path(templates.__file__).parent / "channels"
        assert list(folder.glob(f"{channel.name}.*")), f"templates/channels/{channel.name}.* is missing"
        assert (ROOT / "tests" / "channels" / f"test_{channel.name}.py").exists(), (
            f"{channel.name} has no contract test"
        )
        assert re.search(rf"^\| `{channel.name}` \|", README, re.MULTILINE), f"README has no row for {channel.name}"


def test_every_setting_is_described_in_readme() -> None:
    for name, field in Config.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"`PUBLISHER_{name.upper()}`" in README, f"README does not name PUBLISHER_{name.upper()}"


def test_every_clock_job_is_watched() -> None:
    for job in JOBS:
        assert job.deadline >= 3 * job.every or job.deadline >= 24 * 3600, (
            f"{job.name}: the watch is tighter than its beat"
        )
        assert job.title


def test_every_command_of_the_outside_face_answers_help() -> None:
    import click
    from click.testing import CliRunner

    from publisher.cli import main

    def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        found = []
        for name, command in group.commands.items():
            found.append((*path, name))
            if isinstance(command, click.Group):
                found += commands(command, (*path, name))
        return found

    for command in commands(main):
        answer = CliRunner().invoke(main, [*command, "--help"])
        assert answer.exit_code == 0, command
        assert len(answer.output.splitlines()) > 3, f"{command} explains nothing"


def test_no_template_holds_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        inline = re.findall(
            r"<script(?![^>]*\b(?:src|type=\"application/(?:ld\+)?json\"))[^>]*>|\son\w+=\"|\sstyle=\"|<style", text
        )
        assert not inline, f"{path.relative_to(ROOT)}: {inline} (the content policy would block it)"
