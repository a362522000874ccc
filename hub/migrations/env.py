"""How Alembic reaches the database: `hub.db` passes the connection, inside its own transaction."""

from alembic import context

from hub.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
