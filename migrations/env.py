"""Alembic's entry: run as fund_owner, a short lock_timeout, one transaction a migration."""

import importlib
import importlib.util
import pkgutil

from alembic import context
from sqlalchemy import pool, text

import fund
from fund.db import Base, make_engine

for module in pkgutil.iter_modules(fund.__path__):
    if module.ispkg:
        name = f"fund.{module.name}.models"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
for name in ("fund.keys", "fund.web"):
    importlib.import_module(name)


def include(thing, name, type_, reflected, compare_to):
    """Leave procrastinate's own tables, and what only PostgreSQL knows, out of the comparison."""
    return not (
        type_ == "table" and (name.startswith("procrastinate_") or name == "alembic_version")
    )


engine = make_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_object=include,
        transaction_per_migration=True,
        version_table_schema="public",
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
