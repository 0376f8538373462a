"""Whoever changes the books behind the service's back is found out."""

import json
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from fund import db
from fund.db import reading, transaction
from fund.ids import new_id
from fund.ledger import journals, operations, verification
from fund.ledger.journals import Book
from fund.ledger.verification import rows
from fund.permissions import SYSTEM
from tests.ledger.factories import give_cash, make_fund, make_office

DAY = date(2026, 11, 24)


def fill(now) -> None:
    """A small true book: a gift, a charge with fee, an award, a payment."""
    with transaction() as session:
        fund, office = make_fund(session), make_office(session, "th")
        give_cash(session, fund, 100_000)
        commitment_id = operations.reserve(
            session,
            fund_id=fund.id,
            award_id=new_id(),
            amount_minor=50_000,
            actor=SYSTEM,
            now=now,
        )
        operations.liquidate(
            session, commitment_id, 20_000, cause="payment:1", actor=SYSTEM, now=now
        )
        book = Book.load(session, fund.id, office.id, "THB")
        drafts = [
            journals.payment_sent(book, new_id(), DAY, 20_000),
            journals.charge(book, "txn_1", DAY, 700, 30),
            journals.refund(book, "txn_2", DAY, 50, charge_txn_id="txn_1"),
        ]
        operations.post(session, drafts, actor=SYSTEM, now=now)
        for cause in ("inquiry:1", "inquiry:2"):
            hold_id = operations.hold(
                session,
                fund_id=fund.id,
                currency="THB",
                amount_minor=100,
                concerns="txn_1" if cause == "inquiry:1" else None,
                cause=cause,
                actor=SYSTEM,
                now=now,
            )
        operations.release(session, hold_id, actor=SYSTEM, now=now)


def found() -> set[str]:
    with reading() as session:
        return {finding.kind for finding in verification.verify(session)}


