"""In January each donor is told once what they gave, and the log can prove it."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select, text

from fund import clock, keys
from fund.audit.queries import can_read_proof
from fund.giving import queries
from fund.giving.models import AnnualStatement, Donor
from fund.giving.tasks.years import issue_statements
from fund.giving.years import list_told_in
from fund.money import Money
from fund.permissions import ANONYMOUS
from tests.giving.factories import pay_gift, start_gift, visit
from tests.giving.test_returns import give_back

pytestmark = pytest.mark.usefixtures("world")
JANUARY = datetime(2027, 1, 12, 3, 0, tzinfo=UTC)


@pytest.fixture
def on(monkeypatch):
    def issue(moment: datetime) -> None:
        with monkeypatch.context() as moved:
            moved.setattr(clock, "now", lambda: moment)
            issue_statements(timestamp=0)

    return issue


@pytest.fixture
def in_january(on):
    return partial(on, JANUARY)


def test_a_donor_is_told_once_what_they_gave_last_year(session, mailbox, run_jobs, in_january):
    pay_gift(session, start_gift(session))
    back = pay_gift(session, start_gift(session))
    give_back(session, back)
    gone = pay_gift(session, start_gift(session))
    give_back(session, gone, source="re_2", amount_minor=50_00)
    pay_gift(session, start_gift(session, Money(10_00, "USD")))
    pay_gift(session, start_gift(session), paid_at=datetime(2027, 1, 3, tzinfo=UTC))
    run_jobs()
    sent = len(mailbox.mails)
    in_january()
    in_january()
    run_jobs()
    (mail,) = mailbox.mails[sent:]
    assert mail["Subject"] == "Your gifts in 2026"
    told = mail.get_body(("plain",)).get_content()
    (paper,) = mail.iter_attachments()
    printed = pypdf.PdfReader(BytesIO(paper.get_content())).pages[0].extract_text()
    statement = session.scalars(select(AnnualStatement)).one()
    for said in (told, printed):
        assert "NZ$80, US$10" in said
        assert "NZ-2026-000001" in said
        assert "NZ-2026-000003" in said, "the correction, not what it took the place of"
        assert "NZ-2026-000002" not in said
        assert str(statement.audit_event_id) in said
    assert statement.mailed_at is not None


def test_a_donor_in_new_zealand_is_told_of_their_tax_year_too(
    session, client, mailbox, run_jobs, on, in_january
):
    day = datetime(2027, 3, 31, 3, 0, tzinfo=UTC)
    first = pay_gift(session, start_gift(session))  # in November
    last = pay_gift(session, start_gift(session, Money(20_00, "NZD")), paid_at=day)
    next_year = day + timedelta(days=1)
    pay_gift(session, start_gift(session, Money(10_00, "NZD")), paid_at=next_year)
    in_january()
    on(day.replace(day=12))
    for _ in range(2):
        on(datetime(2027, 4, 12, 3, 0, tzinfo=UTC))
    run_jobs()
    by_calendar, by_tax_year = session.scalars(
        select(AnnualStatement).order_by(AnnualStatement.id)
    ).all()
    assert (by_calendar.is_tax_year, by_tax_year.is_tax_year) == (False, True)
    mail = mailbox.mails[-1]
    assert mail["Subject"] == "Your gifts in the tax year from 1 Apr 2026 to 31 Mar 2027"
    told = mail.get_body(("plain",)).get_content()
    assert "NZ$70" in told
    numbers = [queries.get_gift(session, gift.id).receipt_number for gift in (first, last)]
    assert all(number in told for number in numbers)
    donor = session.get_one(Donor, first.donor_id)
    page = visit(session, client, donor).get("/my").text
    assert "Your gifts in 2026" in page
    assert "Your gifts in the tax year from 1 Apr 2026 to 31 Mar 2027" in page


def test_an_office_whose_tax_year_is_the_calendars_tells_of_no_other():
    assert [y.country for y in list_told_in(date(2027, 4, 12), "TH")] == []
    assert [y.country for y in list_told_in(date(2027, 1, 12), "TH")] == [None]
    assert [(y.first_on, y.last_on) for y in list_told_in(date(2028, 4, 30), "NZ")] == [
        (date(2027, 4, 1), date(2028, 3, 31))
    ]


def test_a_thai_donor_reads_it_in_thai(session, mailbox, run_jobs, in_january):
    pay_gift(session, start_gift(session, language="th"))
    in_january()
    run_jobs()
    assert mailbox.mails[-1]["Subject"] == "เงินบริจาคของคุณในปี 2569"


def test_nobody_is_told_of_what_went_back_or_of_whom_we_know_nothing(
    session, mailbox, run_jobs, in_january, now
):
    gone = pay_gift(session, start_gift(session, email="gone@example.org"))
    give_back(session, gone, amount_minor=50_00)
    erased = pay_gift(session, start_gift(session, email="erased@example.org"))
    run_jobs()
    keys.destroy(session, session.get_one(Donor, erased.donor_id).key_id, now=now)
    session.commit()
    in_january()
    assert session.scalars(select(AnnualStatement)).all() == []


def test_what_comes_later_does_not_change_a_statement(session, mailbox, run_jobs, in_january):
    gift = pay_gift(session, start_gift(session))
    in_january()
    give_back(session, gift, happened_on=date(2027, 2, 1))
    run_jobs()
    told = next(m for m in mailbox.mails if m["Subject"] == "Your gifts in 2026")
    assert "NZ$50" in told.get_body(("plain",)).get_content()
    for statement in ("UPDATE annual_statement SET year = 2025", "DELETE FROM annual_statement"):
        with pytest.raises(Exception, match="stays as it is"), session.begin_nested():
            session.execute(text(statement))


def test_whoever_holds_a_statement_can_check_it():
    assert can_read_proof(ANONYMOUS, "annual_statement")
