"""Radio: stations, programmes, the broadcast log, the dictionary; keys for machines."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Rows that prove what a station got and said: nobody rewrites them, not even by SQL.
UNCHANGEABLE = ("programme_edition", "programme_pull", "broadcast_log")


def upgrade() -> None:
    op.create_table(
        "spoken_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("spoken", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_spoken_word_changed_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_spoken_word_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_word")),
        sa.UniqueConstraint("unit_id", "written", name=op.f("uq_spoken_word_unit_id_written")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "broadcast_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_broadcast_slot_minutes")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_broadcast_slot_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_slot")),
    )
    op.create_index(op.f("ix_broadcast_slot_account_id"), "broadcast_slot", ["account_id"], unique=False)
    op.create_table(
        "broadcast_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("air_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('news', 'feature', 'dialogue', 'notice')", name=op.f("ck_broadcast_item_kind")),
        sa.CheckConstraint("priority <> 'urgent' OR set_by IS NOT NULL", name=op.f("ck_broadcast_item_urgent_by_person")),
        sa.CheckConstraint("priority IN ('normal', 'priority', 'urgent')", name=op.f("ck_broadcast_item_priority")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_broadcast_item_account_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_broadcast_item_post_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_broadcast_item_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_item")),
        sa.UniqueConstraint("post_id", "account_id", "placement", name=op.f("uq_broadcast_item_post_id_account_id_placement")),
    )
    op.create_index("ix_broadcast_item_account_id_air_at", "broadcast_item", ["account_id", "air_at"], unique=False)
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(slot_id IS NULL) <> (delivery_id IS NULL)", name=op.f("ck_programme_slot_or_urgent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_programme_account_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_programme_delivery_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["broadcast_slot.id"], name=op.f("fk_programme_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_programme_account_id_number")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_programme_delivery_id")),
        sa.UniqueConstraint("slot_id", "day", name=op.f("uq_programme_slot_id_day")),
    )
    op.create_index("ix_programme_account_id_day", "programme", ["account_id", "day"], unique=False)
    op.create_table(
        "programme_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_edition_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_edition")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_programme_edition_programme_id_number")),
    )
    op.create_table(
        "broadcast_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("repeat_number", sa.Integer(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("priority IN ('normal', 'priority', 'urgent')", name=op.f("ck_broadcast_log_priority")),
        sa.CheckConstraint("source IN ('own', 'relay', 'source_system')", name=op.f("ck_broadcast_log_source")),
        sa.CheckConstraint("status = 'full' OR reason <> ''", name=op.f("ck_broadcast_log_reason")),
        sa.CheckConstraint("status IN ('full', 'partial', 'not_aired')", name=op.f("ck_broadcast_log_status")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_broadcast_log_times")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_broadcast_log_account_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["broadcast_log.id"], name=op.f("fk_broadcast_log_corrects_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_broadcast_log_delivery_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["programme_edition.id"], name=op.f("fk_broadcast_log_edition_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_broadcast_log_evidence_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_broadcast_log_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_broadcast_log_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_log")),
    )
    op.create_index("ix_broadcast_log_account_id_started_at", "broadcast_log", ["account_id", "started_at"], unique=False)
    op.create_index(op.f("ix_broadcast_log_corrects_id"), "broadcast_log", ["corrects_id"], unique=False)
    op.create_index(op.f("ix_broadcast_log_delivery_id"), "broadcast_log", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_broadcast_log_programme_id"), "broadcast_log", ["programme_id"], unique=False)
    op.create_index("ix_broadcast_log_recorded_at", "broadcast_log", ["recorded_at"], unique=False)
    op.create_table(
        "programme_pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("way IN ('browser', 'api', 'command')", name=op.f("ck_programme_pull_way")),
        sa.ForeignKeyConstraint(["edition_id"], ["programme_edition.id"], name=op.f("fk_programme_pull_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_programme_pull_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_pull")),
    )
    op.create_index(op.f("ix_programme_pull_edition_id"), "programme_pull", ["edition_id"], unique=False)

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
