"""An application reaches the committee whole, nameless and consented, or not at all."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund.applications import budget, drafts, operations, queries
from fund.applications.drafts import Draft, LineDraft, SupportDraft, Texts
from fund.audit.models import Event
from fund.errors import Conflict, Denied, Refused
from fund.people.models import Staff
from fund.survivors.identity import seal_identity, unseal_identity
from fund.survivors.queries import NotYourCase
from tests.applications.factories import (
    BOOKS,
    NOW,
    TEXTS,
    TUITION,
    make_author,
    make_draft,
    make_submitted,
)
from tests.ledger.factories import make_fund
from tests.survivors.factories import make_case


def submit(session, application, author=None):
    author = author or session.get_one(Staff, application.author_id)
    operations.submit(
        session, application, version=application.version, actor=author.actor_at(NOW), now=NOW
    )


def test_a_draft_keeps_what_was_typed_sealed_and_unfinished(session):
    half = LineDraft(line_kind="books")
    application = make_draft(session, texts=Texts(need="Half a thought"), lines=[half])
    assert drafts.read_texts(session, application) == Texts(need="Half a thought")
    assert b"thought" not in application.sealed_need
    assert [line.line_kind for line in application.lines] == ["books"]


def test_submitting_freezes_amount_region_and_age_band(session):
    support = SupportDraft("school_subsidy", "books", "granted", 50_000)
    application = make_submitted(session, supports=[support])
    assert (application.state, application.round) == ("submitted", 1)
    assert application.requested_minor == 950_000
    assert (application.region, application.age_band) == ("north", "15–16")


def test_what_each_round_said_is_kept_sealed_in_the_log(session):
    application = make_submitted(session)
    event = session.scalars(select(Event).where(Event.name == "application_submitted")).one()
    assert event.data == {"round": 1, "requested_minor": 1_000_000}
    assert event.sealed is not None
    assert event.key_id is not None
    assert TEXTS.need.encode() not in event.sealed
    assert event.subject_id == application.id


def test_without_a_valid_consent_nothing_is_submitted(session):
    author = make_author(session)
    case = make_case(session, caseworker=author, consented=False)
    application = make_draft(session, author=author, survivor=case)
    with pytest.raises(Refused, match="no_valid_consent"):
        submit(session, application)
    assert application.state == "draft"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"texts": replace(TEXTS, plan="")}, "text_missing", "plan"),
        ({"texts": replace(TEXTS, need="MALEE wants to go back.")}, "name_in_text", "need"),
        ({"texts": replace(TEXTS, safety="Her mother Dao goes along.")}, "name_in_text", "safety"),
        ({"lines": []}, "no_lines", "lines"),
        ({"lines": [replace(TUITION, due_month=None)]}, "lines_incomplete", "lines"),
        ({"lines": [replace(TUITION, payee_kind="guardian")]}, "lines_incomplete", "lines"),
        ({"supports": [SupportDraft("family")]}, "support_incomplete", "supports"),
        (
            {"supports": [SupportDraft("family", "books", "granted", 150_001)]},
            "support_exceeds_cost",
            "supports",
        ),
        (
            {
                "lines": [BOOKS],
                "supports": [SupportDraft("family", "books", "granted", 150_000)],
            },
            "nothing_asked",
            "lines",
        ),
    ],
)
def test_what_is_not_whole_is_refused_beside_its_field(session, changes, code, field):
    application = make_draft(session, **changes)
    with pytest.raises(Refused) as refused:
        submit(session, application)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    "typed",
    ["id 1-2345-67890-12-1", "1234567890121", "๑๒๓๔๕๖๗๘๙๐๑๒๑", "call 081 234 5678", "081-2345678"],
)
def test_a_number_of_the_record_is_found_however_it_is_written(session, typed):
    author = make_author(session)
    survivor = make_case(session, caseworker=author)
    identity = replace(
        unseal_identity(session, survivor), national_id="1 2345 67890 12 1", contact="081-234-5678"
    )
    survivor.sealed_identity = seal_identity(session, survivor.id, survivor.key_id, identity)
    texts = replace(TEXTS, need=f"Wants to go back, {typed}.")
    application = make_draft(session, author=author, survivor=survivor, texts=texts)
    with pytest.raises(Refused, match="name_in_text"):
        submit(session, application)


def test_ordinary_words_are_no_names(session):
    application = make_draft(session, texts=replace(TEXTS, need="Female students go by bus."))
    submit(session, application)
    assert application.state == "submitted"


def test_a_stale_draft_is_a_conflict_and_changes_nothing(session):
    application = make_draft(session)
    actor = session.get_one(Staff, application.author_id).actor_at(NOW)
    with pytest.raises(Conflict):
        operations.save_draft(session, application, Draft(), version=1, actor=actor, now=NOW)
    assert drafts.read_texts(session, application) == TEXTS


def test_only_the_author_changes_or_takes_back(session):
    author, colleague = make_author(session), make_author(session)
    application = make_draft(session, author=author)
    with pytest.raises(Denied):
        submit(session, application, colleague)
    with pytest.raises(NotYourCase):
        queries.get_application(session, application.id, actor=colleague.actor_at(NOW))
    operations.withdraw(
        session,
        application,
        version=application.version,
        actor=author.actor_at(NOW),
        now=NOW,
    )
    assert application.state == "withdrawn"


def test_nobody_starts_one_for_a_case_that_is_not_theirs(session):
    case = make_case(session, caseworker=make_author(session))
    with pytest.raises(Denied):
        make_draft(session, author=make_author(session), survivor=case)


def test_a_line_keeps_its_row_while_others_come_and_go(session):
    application = make_draft(session)
    first = application.lines[0].id
    drafts.write(session, application, Draft(TEXTS, [TUITION, BOOKS, BOOKS]))
    session.flush()
    drafts.write(session, application, Draft(TEXTS, [TUITION]))
    session.flush()
    session.expire_all()
    assert [line.id for line in application.lines] == [first]


REFUSED_BY_THE_DATABASE = {
    "does not go from submitted to approved": "UPDATE application SET state = 'approved'",
    "what was submitted does not change": "UPDATE application SET requested_minor = 1",
    "whom an application is for": "UPDATE application SET kind = 'vocational', fund_id = (SELECT"
    " id FROM ledger.fund WHERE purpose IS NULL)",
    "pays only grants of its purpose": "UPDATE application SET fund_id = (SELECT id FROM"
    " ledger.fund WHERE purpose = 'vocational')",
    "what was submitted does not": "UPDATE budget_line SET amount_minor = 1",
}


@pytest.mark.parametrize("reason", REFUSED_BY_THE_DATABASE)
def test_the_database_refuses_even_its_owner(owner_session, reason):
    session = owner_session
    make_fund(session, "general")
    make_fund(session, "vocational")
    make_submitted(session)
    with pytest.raises(IntegrityError, match=reason), session.begin_nested():
        session.execute(text(REFUSED_BY_THE_DATABASE[reason]))


def test_the_database_too_wants_a_consent_and_whole_lines(owner_session):
    session = owner_session
    author = make_author(session)
    case = make_case(session, caseworker=author, consented=False)
    submitting = text(
        "UPDATE application SET state = 'submitted', round = 1, requested_minor = 1,"
        " age_band = '15–16', region = 'north', submitted_at = :now WHERE id = :id"
    )
    for reason, application in {
        "no valid consent": make_draft(session, author=author, survivor=case),
        "not complete": make_draft(session, lines=[LineDraft("books")]),
    }.items():
        with pytest.raises(IntegrityError, match=reason), session.begin_nested():
            session.execute(submitting, {"now": NOW, "id": application.id})


def test_support_lowers_costs_of_its_own_kind_only():
    lines = [TUITION, BOOKS, BOOKS]
    supports = [
        SupportDraft("family", "books", "granted", 200_000),
        SupportDraft("scholarship", "tuition", "asked", 100_000),
    ]
    assert budget.gaps(lines, supports) == [850_000, 0, 100_000]
    assert budget.gap(lines, supports) == 950_000
