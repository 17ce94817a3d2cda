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
from schedules.plan_file.words import AUDIENCES, TAGS, THEMES

# When each edition of the theme list began: Nghị quyết 30c/NQ-CP, Nghị quyết 76/NQ-CP.
EDITIONS = {"NQ30c": date(2011, 11, 8), "NQ76": date(2021, 7, 15)}


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
    with db.alone():
        db.migrate()
        _fill_lists(db)
    if not db.sqlite:
        from publisher.delivery.distributed import enqueue

        db.on_wakes = enqueue
    return Installation(config, World(db, FileStore(config.blobs), Vault(config.keys), config))


def _fill_lists(db: Database) -> None:
    with db.reading() as session:
        if session.scalar(select(Theme.id).limit(1)) is not None:
            return
    with db.writing() as session:
        if session.scalar(select(Theme.id).limit(1)) is not None:  # another process was quicker
            return
        for edition, since in EDITIONS.items():
            for code, title in THEMES[edition].items():
                session.add(Theme(edition=edition, code=code, title=title, valid_from=since))
        session.add_all(Label(kind="audience", code=code, title=title) for code, title in AUDIENCES.items())
        session.add_all(Label(kind="tag", code=code, title=title) for code, title in TAGS.items())


ADMINISTRATOR = "quantri@localhost"


def first_administrator(installation: Installation) -> str | None:
    """Create the first unit and administrator where there is nobody yet; return the one-time password, else None."""
    db = installation.world.db
    with db.alone(), db.writing() as session:
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
