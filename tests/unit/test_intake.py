"""Posts from files: everything of a file or nothing of it, faults with row and column."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from publisher.audit import COMMAND
from publisher.demo.load import POSTS
from publisher.intake.posts import RowFaults, import_rows, read_bytes, read_file
from publisher.model import Placement, Post, Unit, Version
from publisher.refusal import Refused
from tests.factories import Office

HEAD = ["STT", "Tiêu đề", "Nội dung", "Chủ đề", "Kênh", "Ngày phát hành", "Giờ phát hành"]


def sheet(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in [HEAD, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def stored(office: Office) -> tuple[int, int]:
    with office.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(t)) or 0 for t in (Post, Version))  # type: ignore[return-value]


def import_file(office: Office, path: Path) -> list[int]:
    rows = read_file(path, office.installation.config.zone)
    with office.writing() as session:
        return [p.id for p in import_rows(session, None, COMMAND, session.get_one(Unit, office.unit_id), rows)]


def test_the_twelve_sample_posts_become_drafts(office: Office) -> None:
    assert len(import_file(office, POSTS)) == 12
    with office.reading() as session:
        version = session.scalars(select(Version).where(Version.title.startswith("Phản ánh"))).one()
        assert set(session.scalars(select(Post.state))) == {"draft"}
    assert version.themes == ["T2", "T7"] and version.tags == ["duong-day-nong"]
    assert "số đường dây nóng" in version.checks, "what the writer wanted verified is kept for the approver"


def test_a_spreadsheet_with_real_dates_and_times_plans_them_in_the_office_zone(office: Office, tmp_path: Path) -> None:
    row = [
        1,
        "Bài từ Excel",
        "Nội dung",
        "T1; T2",
        "Cổng phường Mẫu",
        date(2030, 5, 1),
        time(5, 15),
    ]
    import_file(office, sheet(tmp_path / "bai.xlsx", [row]))
    with office.reading() as session:
        wish = session.scalars(select(Placement)).one()
        assert session.scalars(select(Version.themes)).one() == ["T1", "T2"]
    assert wish.due_at == datetime(2030, 4, 30, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("mark", [",", ";"])
def test_csv_with_commas_or_semicolons(office: Office, tmp_path: Path, mark: str, start: str) -> None:
    file = tmp_path / "bai.csv"
    file.write_text(f'{start}Tiêu đề{mark}Nội dung\n"Một, hai; ba"{mark}"Dòng 1\nDòng 2"\n', "utf-8")
    import_file(office, file)
    with office.reading() as session:
        version = session.scalars(select(Version)).one()
    assert (version.title, version.body) == ("Một, hai; ba", "Dòng 1\nDòng 2")


def test_every_fault_is_listed_with_row_and_column_and_nothing_is_stored(office: Office, tmp_path: Path) -> None:
    rows = [
        [1, "Bài tốt", "Nội dung", "T1", "", "", ""],
        [2, "", "Thiếu tiêu đề", "", "", "", ""],
        [3, "Ngày sai", "Nội dung", "", "portal", "31/02/2026", ""],
        [4, "Giờ sai", "Nội dung", "", "portal", "01/02/2027", "25:99"],
    ]
    with pytest.raises(RowFaults) as caught:
        import_file(office, sheet(tmp_path / "bai.xlsx", rows))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "Tiêu đề"),
        (4, "Ngày phát hành"),
        (5, "Giờ phát hành"),
    ]
    assert stored(office) == (0, 0)


def test_a_code_or_channel_nobody_knows_stops_the_whole_file(office: Office, tmp_path: Path) -> None:
    rows = [[1, "Tốt", "Nội dung", "T1", "", "", ""], [2, "Lạ", "Nội dung", "T9", "", "", ""]]
    with pytest.raises(RowFaults, match="T9"):
        import_file(office, sheet(tmp_path / "a.xlsx", rows))
    rows = [[1, "Lạ", "Nội dung", "T1", "tivi", "", ""]]
    with pytest.raises(RowFaults, match="tivi"):
        import_file(office, sheet(tmp_path / "b.xlsx", rows))
    assert stored(office) == (0, 0)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("bai.xlsx", b"this is no spreadsheet", "không phải là bảng tính"),
        ("bai.xlsx", b"PK\x03\x04 broken zip", "không phải là bảng tính"),
        ("bai.csv", "Tiêu đề,Nội dung\nBài,Chữ".encode("utf-16"), "không phải UTF-8"),
        ("bai.csv", "Tiêu đề,Cột lạ\nBài,x\n".encode(), "không hiểu cột «Cột lạ»"),
        ("bai.csv", b"", "không có bài nào"),
        ("bai.json", b'[{"title": "x", ]', "không đúng cú pháp JSON ở dòng 1"),
        ("bai.json", b'{"title": "x"}', "phải là một danh sách"),
        ("bai.doc", b"...", "chỉ nhận .xlsx, .csv hoặc .json"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(name: str, data: bytes, says: str) -> None:
    from zoneinfo import ZoneInfo

    with pytest.raises(Refused, match=says):
        read_bytes(data, name, ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    ("title", "says"),
    [("a\x00b", "ký tự điều khiển"), ("a\ud800b", "bị hỏng"), ("x" * 201, "tối đa 200"), ("a\ufffdb", "bị hỏng")],
)
def test_text_no_keyboard_can_type_is_refused_by_name_and_place(office: Office, title: str, says: str) -> None:
    data = json.dumps([{"title": title, "body": "Nội dung"}]).encode()
    with pytest.raises(RowFaults, match=says) as caught:
        read_bytes(data, "bai.json", office.installation.config.zone)
    assert caught.value.faults[0].column == "Tiêu đề"


def test_decomposed_vietnamese_is_composed_on_the_way_in(office: Office) -> None:
    data = json.dumps([{"title": "Cải cách", "body": "Nội dung"}]).encode()
    (row,) = read_bytes(data, "bai.json", office.installation.config.zone)
    assert row.content.title == "Cải cách"
