"""Accounts: how they are connected and watched."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain columns: a batch would make SQLite copy a table that others refer to.
    op.add_column("account", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("check_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("health", sa.String(), server_default="", nullable=False))
    op.add_column("account", sa.Column("facts", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "outlet_app",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("secrets", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outlet_app_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_app")),
        sa.UniqueConstraint("channel", "unit_id", name=op.f("uq_outlet_app_channel_unit_id")),
    )
    op.create_index(op.f("ix_outlet_app_unit_id"), "outlet_app", ["unit_id"], unique=False)
    _consents()


def _consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("back", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_consent_unit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("state", name=op.f("uq_consent_state")),
    )
    for column in ("person_id", "unit_id", "account_id", "begun_at"):
        op.create_index(op.f(f"ix_consent_{column}"), "consent", [column], unique=False)
