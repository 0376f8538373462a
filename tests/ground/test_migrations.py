"""The migrations build everything from nothing, as the tables' owner, and step down again."""

from uuid import uuid4

import psycopg
import pytest

from fund import migrating, postgres


@pytest.fixture
def new_database(cluster):
    name = f"fund_steps_{uuid4().hex[:12]}"
    cluster.ensure_database(name)
    yield cluster.url(name, postgres.OWNER)
    with cluster.admin() as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _shape(url: str) -> list[tuple]:
    """Everything that the migrations make: columns, constraints, indices, triggers, functions."""
    ours = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    questions = (
        "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default"
        f" FROM information_schema.columns WHERE table_schema {ours}",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''"
        f" FROM pg_constraint WHERE connamespace::regnamespace::text {ours}",
        "SELECT schemaname, tablename, indexname, indexdef, '', '' FROM pg_indexes"
        f" WHERE schemaname {ours}",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '', ''"
        " FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT oid::regprocedure::text, md5(prosrc), proacl::text, prosecdef::text, '', ''"
        f" FROM pg_proc WHERE pronamespace::regnamespace::text {ours}",
        "SELECT table_schema, table_name, grantee, privilege_type, '', ''"
        f" FROM information_schema.table_privileges WHERE table_schema {ours}",
    )
    with psycopg.connect(url) as connection:
        return sorted(tuple(map(str, row)) for ask in questions for row in connection.execute(ask))


def test_every_migration_steps_down_and_up_again_to_the_same_tables(app, new_database):
    migrating.upgrade(new_database)
    shape = _shape(new_database)
    migrating.downgrade(new_database, "0001")
    with psycopg.connect(new_database) as connection:
        left = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname"
            " IN ('ledger', 'audit', 'vault', 'public') AND tablename !~ '^procrastinate'"
        ).fetchall()
        functions = connection.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace::regnamespace::text"
            " IN ('ledger', 'audit', 'vault') AND proname !~ '^procrastinate'"
        ).fetchall()
    assert {name for (name,) in left} == {
        "public.alembic_version",
        "public.form_nonce",
        "vault.data_key",
    }
    assert functions == []
    migrating.upgrade(new_database)
    assert _shape(new_database) == shape
    migrating.check(new_database)


def test_migrations_need_no_superuser(new_database):
    with psycopg.connect(new_database) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False, False)
