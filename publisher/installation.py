"""An installation: its settings and what its verbs need, opened once in a process."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from publisher import clock, faults, security
from publisher.audit import COMMAND
from publisher.config import Config
from publisher.delivery.outlets import World
from publisher.files import FileStore
from publisher.model import Label, Person, Theme, Unit
from publisher.model.database import Database
from publisher.secrets import Vault
from publisher.words import mark

THEMES_NQ76 = (
    ("T1", mark("Cải cách thể chế")),
    ("T2", mark("Cải cách thủ tục hành chính")),
    ("T3", mark("Cải cách tổ chức bộ máy")),
    ("T4", mark("Cải cách chế độ công vụ")),
    ("T5", mark("Cải cách tài chính công")),
    ("T6", mark("Chính quyền điện tử, chính quyền số")),
    ("T7", mark("Chỉ đạo, điều hành cải cách hành chính")),
)

AUDIENCES = (
    ("nguoi_dan", mark("Người dân")),
    ("nguoi_cao_tuoi", mark("Người cao tuổi")),
    ("doanh_nghiep", mark("Doanh nghiệp")),
    ("nha_dau_tu", mark("Nhà đầu tư")),
    ("cbccvc", mark("Cán bộ, công chức, viên chức")),
    ("cnvcld", mark("Công nhân, viên chức, người lao động")),
    ("doan_vien_cong_doan", mark("Đoàn viên công đoàn")),
    ("lanh_dao", mark("Lãnh đạo, người đứng đầu")),
    ("to_chuc", mark("Tổ chức chính trị – xã hội")),
    ("bao_chi", mark("Cơ quan báo chí")),
    ("tuyen_truyen_vien", mark("Tuyên truyền viên, báo cáo viên")),
)

TAGS = (
    ("chi-so", mark("Chỉ số")),
    ("dien-hinh", mark("Điển hình")),
    ("han-che", mark("Hạn chế")),
    ("duong-day-nong", mark("Đường dây nóng")),
    ("iso-9001", mark("ISO 9001")),
    ("chuyen-doi-so", mark("Chuyển đổi số")),
    ("moi-truong-kinh-doanh", mark("Môi trường kinh doanh")),
    ("chu-de-nam", mark("Chủ đề năm")),
)


@dataclass(frozen=True)
class Installation:
    """The settings and the world of one installation."""

    config: Config
    world: World

    def close(self) -> None:
        """Give back the database's connections."""
        self.world.db.close()


def open_installation(config: Config) -> Installation:
    """Open the home and the database, bring the schema up to date, and fill in the lists every office shares."""
    config.prepare_home()
    faults.arm(config.home)
    db = Database(config.database)
    db.migrate()
    installation = Installation(config, World(db, FileStore(config.blobs), Vault(config.keys)))
    _fill_lists(db)
    return installation


def _fill_lists(db: Database) -> None:
    with db.reading() as session:
        if session.scalar(select(Theme.id).limit(1)) is not None:
            return
    with db.writing() as session:
        since = date(2021, 7, 15)  # Nghị quyết 76/NQ-CP
        session.add_all(Theme(edition="NQ76", code=c, title=t, valid_from=since) for c, t in THEMES_NQ76)
        session.add_all(Label(kind="audience", code=code, title=title) for code, title in AUDIENCES)
        session.add_all(Label(kind="tag", code=code, title=title) for code, title in TAGS)


ADMINISTRATOR = "quantri@localhost"


def first_administrator(installation: Installation) -> str | None:
    """Create the first unit and administrator where there is nobody yet; return the one-time password, else None."""
    with installation.world.db.writing() as session:
        if session.scalar(select(Person.id).limit(1)) is not None:
            return None
        unit = session.scalar(select(Unit).order_by(Unit.id).limit(1))
        if unit is None:
            unit = Unit(code="co-quan", name="Cơ quan", short_name="Cơ quan", kind="khac", created_at=clock.now())
            session.add(unit)
            session.flush()
        password = security.new_password()
        person = security.add_person(session, COMMAND, ADMINISTRATOR, "Quản trị", password, must_change=True)
        security.grant(session, COMMAND, person, unit, "administrator")
    return password
