"""A finance entry's page tells its own timeline, to finance and to auditors alike."""

import re

import pytest
from sqlalchemy import select

from fund import db
from fund.audit.models import Checkpoint, Event, Leaf
from fund.bookkeeping import operations, papers, tasks
from fund.permissions import Role
from tests.bookkeeping.factories import NOW, at, between, book, booked, make_entry, make_finance
from tests.ledger.factories import give_cash, make_fund, make_office
from tests.people.factories import make_staff

PROPOSER, SECOND = "Fah Finance", "Tawan Treasurer"
ROW = re.compile(r'<th scope="row">(.*?)</th>\s*<td data-label="By">(.*?)</td>', re.DOTALL)


@pytest.fixture
def finance(session):
    return make_finance(session)


@pytest.fixture
def office(session):
    return make_office(session, "th")


@pytest.fixture
def fund(session, office):
    fund = make_fund(session)
    give_cash(session, fund, 100_000)
    return fund


@pytest.fixture
def auditor(session, client, sign_in):
    return sign_in(client, make_staff(session, Role.AUDITOR))


@pytest.fixture
def timeline(session, client):
    """The part of an entry's page that tells its timeline."""

    def timeline(entry):
        session.commit()
        return client.get(f"/staff/ledger/entries/{entry.id}").text.split('id="timeline"')[1]

    return timeline


def steps(page):
    """What happened, and who did it."""
    return [
        tuple(re.sub("<br>.*|<[^>]+>", "", text, flags=re.DOTALL) for text in row)
        for row in ROW.findall(page)
    ]


def reverse(session, finance, entry):
    return booked(session, finance, "reversal", {"journal_id": str(entry.journal_id)})


def test_an_entry_is_followed_from_proposal_to_reversal(
    session, auditor, timeline, finance, fund, office
):
    entry = make_entry(session, finance, "tax_withheld", at(fund, office, 500), paper="pending")
    tasks.settle(session, entry.paper_id, "stored", actor=finance.proposer, now=NOW)
    papers.record_paper_read(session, entry, actor=finance.second, now=NOW)
    assert steps(timeline(entry)) == [
        ("Entry proposed", PROPOSER),
        ("Entry’s paper stored or lost", PROPOSER),
        ("Entry’s paper opened", SECOND),
    ]
    book(session, entry, finance.second)
    back = reverse(session, finance, entry)
    page = timeline(entry)
    assert [step for step, _ in steps(page)[3:]] == [
        "Booked", "Entry booked", "Entry proposed", "Booked", "Entry booked",
    ]  # fmt: skip
    assert [who for _, who in steps(page)[3:]] == [SECOND, SECOND, PROPOSER, SECOND, SECOND]
    for address in (
        f"journals/{entry.journal_id}", f"journals/{back.journal_id}", f"entries/{back.id}",
    ):  # fmt: skip
        assert f"/staff/ledger/{address}" in page
    assert "Proposed for the books: Reversal" in page
    assert f'href="/staff/ledger/entries/{entry.id}"' not in page  # it would lead to itself


def test_what_was_not_booked_has_no_journal_in_its_timeline(
    session, auditor, timeline, finance, fund, office
):
    taker = make_fund(session, "education")
    declined = make_entry(session, finance, "transfer", between(fund, taker, office, 500))
    operations.decline(session, declined, reason="Not now", actor=finance.second, now=NOW)
    withdrawn = make_entry(session, finance, "transfer", between(fund, taker, office, 700))
    operations.withdraw(session, withdrawn, actor=finance.proposer, now=NOW)
    other = booked(session, finance, "interest", at(fund, office, 500))
    reverse(session, finance, other)
    assert steps(timeline(declined)) == [("Entry proposed", PROPOSER), ("Entry declined", SECOND)]
    assert steps(timeline(withdrawn)) == [
        ("Entry proposed", PROPOSER), ("Entry withdrawn", PROPOSER),
    ]  # fmt: skip


def test_an_award_of_before_shows_what_was_paid_of_it_and_leads_there(
    session, auditor, timeline, finance, fund, office
):
    award = booked(session, finance, "opening_award", at(fund, office, 60_000))
    plan = at(fund, office, 20_000, award_entry_id=str(award.id))
    paid = booked(session, finance, "award_payment", plan)
    page = timeline(award)
    assert [step for step, _ in steps(page)] == [
        "Entry proposed", "Money reserved", "Entry booked",
        "Entry proposed", "Reserved money used", "Entry booked",
    ]  # fmt: skip
    assert f"/staff/ledger/entries/{paid.id}" in page
    assert "/staff/trail/awards/" not in page
    of_fund = auditor.get(f"/staff/trail/funds/{fund.id}").text
    assert f"/staff/ledger/entries/{award.id}" in of_fund
    assert "/staff/trail/awards/" not in of_fund


def test_each_step_leads_an_auditor_to_its_proof_and_tells_finance_that_it_is_sealed(
    session, client, auditor, timeline, sign_in, finance, fund, office
):
    entry = make_entry(session, finance, "interest", at(fund, office, 500))
    event = session.scalars(select(Event).where(Event.subject_id == entry.id)).one()
    leaf = {"leaf_hash": event.leaf_hash, "epoch": event.epoch, "xid": event.xid}
    session.add(Leaf(index=0, event_id=event.id, **leaf))
    assert "not sealed yet" in timeline(entry)
    session.add(Checkpoint(size=1, root=bytes(32), note="", at=NOW))
    assert f"/log/check/{event.id}" in timeline(entry)
    sign_in(client, finance.officer)
    page = timeline(entry)
    assert "/log/check/" not in page
    assert "sealed" in page


def test_a_long_timeline_of_an_entry_is_paged_and_asks_no_more(
    session, client, auditor, post, sign_in, timeline, finance, fund, office, count_statements
):
    entry = make_entry(session, finance, "interest", at(fund, office, 500))
    counts = []
    for number in (2, db.PAGE):
        for _ in range(number):
            papers.record_paper_read(session, entry, actor=finance.second, now=NOW)
        session.commit()
        with count_statements() as seen:
            page = timeline(entry)
        counts.append((len(steps(page)), len(seen)))
    assert [rows for rows, _ in counts] == [3, db.PAGE]
    assert len({statements for _, statements in counts}) == 1
    sign_in(client, finance.treasurer)
    refused = post(f"/staff/ledger/entries/{entry.id}/decline", decline_reason="")
    assert refused.status_code == 422
    further = re.search(r'rel="next" href="([^"]+)"', refused.text)
    assert len(steps(client.get(further[1]).text)) == 3
