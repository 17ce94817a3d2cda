"""Alembic's entry: the connection is handed in by `publisher.model.database.Database.migrate`."""

from alembic import context

from publisher.model import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
