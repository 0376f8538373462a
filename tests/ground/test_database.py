"""`transaction()` commits whole or not at all; `reading()` cannot write; states move one way."""

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fund import db
from fund.db import Stateful, TransactionInError, Versioned
from fund.errors import Conflict, Refused
from fund.ids import new_id
from fund.web import FormNonce


def _add(session, actor="someone"):
    row = FormNonce(nonce=new_id(), actor=actor)
    session.add(row)
    return row


def _actors():
    with db.reading() as session:
        return set(session.scalars(select(FormNonce.actor)))


def test_a_transaction_commits_once_at_its_end(fresh_url):
    with db.transaction() as session:
        _add(session, "first")
        session.flush()
        assert _actors() == set()
    assert _actors() == {"first"}


def _add_and(then):
    with db.transaction() as session:
        _add(session)
        session.flush()
        then(session)


def test_an_error_undoes_everything(fresh_url):
    def fail(session):
        raise LookupError

    with pytest.raises(LookupError):
        _add_and(fail)
    assert _actors() == set()


def test_a_swallowed_statement_error_is_raised_instead_of_losing_rows(fresh_url):
    """psycopg would answer COMMIT with a rollback and say nothing."""

    def swallow(session):
        raw = session.connection().connection.driver_connection
        with pytest.raises(psycopg.errors.DivisionByZero):
            raw.execute("SELECT 1/0")

    with pytest.raises(TransactionInError):
        _add_and(swallow)
    assert _actors() == set()


def test_an_error_inside_a_savepoint_costs_only_the_savepoint(fresh_url):
    with db.transaction() as session:
        row = _add(session, "kept")
        session.flush()
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text("INSERT INTO form_nonce (nonce, actor) VALUES (:n, 'twice')"), {"n": row.nonce}
            )
    assert _actors() == {"kept"}


def test_postgresql_itself_refuses_a_write_while_reading(fresh_url):
    with db.reading() as session:
        _add(session)
        with pytest.raises(DBAPIError) as error:
            session.flush()
    assert isinstance(error.value.orig, psycopg.errors.ReadOnlySqlTransaction)
    assert _actors() == set()


def test_all_that_is_read_together_is_of_one_instant(fresh_url):
    with db.reading() as session:
        assert session.scalars(select(FormNonce.actor)).all() == []
        with db.transaction() as other:
            _add(other, "meanwhile")
        assert session.scalars(select(FormNonce.actor)).all() == []
    assert _actors() == {"meanwhile"}
    with db.transaction() as session:  # a command locks first, and must then see what is newest
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"


def test_an_error_does_not_show_what_was_in_the_row(fresh_url):
    insert = text("INSERT INTO form_nonce (nonce, actor) VALUES (:nonce, :actor)")
    values = {"nonce": new_id(), "actor": "Somchai"}
    with db.reading() as session, pytest.raises(DBAPIError) as error:
        session.execute(insert, values)
    assert "Somchai" not in str(error.value)


def test_a_forgotten_transaction_is_ended_by_the_server(fresh_url):
    with db.reading() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"
        assert session.scalar(text("SHOW timezone")) == "UTC"


class _Draft(Versioned):
    version = 3


def test_a_stale_version_is_a_conflict_and_changes_nothing():
    draft = _Draft()
    with pytest.raises(Conflict) as error:
        draft.check_version(2)
    assert error.value.row is draft
    assert draft.version == 3
    draft.check_version(3)
    assert draft.version == 4


class _Run(Stateful):
    TRANSITIONS = {"draft": frozenset({"sent"}), "sent": frozenset()}

    def __init__(self, state: str) -> None:
        self.state = state


def test_a_state_moves_only_where_its_table_says():
    run = _Run("draft")
    run.move_to("sent")
    for wanted in ("draft", "sent", "no such state"):
        with pytest.raises(Refused) as error:
            run.move_to(wanted)
        assert error.value.code == "wrong_state"
    assert run.state == "sent"


# --- Rights (DESIGN, section 3) ---------------------------------------------------------------


def _rights(session, role: str) -> dict[str, set[str]]:
    rows = session.execute(
        text(
            "SELECT table_schema, privilege_type FROM information_schema.table_privileges"
            " WHERE grantee = :role AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ),
        {"role": role},
    )
    found: dict[str, set[str]] = {}
    for schema, right in rows:
        found.setdefault(schema, set()).add(right)
    return found


def test_the_service_may_only_read_the_books_and_only_add_to_the_log(owner_session):
    rights = _rights(owner_session, "fund_app")
    assert rights["ledger"] == {"SELECT"}
    assert rights["audit"] == {"SELECT", "INSERT"}
    assert rights["public"] | rights["vault"] == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_no_single_column_of_books_or_log_may_be_changed_either(owner_session):
    changeable = owner_session.execute(
        text(
            "SELECT table_schema, table_name, column_name FROM information_schema.column_privileges"
            " WHERE grantee IN ('fund_app', 'PUBLIC') AND table_schema IN ('ledger', 'audit')"
            " AND privilege_type = 'UPDATE'"
        )
    ).all()
    assert changeable == []


def test_nobody_else_may_touch_our_tables(owner_session):
    rights = _rights(owner_session, "PUBLIC")
    assert {schema for schema in rights if schema in ("ledger", "audit", "vault")} == set()


def test_the_service_owns_nothing_and_is_no_superuser(owner_session):
    owned = owner_session.scalars(
        text("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'fund_app'")
    ).all()
    powers = owner_session.execute(
        text(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = 'fund_app'"
        )
    ).one()
    memberships = owner_session.scalar(
        text("SELECT count(*) FROM pg_auth_members WHERE member = 'fund_app'::regrole")
    )
    assert owned == []
    assert tuple(powers) == (False, False, False, False)
    assert memberships == 0


def test_books_and_log_are_append_only_by_trigger_too(owner_session):
    """What may change is counters, lock rows and master data; the rest refuses its owner as well.

    That the trigger does refuse is tested in tests/ledger and tests/audit.
    """
    changing = {"ledger.balance_shard", "ledger.balance_day", "ledger.roll_up"}
    changing |= {"ledger.fund_guard", "ledger.period"}
    changing |= {"ledger.office", "ledger.fund", "ledger.account"}
    tables = set(
        owner_session.scalars(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables"
                " WHERE schemaname IN ('ledger', 'audit')"
            )
        )
    )
    update_delete_truncate = 16 | 8 | 32  # pg_trigger.tgtype
    guarded = set(
        owner_session.scalars(
            text(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_change'"
                " AND tgenabled = 'O' AND tgtype & :events = :events"
            ),
            {"events": update_delete_truncate},
        )
    )
    assert tables - changing == guarded - changing


def test_the_tables_stand_in_the_four_schemas_of_the_design(owner_session):
    schemas = owner_session.scalars(
        text("SELECT DISTINCT table_schema FROM information_schema.tables")
    )
    assert set(schemas) - {"pg_catalog", "information_schema"} == {
        "public",
        "ledger",
        "audit",
        "vault",
    }


def _server_process():
    with db.transaction() as session:
        return session.scalar(text("SELECT pg_backend_pid()"))


def test_a_connection_whose_server_went_away_while_it_rested_is_replaced(fresh_url, cluster):
    first = _server_process()
    assert _server_process() == first
    with cluster.admin() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert _server_process() != first


def test_a_connection_that_rested_long_is_asked_first(fresh_url, monkeypatch):
    monkeypatch.setattr(db, "REST", -1.0)
    assert _server_process() == _server_process()