# What a burglar with the superuser's rights does -> what the check calls it.
TAMPERING = {
    "UPDATE ledger.transfer SET amount_minor = amount_minor + 1 WHERE position = 2": {
        "balance_differs",
        "journal_changed",
    },
    "UPDATE ledger.balance_shard SET debits = debits + 1, credits = credits + 1": {
        "balance_differs"
    },
    "UPDATE ledger.journal SET effective_on = effective_on + 1 WHERE kind = 'charge'": {
        "journal_changed",
        "journal_on_a_wrong_day",
    },
    "UPDATE ledger.journal SET occurred_on = occurred_on - 1 WHERE kind = 'charge'": {
        "journal_changed",
        "journal_on_a_wrong_day",
    },
    "UPDATE ledger.journal SET shard = (shard + 1) % 16 WHERE kind = 'charge'": {"balance_differs"},
    "UPDATE ledger.journal SET recorded_at = recorded_at + interval '1 microsecond'": {
        "journal_changed"
    },
    "UPDATE ledger.journal SET actor = 'staff:somebody' WHERE kind = 'refund'": {"journal_changed"},
    "UPDATE ledger.journal SET concerns = NULL WHERE kind = 'refund'": {"journal_changed"},
    "UPDATE ledger.journal SET idempotency_key = 'txn_9' WHERE kind = 'charge'": {
        "journal_changed"
    },
    "UPDATE ledger.journal SET request_sha256 = '\\x00' WHERE kind = 'charge'": {"journal_changed"},
    "UPDATE ledger.transfer SET debit_account_id = credit_account_id, "
    "credit_account_id = debit_account_id WHERE position = 2": {
        "balance_differs",
        "journal_changed",
    },
    "DELETE FROM ledger.transfer WHERE position = 2": {"balance_differs", "journal_changed"},
    "DELETE FROM ledger.transfer WHERE position = 1": {
        "balance_differs",
        "journal_changed",
        "transfer_missing",
    },
    "DELETE FROM ledger.journal WHERE kind = 'refund'": {
        "balance_differs",
        "journal_missing",
        "transfer_breaks_a_rule",
    },
    "TRUNCATE ledger.transfer": {"balance_differs", "journal_changed", "transfer_missing"},
    "TRUNCATE ledger.transfer, ledger.balance_shard, ledger.journal CASCADE": {"journal_missing"},
    "UPDATE ledger.transfer SET currency = 'NZD' WHERE position = 2": {"transfer_breaks_a_rule"},
    "INSERT INTO ledger.journal SELECT uuidv7(), kind, effective_on, recorded_at, source, 'new',"
    " request_sha256, NULL, NULL, actor, occurred_on, shard FROM ledger.journal"
    " WHERE kind = 'refund'": {
        "event_missing",
        "transfer_missing",
    },
    "DELETE FROM audit.event WHERE name = 'journal_posted'": {"event_missing"},
    "UPDATE ledger.fund_guard SET reserved = 0": {"guard_differs"},
    "UPDATE ledger.commitment_event SET amount_minor = 1 WHERE kind = 'liquidate'": {
        "guard_differs",
        "commitment_event_changed",
    },
    "UPDATE ledger.commitment_event SET id = uuidv7() WHERE kind = 'liquidate'": {
        "commitment_event_changed"
    },
    "UPDATE ledger.commitment SET actor = 'staff:somebody'": {"commitment_changed"},
    "DELETE FROM ledger.fund_guard WHERE currency = 'THB'": {
        "guard_differs",
        "guard_not_of_the_chart",
        "hold_breaks_a_rule",
    },
    "UPDATE audit.event SET data = '{}' WHERE name = 'funds_reserved'": {
        "commitment_changed",
        "commitment_event_changed",
    },
    "UPDATE ledger.hold SET amount_minor = 1 WHERE cause = 'inquiry:1'": {"hold_changed"},
    "UPDATE ledger.hold SET concerns = NULL": {"hold_changed"},
    "UPDATE ledger.hold SET recorded_at = recorded_at - interval '1 day'": {"hold_changed"},
    "INSERT INTO ledger.hold SELECT uuidv7(), fund_id, currency, 1, NULL, 'mine', recorded_at,"
    " actor FROM ledger.hold LIMIT 1": {"hold_changed"},
    "DELETE FROM ledger.hold WHERE cause = 'inquiry:1'": {"hold_changed"},
    "UPDATE ledger.hold_release SET actor = 'staff:somebody'": {"hold_release_changed"},
    "DELETE FROM ledger.hold_release": {"hold_release_changed"},
    "INSERT INTO ledger.hold_release SELECT id, recorded_at, actor FROM ledger.hold"
    " WHERE cause = 'inquiry:1'": {"hold_release_changed"},
    "UPDATE ledger.office SET address = 'elsewhere'": {"office_changed"},
    "DELETE FROM ledger.office": {"office_changed", "account_not_of_the_chart"},
    "UPDATE ledger.fund SET gift_cap_minor = 1": {"fund_changed"},
    "INSERT INTO ledger.fund SELECT uuidv7(), 'mine', name_en, name_th, restriction, purpose,"
    " gift_cap_minor, is_open, opened_at FROM ledger.fund": {
        "fund_changed",
        "account_not_of_the_chart",
        "guard_not_of_the_chart",
    },
    "UPDATE ledger.account SET is_open = false WHERE role = 'interest'": {"accounts_changed"},
    "UPDATE ledger.account SET code = 'mine' WHERE role = 'grants'": {
        "accounts_changed",
        "account_not_of_the_chart",
    },
    "UPDATE ledger.account SET id = uuidv7() WHERE role = 'interest'": {"accounts_changed"},
    "TRUNCATE ledger.commitment_event": {
        "guard_differs",
        "commitment_overdrawn",
        "commitment_event_changed",
    },
}


def test_every_tampering_is_found_and_named(fresh_url, now, superuser_of):
    fill(now)
    assert found() == set()
    with superuser_of(fresh_url) as connection:
        for statement, kinds in TAMPERING.items():
            with connection.transaction(force_rollback=True):
                connection.execute(statement)
                assert {
                    kind
                    for kind, query in verification.RULES.items()
                    if connection.execute(query).fetchall()
                } == kinds, statement
    assert found() == set()


