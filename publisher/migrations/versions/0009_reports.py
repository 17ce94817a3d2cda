"""Reports: duties of the year, typed figures, closed editions, what happened to each, letterheads."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNCHANGEABLE = ("report_entry", "report_edition", "report_act")


def upgrade() -> None:
    op.create_table(
        "unit_paper",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_paper_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_paper")),
    )
    op.create_table(
        "report_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("senders", sa.String(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("earlier_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("senders IN ('own', 'below')", name=op.f("ck_report_rule_senders")),
        sa.CheckConstraint("shift IN ('', 'next', 'previous', 'none')", name=op.f("ck_report_rule_shift")),
        sa.CheckConstraint("earlier_days BETWEEN 0 AND 30", name=op.f("ck_report_rule_earlier_days")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_report_rule_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_rule")),
        sa.UniqueConstraint("plan_id", "ref", name=op.f("uq_report_rule_plan_id_ref")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data_from", sa.Date(), nullable=False),
        sa.Column("data_to", sa.Date(), nullable=False),
        sa.Column("counted_to", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_nominal", sa.Date(), nullable=False),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("recipient_unit_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("narrative", sa.JSON(), nullable=False),
        sa.Column("paper", sa.JSON(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'submitted', 'returned', 'accepted')", name=op.f("ck_report_state")
        ),
        sa.CheckConstraint("data_to >= data_from", name=op.f("ck_report_window")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_report_plan_id")),
        sa.ForeignKeyConstraint(["recipient_unit_id"], ["unit.id"], name=op.f("fk_report_recipient_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("unit_id", "calendar", "period", name=op.f("uq_report_unit_id_calendar_period")),
    )
    op.create_index("ix_report_due_on", "report", ["due_on"], unique=False)
    op.create_index(op.f("ix_report_plan_id"), "report", ["plan_id"], unique=False)
    op.create_index("ix_report_recipient_unit_id_due_on", "report", ["recipient_unit_id", "due_on"], unique=False)
    op.create_table(
        "report_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("line IN ('now','running','before')", name=op.f("ck_report_entry_line")),
        sa.CheckConstraint("value IS NULL OR value >= 0", name=op.f("ck_report_entry_value")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_entry_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_entry_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_entry")),
    )
    op.create_index("ix_report_entry_report_id", "report_entry", ["report_id"], unique=False)
    op.create_table(
        "report_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_report_edition_closed_by")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_edition_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_edition_report_id_number")),
    )
    op.create_table(
        "report_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "act IN ('close', 'reopen', 'submit', 'return', 'accept', 'remind', 'escalate')",
            name=op.f("ck_report_act_act"),
        ),
        sa.CheckConstraint("act NOT IN ('reopen','return') OR reason <> ''", name=op.f("ck_report_act_reason")),
        sa.ForeignKeyConstraint(["edition_id"], ["report_edition.id"], name=op.f("fk_report_act_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_act_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_act_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_act")),
    )
    op.create_index("ix_report_act_report_id", "report_act", ["report_id"], unique=False)

    _keep_records()


def _keep_records() -> None:
    for table in UNCHANGEABLE:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
