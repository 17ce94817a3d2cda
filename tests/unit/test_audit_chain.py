"""The trail is written at the end of a transaction: in order, whole, and without holding up the others."""

import threading

from sqlalchemy import select

from publisher import audit
from publisher.audit import COMMAND
from publisher.installation import Installation
from publisher.model import Audit


def acts(installation: Installation) -> list[str]:
    with installation.world.db.reading() as session:
        return list(session.scalars(select(Audit.act).where(Audit.subject == "thing").order_by(Audit.id)))


def test_acts_are_written_in_order_and_one_chain(either_installation: Installation) -> None:
    db = either_installation.world.db
    with db.writing() as session:
        audit.record(session, COMMAND, "one", "thing", 1)
        audit.record_many(session, COMMAND, "two", "thing", [(1, None, {}), (2, None, {"why": "vì thế"})])
    with db.writing() as session:
        audit.record(session, COMMAND, "three", "thing", 1)
    assert acts(either_installation) == ["one", "two", "two", "three"]
    with db.reading() as session:
        assert audit.first_break(session) is None


def test_what_was_taken_back_leaves_no_act(either_installation: Installation) -> None:
    db = either_installation.world.db
    try:
        with db.writing() as session:
            audit.record(session, COMMAND, "failed", "thing", 1)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with db.writing() as session:
        audit.record(session, COMMAND, "kept", "thing", 1)
        try:
            with session.begin_nested():
                audit.record(session, COMMAND, "nested and failed", "thing", 1)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        with session.begin_nested():
            audit.record(session, COMMAND, "nested and kept", "thing", 1)
    assert sorted(acts(either_installation)) == ["kept", "nested and kept"]
    with db.reading() as session:
        assert audit.first_break(session) is None


def test_a_long_transaction_holds_up_no_other_that_acts(either_installation: Installation) -> None:
    db = either_installation.world.db
    if db.sqlite:  # has one writer at a time anyway
        return
    done = threading.Event()

    def other() -> None:
        with db.writing() as session:
            audit.record(session, COMMAND, "other", "thing", 2)
        done.set()

    with db.writing() as session:
        audit.record(session, COMMAND, "long", "thing", 1)
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(10), "it need not wait for the end of this one"
    thread.join()
    assert acts(either_installation) == ["other", "long"]
