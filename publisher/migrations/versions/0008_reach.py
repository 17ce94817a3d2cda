"""Reach: activities, targets' values, evidence and what it proves, landings, sums of readings kept by triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _activities()
    _evidence()
    _landings()
    _readings()
    _sums()
    _take_old_readings_in()
    _keep_sums()
    _keep_records()


def _activities() -> None:
    op.create_table(
        "activity_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_activity_batch_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_activity_batch_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_batch")),
        sa.UniqueConstraint("unit_id", "sha256", name=op.f("uq_activity_batch_unit_id_sha256")),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.Integer(), nullable=True),
        sa.Column("struck_reason", sa.String(), nullable=False),
        sa.CheckConstraint("(struck_at IS NULL) = (struck_reason = '')", name=op.f("ck_activity_struck")),
        sa.CheckConstraint("until >= day", name=op.f("ck_activity_days")),
        sa.ForeignKeyConstraint(["batch_id"], ["activity_batch.id"], name=op.f("fk_activity_batch_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_activity_created_by")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_activity_slot_id")),
        sa.ForeignKeyConstraint(["struck_by"], ["person.id"], name=op.f("fk_activity_struck_by")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_activity_task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_activity_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_batch_id"), "activity", ["batch_id"], unique=False)
    op.create_index(op.f("ix_activity_slot_id"), "activity", ["slot_id"], unique=False)
    op.create_index(op.f("ix_activity_task_id"), "activity", ["task_id"], unique=False)
    op.create_index("ix_activity_unit_id_until", "activity", ["unit_id", "until"], unique=False)
    op.create_table(
        "target_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.String(), nullable=False),
        sa.Column("denominator", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("struck", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('measured','reported','estimated','sample')", name=op.f("ck_target_value_source")
        ),
        sa.CheckConstraint(
            "struck = true OR value <> '' OR (numerator <> '' AND denominator <> '')",
            name=op.f("ck_target_value_number"),
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["target_value.id"], name=op.f("fk_target_value_corrects_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_target_value_evidence_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_target_value_plan_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_target_value_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_value")),
    )
    op.create_index("ix_target_value_plan_id_ref_day", "target_value", ["plan_id", "ref", "day"], unique=False)


def _evidence() -> None:
    op.add_column("evidence", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column("evidence", sa.Column("thumb", sa.String(), server_default="", nullable=False))
    op.add_column("evidence", sa.Column("origin", sa.String(), server_default="upload", nullable=False))
    op.add_column("evidence", sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
    # Not a batch: SQLite would copy the table and drop the old one, whose rows others refer to.
    op.execute("ALTER TABLE evidence ADD COLUMN struck_by INTEGER CONSTRAINT fk_evidence_struck_by REFERENCES person (id)")
    op.add_column("evidence", sa.Column("struck_reason", sa.String(), server_default="", nullable=False))
    op.create_index("ix_evidence_unit_id_created_at", "evidence", ["unit_id", "created_at"], unique=False)
    for column in ("sha256", "url"):
        given = sa.text(f"{column} <> ''")
        op.create_index(
            f"uq_evidence_unit_id_{column}", "evidence", ["unit_id", column], unique=True,
            sqlite_where=given, postgresql_where=given,
        )
    op.create_table(
        "evidence_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "subject IN ('delivery', 'activity', 'reading', 'target_value', 'report_line')",
            name=op.f("ck_evidence_link_subject"),
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_link_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link")),
        sa.UniqueConstraint(
            "subject", "subject_id", "evidence_id", name=op.f("uq_evidence_link_subject_subject_id_evidence_id")
        ),
    )
    op.create_index(op.f("ix_evidence_link_evidence_id"), "evidence_link", ["evidence_id"], unique=False)
    op.execute(
        "INSERT INTO evidence_link (evidence_id, subject, subject_id) "
        "SELECT id, 'delivery', delivery_id FROM evidence WHERE delivery_id IS NOT NULL"
    )
    # Whoever keeps a proof of a delivery, it is found there.
    link = (
        "INSERT INTO evidence_link (evidence_id, subject, subject_id) VALUES (NEW.id, 'delivery', NEW.delivery_id) "
        "ON CONFLICT DO NOTHING;"
    )
    event = "AFTER INSERT ON evidence FOR EACH ROW WHEN (NEW.delivery_id IS NOT NULL)"
    if _on_sqlite():
        op.execute(f"CREATE TRIGGER link_evidence {event} BEGIN {link} END")
        return
    op.execute(
        f"CREATE FUNCTION link_evidence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {link} RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER link_evidence {event} EXECUTE FUNCTION link_evidence()")


def _landings() -> None:
    op.create_table(
        "landing",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("themes", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_landing_account_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_landing_delivery_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_landing_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_landing_unit_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_landing")),
    )
    op.create_index(op.f("ix_landing_account_id"), "landing", ["account_id"], unique=False)
    op.create_index(op.f("ix_landing_post_id"), "landing", ["post_id"], unique=False)
    op.create_index("ix_landing_unit_id_landed_at", "landing", ["unit_id", "landed_at"], unique=False)
    asked = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_landing_next_at", "landing", ["next_at"], unique=False, sqlite_where=asked, postgresql_where=asked
    )


def _readings() -> None:
    for column, table in (("activity_id", "activity"), ("account_id", "account"), ("next_id", "reading")):
        op.execute(
            f"ALTER TABLE reading ADD COLUMN {column} INTEGER CONSTRAINT fk_reading_{column} REFERENCES {table} (id)"
        )
    op.add_column("reading", sa.Column("day", sa.Date(), nullable=True))
    for column in ("channel", "form", "themes"):
        op.add_column("reading", sa.Column(column, sa.String(), server_default="", nullable=False))
    for column in ("series", "key"):
        op.add_column("reading", sa.Column(column, sa.String(), nullable=True))
    op.add_column("reading", sa.Column("gain", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reading", sa.Column("struck", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(op.f("ix_reading_activity_id"), "reading", ["activity_id"], unique=False)
    op.create_index(op.f("ix_reading_account_id"), "reading", ["account_id"], unique=False)
    op.create_index("ix_reading_unit_id_day", "reading", ["unit_id", "day"], unique=False)
    for name, columns, where, unique in (
        ("ix_reading_series_as_of", ["series", "as_of"], "series IS NOT NULL", False),
        ("ix_reading_corrects_id", ["corrects_id"], "corrects_id IS NOT NULL", False),
        ("uq_reading_key", ["key"], "key IS NOT NULL", True),
    ):
        when = sa.text(where)
        op.create_index(name, "reading", columns, unique=unique, sqlite_where=when, postgresql_where=when)


_GROUP = ("metric", "unit_id", "channel", "form", "themes", "measure", "source")


def _sums() -> None:
    for table, column in (("reach_day", "day"), ("reach_half", "half")):
        op.create_table(
            table,
            sa.Column(column, sa.Date(), nullable=False),
            sa.Column("metric", sa.String(), nullable=False),
            sa.Column("unit_id", sa.Integer(), nullable=False),
            sa.Column("channel", sa.String(), nullable=False),
            sa.Column("form", sa.String(), nullable=False),
            sa.Column("themes", sa.String(), nullable=False),
            sa.Column("measure", sa.String(), nullable=False),
            sa.Column("source", sa.String(), nullable=False),
            sa.Column("total", sa.BigInteger(), nullable=False),
            sa.Column("readings", sa.Integer(), nullable=False),
            sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id")),
            sa.PrimaryKeyConstraint(column, *_GROUP, name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    op.create_index("ix_reach_half_metric_half", "reach_half", ["metric", "half"], unique=False)


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _half(day: str) -> str:
    """The first day of the half month (1st to 14th, 15th to end) in which a day lies, as SQL."""
    if _on_sqlite():
        return f"date({day}, 'start of month', CASE WHEN strftime('%d', {day}) < '15' THEN '+0 days' ELSE '+14 days' END)"
    return f"(date_trunc('month', {day})::date + CASE WHEN extract(day FROM {day}) < 15 THEN 0 ELSE 14 END)"


def _take_old_readings_in() -> None:
    """Give readings of the release before their dimensions; so far they were running totals of deliveries only."""
    if _on_sqlite():
        op.execute("DROP TRIGGER keep_reading_update")
        day = "date(as_of, '+7 hours')"
        themes = (
            "coalesce((SELECT group_concat(code, ',') FROM (SELECT t.value AS code FROM delivery d JOIN version v "
            "ON v.id = d.version_id, json_each(v.themes) t WHERE d.id = reading.delivery_id ORDER BY t.value)), '')"
        )
    else:
        op.execute("DROP TRIGGER keep_reading ON reading")
        day = "(as_of AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
        themes = (
            "coalesce((SELECT string_agg(t.code, ',' ORDER BY t.code COLLATE \"C\") FROM delivery d JOIN version v "
            "ON v.id = d.version_id CROSS JOIN LATERAL json_array_elements_text(v.themes) AS t (code) "
            "WHERE d.id = reading.delivery_id), '')"
        )
    op.execute(
        f"UPDATE reading SET day = {day}, themes = {themes}, "
        "channel = coalesce((SELECT a.channel FROM delivery d JOIN account a ON a.id = d.account_id "
        "WHERE d.id = reading.delivery_id), ''), "
        "series = CASE WHEN delivery_id IS NULL THEN 'u' || unit_id ELSE 'd' || delivery_id END "
        "|| '/' || metric || '/' || measure || CASE WHEN source = 'sample' THEN '/sample' ELSE '' END"
    )
    if _on_sqlite():
        op.execute(
            "CREATE TRIGGER keep_reading_update BEFORE UPDATE ON reading "
            "BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END"
        )
    else:
        op.execute(
            "CREATE TRIGGER keep_reading BEFORE UPDATE OR DELETE ON reading "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    group = ", ".join(_GROUP)
    gain = "value - lag(value, 1, 0) OVER (PARTITION BY series ORDER BY as_of, id)"
    for table, column, span in (("reach_day", "day", "day"), ("reach_half", "half", _half("day"))):
        op.execute(
            f"INSERT INTO {table} ({column}, {group}, total, readings, last_at) "
            f"SELECT {span} AS span, {group}, sum(gain), count(*), max(as_of) "
            f"FROM (SELECT day, {group}, as_of, {gain} AS gain FROM reading) AS one GROUP BY 1, {group}"
        )


def _keep_sums() -> None:
    """Every reading adds its gain to the sums of its day and takes it from those of the reading after it."""
    group = ", ".join(_GROUP)
    new = ", ".join(f"NEW.{name}" for name in _GROUP)
    after = ", ".join(f"n.{name}" for name in _GROUP)
    standing = "CASE WHEN NEW.corrects_id IS NULL THEN 1 WHEN NEW.struck THEN -1 ELSE 0 END"
    latest = "max" if _on_sqlite() else "greatest"
    statements = []
    for table, column in (("reach_day", "day"), ("reach_half", "half")):
        into = f"INSERT INTO {table} ({column}, {group}, total, readings, last_at)"
        spans = [name if column == "day" else _half(name) for name in ("NEW.day", "n.day")]
        clash = (
            f"ON CONFLICT ({column}, {group}) DO UPDATE SET total = {table}.total + excluded.total, "
            f"readings = {table}.readings + excluded.readings, last_at = {latest}({table}.last_at, excluded.last_at);"
        )
        statements += [
            f"{into} VALUES ({spans[0]}, {new}, NEW.gain, {standing}, NEW.as_of) {clash}",
            f"{into} SELECT {spans[1]}, {after}, -NEW.gain, 0, n.as_of FROM reading n WHERE n.id = NEW.next_id {clash}",
        ]
    body = " ".join(statements)
    if _on_sqlite():
        op.execute(f"CREATE TRIGGER sum_reading AFTER INSERT ON reading WHEN NEW.day IS NOT NULL BEGIN {body} END")
        return
    op.execute(
        f"CREATE FUNCTION sum_reading() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER sum_reading AFTER INSERT ON reading FOR EACH ROW WHEN (NEW.day IS NOT NULL) "
        "EXECUTE FUNCTION sum_reading()"
    )


# What a piece of evidence is; the note beside it and whether it was struck may change.
_PROOF = ("unit_id", "sha256", "url", "media_type", "size", "origin", "created_by", "created_at")


def _keep_records() -> None:
    same = "IS NOT" if _on_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {same} OLD.{name}" for name in _PROOF)
    if _on_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_target_value_{verb.lower()} BEFORE {verb} ON target_value "
                "BEGIN SELECT RAISE(ABORT, 'target_value is append-only'); END"
            )
        op.execute(
            f"CREATE TRIGGER keep_evidence_update BEFORE UPDATE ON evidence WHEN {changed} "
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        )
        op.execute(
            "CREATE TRIGGER keep_evidence_delete BEFORE DELETE ON evidence "
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER keep_target_value BEFORE UPDATE OR DELETE ON target_value "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER keep_evidence_update BEFORE UPDATE ON evidence FOR EACH ROW WHEN ({changed}) "
        "EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER keep_evidence_delete BEFORE DELETE ON evidence "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
