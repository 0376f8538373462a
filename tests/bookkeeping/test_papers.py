"""The paper of an entry, when storage or the service itself fails on the way."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from fund import db
from fund.bookkeeping import operations, papers, tasks
from fund.bookkeeping.models import BookEntry, EntryPaper
from fund.gateways import storage
from fund.ids import new_id
from fund.survivors.documents import Upload
from tests.bookkeeping.factories import DAY, NOW, SLIP, at
from tests.bookkeeping.test_pages import ENTRIES, photograph, seen
from tests.ledger.factories import make_fund, make_office
from tests.refusing import refuses


@pytest.fixture
def storage_at(app):
    """Let the service keep its documents in this folder."""
    yield lambda folder: storage.init(f"file://{folder}")
    storage.init(app.config["SETTINGS"].storage_url)


def propose(session, finance):
    """A proposal whose sealed paper still has to go to storage."""
    fund, office = make_fund(session), make_office(session, "th")
    upload = Upload("pdf", "application/pdf", SLIP, 1)
    paper, pending = papers.begin_paper(session, upload, actor=finance.proposer, now=NOW)
    operations.propose(
        session,
        kind="interest",
        plan=at(fund, office, 500),
        effective_on=DAY,
        reason="As the slip says",
        paper=paper,
        actor=finance.proposer,
        now=NOW,
    )
    session.commit()
    return paper, pending


def test_with_storage_down_the_entry_says_so_and_cannot_be_booked(
    session, client, sign_in, post, storage_at, finance, tmp_path
):
    fund, office = make_fund(session), make_office(session, "th")
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    storage_at(blocked)
    sign_in(client, finance.officer)
    form = {
        "nonce": str(new_id()), "effective_on": DAY.isoformat(), "reason": "As it says",
        "fund_id": str(fund.id), "office_id": str(office.id), "amount": "5", "file": photograph(),
    }  # fmt: skip
    assert client.post(f"{ENTRIES}/new/interest", data=form).status_code == 503
    entry = session.scalars(select(BookEntry)).one()
    page = client.get(f"{ENTRIES}/{entry.id}").text
    assert "The paper did not arrive" in page
    answer = post(f"{ENTRIES}/{entry.id}/book", content_sha256=seen(page))
    assert answer.status_code == 422
    assert "not in the store" in answer.text
    assert client.get(f"{ENTRIES}/{entry.id}/paper").status_code == 422
    assert post(f"{ENTRIES}/{entry.id}/withdraw").status_code == 303


@pytest.mark.parametrize(("arrived", "state"), [(True, "stored"), (False, "failed")])
def test_what_a_crash_left_pending_is_settled_by_what_arrived(session, finance, arrived, state):
    paper, pending = propose(session, finance)
    if arrived:
        storage.put(pending.storage_key, pending.sealed)
    tasks.settle_paper(str(paper.id))
    tasks.settle_paper(str(paper.id))
    session.refresh(paper)
    assert paper.state == state


def test_bytes_that_are_not_the_papers_do_not_count_as_arrived(session, finance):
    paper, pending = propose(session, finance)
    storage.put(pending.storage_key, pending.sealed[:-1])
    tasks.settle_paper(str(paper.id))
    session.refresh(paper)
    assert paper.state == "failed"


def test_the_settling_waits_in_the_queue_with_the_proposal(session, finance):
    propose(session, finance)
    job = session.execute(
        text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :name"),
        {"name": "bookkeeping.settle_paper"},
    ).scalar_one()
    assert job == NOW + timedelta(minutes=10)


def test_a_paper_stays_as_it_came(session, finance):
    paper, pending = propose(session, finance)
    papers.finish_paper(pending, actor=finance.proposer, now=NOW)
    with db.reading() as reader:
        found = reader.get_one(EntryPaper, paper.id)
        assert papers.open_paper(reader, found, storage.get(found.storage_key)) == SLIP
    refuses(session, "a paper does not change", text("UPDATE entry_paper SET state = 'pending'"))
    refuses(session, "keeps what was recorded", text("DELETE FROM entry_paper"))
