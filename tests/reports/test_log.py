"""The auditor searches the log by event, actor, subject and day."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fund import db
from fund.audit import operations as audit
from fund.audit.events import EVENTS, GiftPaid, GiftProcessing, StaffSignedIn
from fund.audit.search import Match, list_matching
from fund.ids import new_id
from fund.permissions import SYSTEM, Role
from tests.applications.factories import NOW, make_submitted
from tests.giving.factories import make_giving_world, pay_gift, start_gift
from tests.people.factories import make_staff
from tests.survivors.factories import NAME

ROW = '<th scope="row">'


@pytest.fixture
def auditor(session, client, sign_in):
    return sign_in(client, make_staff(session, Role.AUDITOR))


@pytest.fixture
def gift(session):
    make_giving_world(session)
    return pay_gift(session, start_gift(session, now=NOW), paid_at=NOW)


def titles(page: str) -> list[str]:
    return re.findall(rf"{ROW}(?:<a [^>]+>)?([^<]+)", page)


def test_everything_newest_first(auditor, gift):
    found = titles(auditor.get("/staff/log").text)
    assert found[:3] == ["Receipt issued", "Gift paid", "Gift begun"]


def test_by_event(auditor, gift):
    page = auditor.get("/staff/log?event=gift_paid").text
    assert titles(page) == ["Gift paid"]
    assert f'href="/staff/trail/gifts/{gift.id}"' in page
    assert '<option value="gift_paid" selected>Gift paid</option>' in page


def test_by_actor(auditor, session, gift):
    niran = make_staff(session, Role.TREASURER, name="Niran Treasurer")
    signed_in = StaffSignedIn(niran.id)
    audit.record(session, signed_in, actor=niran.actor_at(NOW), now=NOW)
    session.commit()
    page = auditor.get(f"/staff/log?actor=staff:{niran.id}").text
    assert titles(page) == ["Signed in"]
    assert "Niran Treasurer</option>" in page
    assert "Gift begun" in titles(auditor.get("/staff/log?actor=anonymous").text)


def test_by_case_code(auditor, session, gift):
    application = make_submitted(session)
    session.commit()
    code = session.execute(
        text("SELECT case_code FROM vault.survivor WHERE id = :id"),
        {"id": application.survivor_id},
    ).scalar_one()
    page = auditor.get(f"/staff/log?about={code.lower()}").text
    assert {"Application begun", "Application submitted"} <= set(titles(page))
    assert "Gift paid" not in titles(page)
    assert NAME not in page
    assert NAME.split()[0] not in page


def test_by_number_code_or_id(auditor, gift):
    for about in ("nz-2026-000001", str(gift.id), gift.stripe_payment_intent_id):
        assert "Gift paid" in titles(auditor.get(f"/staff/log?about={about}").text)
    assert titles(auditor.get("/staff/log?about=education").text) == ["Fund opened"]


def test_by_day_in_thailand(auditor, session):
    for hour in (16, 17):  # 23:00 and, on the next day, 00:00 in Bangkok
        at = datetime(2026, 3, 1, hour, tzinfo=UTC)
        audit.record(session, GiftProcessing(new_id()), actor=SYSTEM, now=at)
    session.commit()
    assert len(titles(auditor.get("/staff/log?first=2026-03-01&last=2026-03-01").text)) == 1
    assert len(titles(auditor.get("/staff/log?first=2026-03-01&last=2026-03-02").text)) == 2
    page = auditor.get("/staff/log?first=2026-03-03&last=2026-03-04").text
    assert "Nothing fits. Leave a field empty to find more." in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("event=nothing", "The log knows no such event."),
        ("first=yesterday", "Please choose a day from the calendar"),
        ("last=9999-12-31", "Please choose a day from the calendar"),
        ("first=2026-03-02&last=2026-03-01", "The last day is before the first."),
        ("about=Malee", "Nothing here has this code, number or id."),
        ("about=XX-2026-000001", "Nothing here has this code, number or id."),
    ],
)
def test_what_means_nothing_is_said_beside_its_field(auditor, query, words):
    answer = auditor.get(f"/staff/log?{query}")
    assert answer.status_code == 422
    assert words in answer.text


def test_the_pages_of_a_search_hold_every_event_once(auditor, session, gift):
    for number in range(db.PAGE + 5):
        at = NOW - timedelta(hours=number // 3)  # some at the same moment
        audit.record(session, GiftProcessing(gift.id), actor=SYSTEM, now=at)
    session.commit()
    query = f"event=gift_processing&about={gift.id}"
    page = auditor.get(f"/staff/log?{query}").text
    further = re.search(r'rel="next" href="([^"]+)"', page)
    assert further
    rest = auditor.get(further[1].replace("&amp;", "&")).text
    assert (len(titles(page)), len(titles(rest))) == (db.PAGE, 5)


def test_a_search_asks_no_more_for_more_rows(auditor, session, gift, count_statements):
    def ask():
        with count_statements() as seen:
            rows = len(titles(auditor.get("/staff/log?event=gift_paid").text))
        return rows, len(seen)

    first = ask()
    for _ in range(9):
        paid = GiftPaid(gift.id, amount_minor=100, currency="NZD", payment_intent=None)
        audit.record(session, paid, actor=SYSTEM, now=NOW)
    session.commit()
    assert ask() == (10, first[1])


SOMEBODY, SOMETHING = UUID(int=1), UUID(int=2)  # the same in every test process
FILL = text(
    """
    INSERT INTO audit.event
        (id, name, actor, subject_kind, subject_id, data, at, payload_commit, leaf_hash)
    SELECT uuidv7(), CASE WHEN n % 5 > 0 THEN 'journal_posted' ELSE 'gift_' || n % 7 END,
           CASE n % 20 WHEN 0 THEN :somebody WHEN 1 THEN 'anonymous' ELSE 'system' END,
           'gift', CASE WHEN n % 1000 = 0 THEN CAST(:something AS uuid) ELSE uuidv7() END, '{}',
           CAST(:first AS timestamptz) + n * interval '20 minutes', sha256(''), sha256('')
    FROM generate_series(1, :count) AS n
    """
)


@pytest.fixture(scope="module")
def long_log(app, owner_url):
    """Twenty thousand events, most of them bookings, over nine months; undone afterwards."""
    engine = db.make_engine(owner_url)
    with engine.connect() as connection:
        connection.execute(
            FILL,
            {
                "somebody": f"staff:{SOMEBODY}", "something": SOMETHING, "count": 20_000,
                "first": NOW - timedelta(days=280),
            },
        )  # fmt: skip
        connection.execute(text("ANALYZE audit.event"))
        with Session(connection) as session:
            yield session
    engine.dispose()


@pytest.mark.parametrize(
    ("match", "index"),
    [
        (Match(), "ix_event_at_id"),
        (Match(name="journal_posted"), "ix_event_at_id"),
        (Match(name="gift_3"), "ix_event_name_at_id"),
        (Match(actor=f"staff:{SOMEBODY}"), "ix_event_actor_at_id"),
        (Match(actor="system"), "ix_event_at_id"),
        (Match(since=NOW - timedelta(days=200), until=NOW - timedelta(days=9)), "ix_event_at_id"),
        (Match(name="gift_3", until=NOW - timedelta(days=90)), "ix_event_name_at_id"),
        (Match(subjects=[("gift", SOMETHING)]), "ix_event_subject_kind_subject_id_id"),
    ],
)
def test_each_question_is_answered_from_an_index(long_log, match, index):
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(long_log.connection(), "before_cursor_execute", note)
    assert list_matching(long_log, [match])
    event.remove(long_log.connection(), "before_cursor_execute", note)
    [(statement, parameters)] = asked
    plan = "\n".join(
        long_log.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
    )
    assert index in plan
    assert "Seq Scan on event" not in plan


def test_the_list_of_events_names_every_one(auditor):
    page = auditor.get("/staff/log").text
    assert [name for name in EVENTS if f'<option value="{name}"' not in page] == []