# What the log's check, which reads the rows again by itself, calls them.
ROWS = {
    "UPDATE ledger.journal SET actor = 'staff:somebody' WHERE kind = 'refund'": {
        ("journal", "edited")
    },
    "UPDATE ledger.transfer SET amount_minor = amount_minor + 1 WHERE position = 2": {
        ("journal", "edited"),
        ("control", "edited"),
    },
    "DELETE FROM ledger.journal WHERE kind = 'refund'": {("journal", "deleted")},
    "DELETE FROM audit.event WHERE name = 'journal_posted'": {("journal", "inserted")},
    "UPDATE audit.event SET subject_id = (SELECT id FROM ledger.journal WHERE kind = 'refund')"
    " WHERE subject_id = (SELECT id FROM ledger.journal WHERE kind = 'charge')": {
        ("journal", "inserted"),  # the charge, and the refund's second event
        ("journal", "edited"),
    },
    "TRUNCATE ledger.transfer, ledger.journal CASCADE": {
        ("journal", "deleted"),
        ("control", "edited"),
    },
    "UPDATE ledger.balance_shard SET credits = credits + 1": {("control", "edited")},
}


def test_the_logs_check_reads_every_journals_rows_again(fresh_url, now):
    fill(now)
    engine = db.make_engine(fresh_url.replace("fund_app", "postgres", 1))
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("SET SESSION session_replication_role = replica"))
        session.commit()
        read = rows.verify_rows(session)
        assert (read.journals, read.findings) == (4, [])
        assert read.totals == {"THB": (5, 120_780)}
        for statement, kinds in ROWS.items():
            session.execute(text(statement))
            found = rows.verify_rows(session).findings
            assert {(f.row.split()[0], f.kind) for f in found} == kinds, statement
            session.rollback()
    engine.dispose()


def test_the_command_says_what_it_found(app, fresh_url, now, superuser_of):
    fill(now)
    runner = app.test_cli_runner()
    fine = runner.invoke(args=["ledger", "verify", "--json"])
    assert (fine.exit_code, json.loads(fine.stdout)) == (0, {"findings": [], "journals": 4})
    balances = runner.invoke(args=["ledger", "trial-balance", "--json"])
    rows = json.loads(balances.stdout)["balances"]
    assert sum(row["debit_minor"] for row in rows) == sum(row["credit_minor"] for row in rows) > 0
    with superuser_of(fresh_url) as connection:
        connection.execute("UPDATE ledger.fund_guard SET reserved = 7 WHERE currency = 'THB'")
    broken = runner.invoke(args=["ledger", "verify", "--json"])
    assert broken.exit_code == 1
    [finding] = json.loads(broken.stdout)["findings"]
    assert finding["kind"] == "guard_differs"
    assert finding["detail"] == "guard says 7, commitments say 30000"
    assert runner.invoke(args=["ledger", "verify"]).exit_code == 1
    assert runner.invoke(args=["ledger", "trial-balance", "--as-of", "tomorrow"]).exit_code == 2


def test_the_trial_balance_of_a_past_day_knows_only_that_day(app, fresh_url, now):
    fill(now)
    runner = app.test_cli_runner()
    before = runner.invoke(args=["ledger", "trial-balance", "--as-of", "2026-11-23", "--json"])
    assert {
        row["account"]: row["debit_minor"] for row in json.loads(before.stdout)["balances"]
    } == {
        "general:th:THB:bank": 100_000,
        "general:THB:contributions": 0,
    }
    today = runner.invoke(args=["ledger", "trial-balance", "--as-of", "2026-11-24", "--json"])
    now_ = runner.invoke(args=["ledger", "trial-balance", "--json"])
    assert json.loads(today.stdout) == json.loads(now_.stdout)
    words = runner.invoke(args=["ledger", "trial-balance"])
    assert "Where needed most, THB" in words.stdout
    assert "1,000.00" in words.stdout
