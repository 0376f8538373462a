"""A bank's file from sending it to its lines: whole or not at all, and sealed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.audit.models import Event
from fund.banking import operations
from fund.banking.models import BankLine
from fund.banking.reading import read_statement, seen_sha256
from fund.errors import Denied, Refused
from fund.permissions import Role
from tests.banking.factories import CAME_AT, DAY, Said, camt, make_account, record, upload
from tests.bookkeeping.factories import NOW
from tests.people.factories import make_staff
from tests.refusing import refuses

TWO = [Said("150.00", "Ms Invented"), Said("-20.25", "Invented School")]


def lines_of(session, statement):
    query = select(BankLine).where(BankLine.statement_id == statement.id)
    return list(session.scalars(query.order_by(BankLine.position)))


def test_a_statement_is_recorded_whole_with_its_balances(session, account, finance):
    statement = record(session, account, camt(TWO), finance.second)
    assert statement.state == "recorded"
    assert (statement.opening_minor, statement.closing_minor) == (1000_00, 1129_75)
    assert [line.amount_minor for line in lines_of(session, statement)] == [150_00, -20_25]
    event = session.scalars(select(Event).where(Event.name == "statement_recorded")).one()
    assert event.data["line_count"] == 2
    assert event.data["file_sha256"] == statement.file_sha256.hex()


def test_what_the_bank_wrote_is_readable_nowhere(session, account, finance):
    record(session, account, camt(TWO), finance.second)
    session.flush()
    for table in ("bank_line", "bank_statement", "bank_account"):
        rows = session.execute(text(f"SELECT {table}::text FROM {table}")).scalars()
        for row in rows:
            for secret in (b"Invented School", b"000-1-23456-7", b"00012345"):
                assert secret.decode() not in row
                assert secret.hex() not in row


def test_nothing_is_recorded_of_a_file_with_a_fault(session, account, finance):
    statement = upload(session, account, camt(TWO, closing="5.00"), finance.second)
    seen = seen_sha256(read_statement(session, statement))
    with pytest.raises(Refused, match="statement_faulty"):
        operations.record_statement(session, statement, seen=seen, actor=finance.second, now=NOW)
    assert lines_of(session, statement) == []


def test_only_what_was_seen_is_recorded(session, account, finance):
    statement = upload(session, account, camt(TWO), finance.second)
    with pytest.raises(Refused, match="statement_changed"):
        operations.record_statement(session, statement, seen="0", actor=finance.second, now=NOW)


def test_the_same_file_is_here_once_until_it_is_dropped(session, account, finance):
    first = upload(session, account, camt(TWO), finance.second)
    with pytest.raises(Refused, match="statement_known"):
        upload(session, account, camt(TWO), finance.second)
    operations.drop_statement(session, first, actor=finance.second, now=NOW)
    assert first.sealed_file is None
    assert upload(session, account, camt(TWO), finance.second).state == "uploaded"


def test_two_files_that_overlap_bring_each_line_once(session, account, finance):
    """Equal lines of one day are told apart by their number, in each file anew."""
    twice = [Said("10.00"), Said("10.00")]
    first = record(session, account, camt(twice), finance.second)
    later = date(2026, 11, 21)
    wider = camt([*twice, Said("10.00"), Said("3.00", on=later)], last=later)
    second = record(session, account, wider, finance.second)
    assert (second.line_count, second.known_count) == (4, 2)
    assert [line.position for line in lines_of(session, second)] == [3, 4]
    with pytest.raises(Refused, match="statement_is_needed"):
        operations.undo_statement(session, first, actor=finance.second, now=NOW)


def test_a_missing_statement_shows_as_a_gap_between_balances(session, account, finance):
    record(session, account, camt(TWO), finance.second)
    later = date(2026, 11, 25)
    statement = upload(
        session, account, camt([], opening="1200.00", first=later, last=later), finance.second
    )
    reading = read_statement(session, statement)
    assert (reading.gap_minor, reading.gap_since) == (70_25, DAY)


def test_the_same_line_in_other_words_is_pointed_out(session, account, finance):
    record(session, account, camt(TWO), finance.second)
    other = upload(session, account, camt([Said("150.00", "M INVENTED")]), finance.second)
    assert read_statement(session, other).alike == {1}


def test_a_statement_of_another_account_is_refused(session, office, account, finance):
    other = make_account(session, office, finance.second, "999-9-99999-9")
    statement = upload(session, other, camt(TWO), finance.second)
    (fault,) = read_statement(session, statement).parsed.faults
    assert fault.code == "other_account"


def test_an_account_is_noted_once_however_its_number_is_written(session, office, account, finance):
    with pytest.raises(Refused, match="bank_account_known"):
        make_account(session, office, finance.second, "0001234567")


def test_undone_the_file_can_be_read_again(session, account, finance):
    statement = record(session, account, camt(TWO), finance.second)
    operations.undo_statement(session, statement, actor=finance.second, now=NOW)
    assert {line.state for line in lines_of(session, statement)} == {"undone"}
    again = record(session, account, camt(TWO), finance.second)
    assert (again.line_count, again.known_count) == (2, 0)


def test_a_file_has_a_size(session, account, finance):
    for content, code in ((b"", "document_missing"), (b"x" * 5_242_881, "statement_too_large")):
        with pytest.raises(Refused, match=code):
            upload(session, account, content, finance.second)


def test_only_finance_reads_a_banks_file(session, account):
    auditor = make_staff(session, Role.AUDITOR).actor_at(NOW)
    with pytest.raises(Denied):
        upload(session, account, camt(TWO), auditor)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE bank_line SET amount_minor = 1", "does not change"),
        ("UPDATE bank_statement SET closing_minor = 1, opening_minor = 1", "does not go from"),
        ("DELETE FROM bank_line", "keeps what"),
        ("DELETE FROM bank_statement", "keeps what"),
        (
            "UPDATE bank_statement SET state = 'undone', undone_by = uploaded_by,"
            " undone_at = now()",
            "still counts",
        ),
        ("UPDATE bank_line SET state = 'matched'", "told for 0"),
    ],
)
def test_the_database_keeps_what_the_bank_said(session, account, finance, statement, reason):
    record(session, account, camt(TWO), finance.second)
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    refuses(session, reason, text(statement))


def test_a_day_that_has_not_come_is_a_fault_of_its_row(session, account, finance):
    ahead = clock.bangkok_day(CAME_AT) + timedelta(days=2)
    statement = upload(session, account, camt([Said("5.00", on=ahead)], last=ahead), finance.second)
    faults = read_statement(session, statement).parsed.faults
    assert [(fault.code, fault.place) for fault in faults] == [("line_ahead", 1)]
