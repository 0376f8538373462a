"""How long the books take to read when they are long: one account, and any past day.

Ten million transfers are written as the database's superuser, past every trigger; the days are
then added up by the service's own job, and what comes after it is posted as always.
"""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from fund import clock, db, migrating, postgres
from fund.ids import new_id
from fund.ledger import journals, operations, queries, statements, tasks
from fund.ledger.models import Account, RollUp
from fund.permissions import SYSTEM
from tests.bench.rows import row
from tests.ledger.factories import make_fund, make_office

TRANSFERS, FEW, A_JOURNAL = 10_000_000, 10_000, 4
FIRST, DAYS = date(2023, 11, 1), 3 * 365
READS, PAST_DAYS, TAIL = 3_000, 15, 500

# Journals with their events and leaves, in the order of `n`; ids and days rise with it, as they do
# in life, but for one in eight that is told late.
JOURNALS = """
INSERT INTO ledger.journal (id, kind, effective_on, occurred_on, recorded_at, source,
    idempotency_key, request_sha256, actor, shard)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'charge', day, day, now(),
    'bench', n::text, '\\x00', 'system', n % 16
FROM generate_series(1, {journals}::bigint) n
CROSS JOIN LATERAL (SELECT '{first}'::date + (CASE WHEN n % 8 = 0 THEN n * 7919 % {days}
    ELSE n * {days} / ({journals} + 1) END)::int AS day) d
"""
EVENTS = """
INSERT INTO audit.event (id, xid, epoch, name, actor, subject_kind, subject_id, data, at,
    payload_commit, leaf_hash)
SELECT id, 1, 1, 'journal_posted', 'system', 'journal', id, jsonb_build_object(), recorded_at,
    sha256('a'), sha256('b')
FROM ledger.journal ORDER BY id
"""
LEAVES = """
INSERT INTO audit.leaf (index, event_id, leaf_hash, epoch, xid)
SELECT row_number() OVER (ORDER BY id) - 1, id, leaf_hash, epoch, xid FROM audit.event
WHERE xid = 1 AND name = 'journal_posted'
"""
# Each transfer has the two accounts of one of the books' pairs.
PAIRS = """
CREATE TEMPORARY TABLE pair AS
SELECT row_number() OVER (ORDER BY d.code, c.code) - 1 AS number, count(*) OVER () AS pairs,
    d.id AS debit, c.id AS credit, d.fund_id, d.currency
FROM ledger.account d JOIN ledger.account c
    ON (c.fund_id, c.currency) = (d.fund_id, d.currency) AND c.id <> d.id
WHERE d.normal_side = 'debit';
ANALYZE pair;
"""
TRANSFER_ROWS = """
INSERT INTO ledger.transfer (journal_id, position, debit_account_id, credit_account_id, fund_id,
    currency, amount_minor)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n / {each} + 1), 12, '0'))::uuid,
    n % {each} + 1, debit, credit, fund_id, currency, 100 + n % 9000
FROM (SELECT n, n * 7919 % (SELECT count(*) FROM pair) AS number
    FROM generate_series(0, {transfers}::bigint - 1) n) t
JOIN pair USING (number)
"""
SHARDS = """
INSERT INTO ledger.balance_shard (account_id, shard, debits, credits)
SELECT account_id, shard, sum(debit), sum(credit) FROM (
    SELECT t.debit_account_id, j.shard, t.amount_minor, 0
    FROM ledger.transfer t JOIN ledger.journal j ON j.id = t.journal_id
    UNION ALL
    SELECT t.credit_account_id, j.shard, 0, t.amount_minor
    FROM ledger.transfer t JOIN ledger.journal j ON j.id = t.journal_id
) sides (account_id, shard, debit, credit) GROUP BY account_id, shard
"""


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """The rows of the table of promises that are about reading."""
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(_books(cluster, transfers)) for transfers in (FEW, TRANSFERS)
        )
        ratio, milliseconds = _balances(few, many)
        days = _past_days(many)
    return [
        row("balance of one account", milliseconds, "ms", None),
        row("balance, 10 million transfers ÷ 10 thousand", ratio, "ratio", "<= 1.2"),
        row("trial balance on a past day, 10 million transfers", max(days), "ms", "<= 200"),
    ]


def _balances(few: Engine, many: Engine) -> tuple[float, float]:
    """Ten million against ten thousand, in turn; and the milliseconds of the former."""
    times: dict[Engine, list[float]] = {few: [], many: []}
    with Session(few) as one, Session(many) as other:
        accounts = {
            session: list(session.scalars(select(Account.id).order_by(Account.code)))
            for session in (one, other)
        }
        for turn in range(READS):
            for engine, session in ((few, one), (many, other)):
                account: UUID = accounts[session][turn % len(accounts[session])]
                start = time.perf_counter()
                queries.balance(session, account)
                times[engine].append(time.perf_counter() - start)
    return median(times[many]) / median(times[few]), median(times[many]) * 1000


def _past_days(many: Engine) -> list[float]:
    """Milliseconds for the trial balance, on days chosen anew each time and on the last one."""
    choose = random.Random()
    last = FIRST + timedelta(days=DAYS)
    days = [last, *(FIRST + timedelta(days=choose.randrange(DAYS)) for _ in range(PAST_DAYS))]
    times = []
    for day in days:
        with Session(many) as session:
            start = time.perf_counter()
            parts = statements.balances(session, statements.Days(None, day))
            times.append((time.perf_counter() - start) * 1000)
            assert parts
            assert all(part.debits == part.credits for part in parts)
    return times


@contextmanager
def _books(cluster: postgres.Cluster, transfers: int) -> Iterator[Engine]:
    """A database of its own with that many transfers, dropped afterwards."""
    name = f"bench_{new_id().hex[:12]}"
    cluster.ensure_database(name)
    try:
        migrating.upgrade(cluster.url(name, postgres.OWNER))
        db.init(cluster.url(name))
        with db.transaction() as session:
            office, fund = make_office(session, "th"), make_fund(session, "general")
            for code in ("education", "vocational"):
                make_fund(session, code)
            make_office(session, "nz")
            book = journals.Book.load(session, fund.id, office.id, "THB")
        with cluster.admin(name) as connection:
            _load(connection, transfers)
        tasks.roll_up_days(timestamp=0)
        with db.reading() as session:
            assert session.scalars(select(RollUp.leaves)).one() == transfers // A_JOURNAL
        with db.transaction() as session:
            day, now = FIRST + timedelta(days=DAYS), clock.now()
            tail = [journals.gift_to_bank(book, new_id(), day, 100) for _ in range(TAIL)]
            operations.post(session, tail, actor=SYSTEM, now=now)
        engine = db.make_engine(cluster.url(name))
        yield engine
        engine.dispose()
    finally:
        db.dispose()
        with cluster.admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _load(connection: psycopg.Connection, transfers: int) -> None:
    values = {
        "transfers": transfers,
        "each": A_JOURNAL,
        "journals": transfers // A_JOURNAL,
        "first": FIRST,
        "days": DAYS,
    }
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET work_mem = '512MB'")
    for statement in (JOURNALS, EVENTS, LEAVES, PAIRS, TRANSFER_ROWS, SHARDS):
        connection.execute(statement.format(**values))
    connection.execute("VACUUM ANALYZE")
