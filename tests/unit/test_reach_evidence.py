"""The evidence locker: what is taken by its content, kept once, without the camera's place, linked, never deleted."""

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from publisher import audit, clock
from publisher.audit import COMMAND
from publisher.intake import proofs
from publisher.model import Evidence, EvidenceLink
from publisher.reach import evidence
from publisher.reach.evidence import Automatic, File, Link
from publisher.refusal import Refused
from tests.factories import Office, make_unit


def photo(colour: str = "red", size: tuple[int, int] = (800, 600)) -> bytes:
    """A telephone's photograph with the place where it was taken."""
    image, data = Image.new("RGB", size, colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x0110] = "Điện thoại của Nguyễn Văn A"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (21.0, 1.0, 42.0)
    image.save(data, "JPEG", exif=exif)
    return data.getvalue()


def packed(*names: str, size: int = 10) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, b"0" * size)
    return data.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_a_photograph_is_kept_without_its_place_and_with_a_small_picture() -> None:
    assert b"GPS" in photo() or Image.open(io.BytesIO(photo())).getexif().get_ifd(0x8825)
    kept = proofs.read("hoi-nghi.jpg", photo())
    image = Image.open(io.BytesIO(kept.data))
    assert not image.getexif().get_ifd(0x8825)
    assert len(image.getexif()) == 0
    assert b"Nguy" not in kept.data
    assert Image.open(io.BytesIO(kept.thumb)).size == (320, 240)
    assert (kept.name, kept.media_type) == ("hoi-nghi.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("bien-ban.pdf", PDF, "application/pdf"),
        ("danh-sach.docx", packed("word/document.xml", "[Content_Types].xml"), "officedocument.wordprocessingml"),
        ("danh-sach.xlsx", packed("xl/workbook.xml", "[Content_Types].xml"), "officedocument.spreadsheetml"),
        ("phat-song.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\x00" * 300, "audio/mpeg"),
    ],
)
def test_documents_and_recordings_are_kept_as_they_are(name: str, data: bytes, media_type: str) -> None:
    kept = proofs.read(name, data)
    assert media_type in kept.media_type
    assert (kept.data, kept.thumb) == (data, b"")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("anh.jpg", b"", "trống"),
        ("anh.jpg", b"<svg onload=alert(1)>", "Không nhận được"),
        ("chay.exe", b"MZ" + b"\x00" * 200, "Không nhận được"),
        ("anh.jpg", PDF, "không đúng với đuôi"),
        ("bien-ban.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), "mã chạy được"),
        ("macro.docx", packed("word/document.xml", "word/vbaProject.bin"), "macro"),
        ("gia.docx", packed("noi-dung.txt"), "không phải tài liệu"),
        ("bom.xlsx", packed("xl/workbook.xml", size=120_000_000), "bung ra quá lớn"),
        ("hong.docx", b"PK\x03\x04 broken", "bị hỏng"),
        ("to.pdf", PDF + b" " * 20_000_001, "20 MB"),
    ],
)  # fmt: skip
def test_what_is_something_else_than_it_says_or_runs_code_is_refused(name: str, data: bytes, what: str) -> None:
    with pytest.raises(Refused, match=what) as refused:
        proofs.read(name, data)
    assert refused.value.field == "proof"


def keep(office: Office, proof: File | Link, *links: tuple[str, int], unit_id: int = 0) -> int:
    with office.writing() as session:
        row = evidence.attach(session, office.world.files, COMMAND, unit_id or office.unit_id, proof, list(links))
        return row.id


def test_the_same_bytes_or_address_are_kept_once_a_unit_and_linked_to_all_they_prove(either_office: Office) -> None:
    file = proofs.read("a.jpg", photo())
    first = keep(either_office, file, ("activity", 1))
    assert keep(either_office, proofs.read("b.jpg", photo()), ("activity", 2), ("activity", 1)) == first
    link = keep(either_office, Link("https://bao.example/bai-1", "Báo Mẫu"), ("delivery", 7))
    assert keep(either_office, Link("https://bao.example/bai-1")) == link
    with either_office.writing() as session:
        other = make_unit(session, "khac", "Đơn vị khác").id
    assert keep(either_office, file, unit_id=other) != first
    with either_office.reading() as session:
        found = evidence.of(session, "activity", [1, 2])
        assert {number: [one.id for one in proofs] for number, proofs in found.items()} == {1: [first], 2: [first]}
        assert evidence.count(session, "delivery", [7, 8]) == {7: 1}
        assert session.scalar(select(func.count()).select_from(Evidence)) == 3


def test_automatic_proofs_come_many_at_once_and_only_once(either_office: Office) -> None:
    either_office.published()
    unit = either_office.unit_id
    made = [
        Automatic(1, unit, "permalink", "Đường dẫn", url="https://a.example/1"),
        Automatic(1, unit, "snapshot", "Bản chụp", sha256="a" * 64, media_type="text/html", size=10),
        Automatic(1, unit, "permalink", "Đường dẫn", url="https://a.example/1"),
    ]
    for _turn in range(2):
        with either_office.writing() as session:
            evidence.keep_automatic(session, made)
    with either_office.reading() as session:
        assert [one.origin for one in evidence.of(session, "delivery", [1])[1]] == ["permalink", "snapshot"]
        assert session.scalar(select(func.count()).select_from(EvidenceLink)) == 2


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://a.example/x", "https://", "//a.example", "/\\a.example", "a.example/x"]
)
def test_an_address_that_is_none_is_refused(office: Office, url: str) -> None:
    with pytest.raises(Refused):
        keep(office, Link(url))


def test_evidence_is_struck_with_a_reason_and_stands_again_when_it_is_sent_again(either_office: Office) -> None:
    number = keep(either_office, Link("https://bao.example/1"), ("activity", 1))
    with either_office.writing() as session:
        evidence.strike(session, COMMAND, evidence.get(session, number), "Không đúng hội nghị")
    with either_office.reading() as session:
        assert evidence.of(session, "activity", [1]) == {}
        assert audit.first_break(session) is None
    with pytest.raises(Refused, match="đã bỏ"), either_office.writing() as session:
        evidence.strike(session, COMMAND, evidence.get(session, number), "Lần nữa")
    assert keep(either_office, Link("https://bao.example/1")) == number
    with either_office.reading() as session:
        assert [one.id for one in evidence.of(session, "activity", [1])[1]] == [number]


def test_what_a_proof_is_can_neither_be_rewritten_nor_deleted(either_office: Office) -> None:
    keep(either_office, Link("https://bao.example/1"))
    for statement in (update(Evidence).values(url="https://khac.example"), delete(Evidence)):
        with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
            session.execute(statement)
    with either_office.writing() as session:
        session.execute(update(Evidence).values(note="Ghi chú được sửa"))


def test_a_proof_that_names_its_delivery_is_found_there(either_office: Office) -> None:
    either_office.published()
    with either_office.writing() as session:
        session.add(
            Evidence(
                unit_id=either_office.unit_id, delivery_id=1, url="https://x.example/anh", name="Ảnh treo",
                created_at=clock.now(),
            )
        )  # fmt: skip
    with either_office.reading() as session:
        assert [one.name for one in evidence.of(session, "delivery", [1])[1]] == ["Ảnh treo"]
