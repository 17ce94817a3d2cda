"""The film of a version, and how long an uploaded film is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain additions: a table that is copied, as SQLite's other changes do, would lose its triggers.
    op.add_column("version", sa.Column("video", sa.JSON(), nullable=True))
    op.add_column("media", sa.Column("seconds", sa.Integer(), nullable=True))
