"""Operations: who ticks, what was told by mail, figures that only grow; what a restored copy has to look for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")
TO_SEND = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    # Columns with a constant default: neither database rewrites the table for them.
    op.add_column("delivery", sa.Column("look_first", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("heartbeat", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "ticker",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_ticker")),
    )
    _alerts()
    op.create_table(
        "watermark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_watermark")),
    )
    op.create_table(
        "tally",
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("metric", "label", name=op.f("pk_tally")),
    )
    # What was attempted before these figures existed is not counted; the counters begin at zero.
    op.execute("INSERT INTO watermark (name, upto) SELECT 'tally', coalesce(max(id), 0) FROM attempt")
    _let_old_attempts_go()


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_alert_delivery_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_alert_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("uq_alert_key", "alert", ["key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_alert_settled_at", "alert", ["settled_at"], unique=False)
    op.create_index(op.f("ix_alert_delivery_id"), "alert", ["delivery_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint("next_at IS NULL OR sent_at IS NULL", name=op.f("ck_mail_sent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_next_at", "mail", ["next_at"], sqlite_where=TO_SEND, postgresql_where=TO_SEND)
    op.create_index("ix_mail_made_at", "mail", ["made_at"], unique=False)


def _let_old_attempts_go() -> None:
    """Attempts stay unchangeable; those that landed nothing may be deleted once they are a year old."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER keep_attempt_delete")
        op.execute(
            "CREATE TRIGGER keep_attempt_delete BEFORE DELETE ON attempt "
            "WHEN OLD.outcome IS NULL OR OLD.outcome IN ('accepted','found') "
            "OR OLD.started_at > strftime('%Y-%m-%d %H:%M:%S', 'now', '-365 days') "
            "BEGIN SELECT RAISE(ABORT, 'attempt is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER keep_attempt_delete ON attempt")
    op.execute(
        "CREATE TRIGGER keep_attempt_delete BEFORE DELETE ON attempt FOR EACH ROW "
        "WHEN (OLD.outcome IS NULL OR OLD.outcome IN ('accepted','found') "
        "OR OLD.started_at > now() - interval '365 days') EXECUTE FUNCTION refuse_change()"
    )
