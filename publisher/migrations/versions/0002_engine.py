"""The engine: pacing of accounts; on PostgreSQL the queue that workers on several machines share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not a batch: SQLite would copy the table and drop the old one, whose rows others refer to.
    op.execute("ALTER TABLE account ADD COLUMN per_hour INTEGER CONSTRAINT ck_account_per_hour CHECK (per_hour > 0)")
    op.add_column("account", sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("spent_until", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        # A cursor of the driver's own: SQLAlchemy would read the colons in the functions' bodies as parameters.
        op.get_bind().connection.cursor().execute(SchemaManager.get_schema())
