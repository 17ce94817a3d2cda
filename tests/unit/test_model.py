"""The tables on both databases: migrations make what the model says, constraints and triggers carry the promises."""

from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from publisher import audit, clock
from publisher.audit import COMMAND
from publisher.installation import Installation, open_installation
from publisher.model import (
    Attempt,
    Audit,
    Base,
    Decision,
    Delivery,
    Firing,
    Reading,
    Receipt,
    Rendering,
    Theme,
    Unit,
    Version,
)
from tests.factories import Office, in_minutes, make_unit


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def test_the_migrations_make_exactly_the_tables_of_the_model(either_installation: Installation) -> None:
    with either_installation.world.db.engine.connect() as connection:
        ours = {"compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, Base.metadata) == []


def test_opening_an_installation_twice_changes_nothing(either_installation: Installation) -> None:
    again = open_installation(either_installation.config)
    with again.world.db.reading() as session:
        assert len(session.scalars(select(Theme)).all()) == 14
    assert again.world.db.revision()[0] == again.world.db.revision()[1]
    again.close()


def test_sqlite_runs_with_wal_foreign_keys_and_full_sync(installation: Installation) -> None:
    with installation.world.db.reading() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")]
    assert found == ["wal", 1, 2]


def test_an_instant_comes_back_aware_in_utc_and_a_naive_one_is_refused(either_installation: Installation) -> None:
    now = clock.now()
    with either_installation.world.db.writing() as session:
        unit_id = make_unit(session, "u", "Đơn vị").id
    with either_installation.world.db.reading() as session:
        assert session.get_one(Unit, unit_id).created_at == now or now <= session.get_one(Unit, unit_id).created_at
        assert session.get_one(Unit, unit_id).created_at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
    with pytest.raises(StatementError, match="naive"), either_installation.world.db.writing() as session:
        session.add(Firing(job="x", due_at=datetime(2026, 1, 1), started_at=now))  # noqa: DTZ001 - the naive one


def test_text_is_stored_composed_whichever_door_it_came_through(either_installation: Installation) -> None:
    with either_installation.world.db.writing() as session:
        make_unit(session, "u", "Đa\u0309ng u\u0309y")
    with either_installation.world.db.reading() as session:
        assert session.scalar(select(Unit.name)) == "Đảng ủy"


@pytest.mark.parametrize("table", [Version, Decision, Rendering, Receipt, Audit])
def test_records_of_what_happened_cannot_be_rewritten_or_deleted(either_office: Office, table: type[Base]) -> None:
    either_office.published()
    for statement in (update(table).values(id=10_000), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
            session.execute(statement)


def test_a_reading_cannot_be_rewritten(either_office: Office) -> None:
    now = clock.now()
    with either_office.writing() as session:
        session.add(
            Reading(
                unit_id=either_office.unit_id, metric="views", value=3, measure="lượt", source="reported",
                as_of=now, recorded_at=now,
            )
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
        session.execute(update(Reading).values(value=4))


def test_an_attempt_takes_its_outcome_once(either_office: Office) -> None:
    either_office.published()
    with pytest.raises(DatabaseError, match="append-only"), either_office.writing() as session:
        session.execute(update(Attempt).values(outcome="rejected"))


def test_there_is_one_delivery_per_version_account_and_placement(either_office: Office) -> None:
    either_office.scheduled()
    with either_office.reading() as session:
        first = session.scalars(select(Delivery)).one()
        copy = {column.key: getattr(first, column.key) for column in Delivery.__table__.columns}
    with pytest.raises(IntegrityError), either_office.writing() as session:
        session.add(Delivery(**{**copy, "id": None, "key": "another"}))


def test_a_remote_id_belongs_to_one_receipt_of_an_account(either_office: Office) -> None:
    either_office.published("Một")
    other = either_office.scheduled("Hai", due_at=in_minutes(60))
    with either_office.reading() as session:
        receipt = session.scalars(select(Receipt)).one()
    with pytest.raises(IntegrityError), either_office.writing() as session:
        session.add(
            Receipt(
                delivery_id=either_office.deliveries(other)[0].id, account_id=receipt.account_id, kind="live",
                remote_id=receipt.remote_id, accepted_at=clock.now(), detail={},
            )
        )  # fmt: skip


def test_a_clock_job_fires_once_per_due_time(either_installation: Installation) -> None:
    due = in_minutes(0)
    with either_installation.world.db.writing() as session:
        session.add(Firing(job="daily", due_at=due, started_at=due))
    with pytest.raises(IntegrityError), either_installation.world.db.writing() as session:
        session.add(Firing(job="daily", due_at=due, started_at=due))


@pytest.mark.parametrize(
    "wrong", [{"state": "gone"}, {"state": "sending"}, {"state": "held", "hold": ""}, {"wake_at": None}]
)
def test_a_delivery_cannot_be_put_into_a_state_that_makes_no_sense(
    either_office: Office, wrong: dict[str, object]
) -> None:
    either_office.scheduled(due_at=in_minutes(60))
    with pytest.raises(IntegrityError), either_office.writing() as session:
        session.execute(update(Delivery).values(**wrong))


def test_the_trail_is_a_chain_and_says_where_it_was_broken(installation: Installation) -> None:
    with installation.world.db.writing() as session:
        for number in range(5):
            audit.record(session, COMMAND, "test", "unit", number, note=f"việc {number}")
        assert audit.first_break(session) is None
    with installation.world.db.writing() as session:
        session.execute(text("DROP TRIGGER keep_audit_update"))
        session.execute(text("UPDATE audit SET act = 'forged' WHERE subject_id = 2"))
    with installation.world.db.reading() as session:
        broken = audit.first_break(session)
        assert broken == session.scalar(select(Audit.id).where(Audit.subject_id == 2))


def test_the_clock_stands_in_the_trail_as_an_actor(either_office: Office) -> None:
    either_office.published()
    with either_office.reading() as session:
        acts = session.execute(select(Audit.actor, Audit.act, Audit.detail).order_by(Audit.id)).all()
        assert audit.first_break(session) is None
    by_clock = [(act, detail["after"]) for actor, act, detail in acts if actor == "clock"]
    assert by_clock == [("delivery.move", "sent")]
