"""Zalo: renewed tokens, pictures it fetches, follower events, broadcasts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tokens()
    _fetched()
    _followers()
    _broadcasts()


def _tokens() -> None:
    op.create_table(
        "outlet_token",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_hash", sa.String(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outlet_token_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_outlet_token")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_outlet_token_remote_id")),
    )


def _fetched() -> None:
    op.create_table(
        "fetched_part",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rendering_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rendering_id"], ["rendering.id"], name=op.f("fk_fetched_part_rendering_id")),
        sa.PrimaryKeyConstraint("sha256", "rendering_id", name=op.f("pk_fetched_part")),
    )


def _followers() -> None:
    op.create_table(
        "follower_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("follower", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('follow','unfollow')", name=op.f("ck_follower_event_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_follower_event_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_event")),
        sa.UniqueConstraint("account_id", "identity", name=op.f("uq_follower_event_account_id_identity")),
    )
    op.create_index("ix_follower_event_account_id_at", "follower_event", ["account_id", "at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_follower_event_{verb.lower()} BEFORE {verb} ON follower_event "
                "BEGIN SELECT RAISE(ABORT, 'follower_event is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER keep_follower_event BEFORE UPDATE OR DELETE ON follower_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcast_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("quota", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'dropped')", name=op.f("ck_broadcast_request_state")
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (delivery_id IS NOT NULL)", name=op.f("ck_broadcast_request_delivered")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_broadcast_request_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_broadcast_request_unit_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_broadcast_request_version_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_broadcast_request_account_id")),
        sa.ForeignKeyConstraint(["article_id"], ["delivery.id"], name=op.f("fk_broadcast_request_article_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_broadcast_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_broadcast_request_decided_by")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_broadcast_request_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_request")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_broadcast_request_delivery_id")),
    )
    op.create_index(op.f("ix_broadcast_request_post_id"), "broadcast_request", ["post_id"], unique=False)
    op.create_index(
        "ix_broadcast_request_account_id_due_at", "broadcast_request", ["account_id", "due_at"], unique=False
    )
    asked = sa.text("state = 'asked'")
    op.create_index(
        "uq_broadcast_request_asked", "broadcast_request", ["post_id", "account_id"],
        unique=True, sqlite_where=asked, postgresql_where=asked,
    )  # fmt: skip
