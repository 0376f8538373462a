"""The database and Python write the same canonical text, whatever a journal says."""

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fund.audit.models import Event
from fund.ids import new_id
from fund.ledger import operations, verification
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import ROLES, Journal
from fund.permissions import SYSTEM
from tests.ledger import hashes
from tests.ledger.factories import make_fund, make_office

codes = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=200)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
pairs = st.lists(st.sampled_from(sorted(ROLES)), min_size=2, max_size=2, unique=True)
entries = st.lists(st.tuples(pairs, st.integers(1, 10**15)), min_size=1, max_size=12)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
moments = st.integers(-(10**9), 10**11).map(lambda us: datetime.fromtimestamp(us / 7, UTC))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes, codes, codes, st.none() | texts, entries, days, moments)
def test_postgresql_and_python_write_the_rows_alike(
    session, kind, source, key, concerns, lines, day, moment
):
    book = Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
    moved = tuple(book.entry(*roles, amount) for roles, amount in lines)
    draft = JournalDraft(kind, day, source, f"{new_id()}{key}"[:200], moved, concerns=concerns)
    [journal_id] = operations.post(session, [draft], actor=SYSTEM, now=moment)
    session.expire_all()
    row = session.get_one(Journal, journal_id)
    [event] = session.scalars(select(Event).where(Event.subject_id == journal_id))
    assert row.request_sha256 == hashes.request_sha256(draft)
    assert event.data["rows_sha256"] == hashes.rows_sha256(row, draft)
    assert event.leaf_hash == hashes.leaf_hash(event)


def test_what_was_posted_passes_the_books_own_check(session, now):
    book = Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
    drafts = [
        JournalDraft(
            "refund", now.date(), "test", str(new_id()), (book.entry("refunds", "bank", 5),),
            concerns=concerns,
        )
        for concerns in ('"', "\\", "\x1f\b\t\r\n\f\x7f", "/ไทย \u2028", "", None)
    ]  # fmt: skip
    operations.post(session, drafts, actor=SYSTEM, now=now)
    assert verification.verify(session) == []
