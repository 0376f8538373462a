"""Who must consent at which age, what a consent keeps, and what ends it."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import db
from fund.errors import Refused
from fund.ids import new_id
from fund.permissions import Role
from fund.survivors import ages, operations, queries
from fund.survivors.operations import GivenConsent
from tests.people.factories import make_staff, make_team
from tests.survivors.factories import make_case, make_consent, make_guardian

TODAY = date(2026, 11, 24)


@pytest.fixture
def case(session, caseworker, now):
    operations.seed_wordings(session, now=now)
    return make_case(session, caseworker=caseworker, consented=False)


@pytest.fixture
def record(session, caseworker, now):
    """Record what somebody gave for a case."""

    def record(survivor, **parts):
        return operations.record_consent(
            session,
            survivor,
            replace(_holders(session, survivor, caseworker), **parts),
            actor=caseworker.actor_at(now),
            now=now,
        )

    return record


def _holders(session, survivor, caseworker) -> GivenConsent:
    return GivenConsent(
        "guardian",
        TODAY,
        wording_version=1,
        given_how="paper",
        guardian_id=make_guardian(session, survivor, added_by=caseworker).id,
        assent_how="spoken_witnessed",
        assent_version=1,
    )


OWN = {"giver_kind": "survivor", "guardian_id": None, "assent_how": None}
BASIS = {
    "giver_kind": "other_lawful_basis",
    "guardian_id": None,
    "given_how": None,
    "lawful_basis": "vital_interests",
    "reason": "Both parents are out of reach.",
}


# --- Ages -------------------------------------------------------------------------------------

days = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@given(birth_date=days, age=st.integers(0, 40), shift=st.integers(-1, 1))
def test_a_birthday_changes_whose_word_is_needed_and_no_other_day_does(birth_date, age, shift):
    day = ages.birthday(birth_date, age) + timedelta(shift)
    years = age - (shift < 0)
    needs = ages.needs_on(birth_date, day)
    assert needs.holder is (years < 20)
    assert needs.assent is (10 <= years < 20)


@given(birth_date=days, after=st.integers(0, 9000), years=st.integers(1, 2))
def test_a_consent_never_outlives_the_day_another_word_is_needed(birth_date, after, years):
    given_on = birth_date + timedelta(after)
    wanted = ages.birthday(given_on, years)
    last = ages.last_day(birth_date, given_on, wanted)
    assert given_on <= last <= wanted
    assert ages.needs_on(birth_date, last) == ages.needs_on(birth_date, given_on)


@given(birth_date=days, after=st.integers(60, 9000))
def test_its_last_day_does_not_betray_the_birthday(birth_date, after):
    given_on = birth_date + timedelta(after)
    wanted = ages.birthday(given_on, 2)
    last = ages.last_day(birth_date, given_on, wanted)
    turning = {ages.birthday(birth_date, years) for years in (10, 20)}
    same_month = any((t.year, t.month) == (given_on.year, given_on.month) for t in turning)
    assert same_month or last + timedelta(1) not in turning or birth_date.day == 1


@given(birth_date=days, after=st.integers(0, 9000))
def test_the_band_holds_the_age_on_any_day(birth_date, after):
    on = birth_date + timedelta(after)
    age = on.year - birth_date.year - (on < ages.birthday(birth_date, on.year - birth_date.year))
    low, high = map(int, ages.band(birth_date.year, on).split("–"))
    assert low <= age <= high == low + 1


def test_who_was_born_on_the_29th_of_february_turns_on_the_first_of_march():
    assert ages.birthday(date(2008, 2, 29), 10) == date(2018, 3, 1)
    assert ages.birthday(date(2008, 2, 29), 20) == date(2028, 2, 29)


# --- Recording --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turning", "shift", "parts", "refused"),
    [
        (10, -1, {"assent_how": None}, None),
        (10, 0, {"assent_how": None}, "assent_needed"),
        (10, 0, {}, None),
        (20, -1, OWN, "holder_must_consent"),
        (20, -1, {"assent_how": None}, "assent_needed"),
        (20, -1, {}, None),
        (20, 0, {}, "survivor_consents_alone"),
        (20, 0, OWN, None),
        (20, 0, BASIS, "survivor_consents_alone"),
    ],
)
def test_the_law_of_ages_holds_to_the_day(
    session, caseworker, record, now, turning, shift, parts, refused
):
    operations.seed_wordings(session, now=now)
    birth_date = ages.birthday(TODAY, -turning) - timedelta(shift)
    survivor = make_case(session, caseworker=caseworker, birth_date=birth_date, consented=False)
    if refused:
        with pytest.raises(Refused, match=refused):
            record(survivor, **parts)
    else:
        record(survivor, **parts)
        assert queries.find_valid_consent(session, survivor.id, on=TODAY)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"given_on": TODAY + timedelta(1)}, "day_in_future"),
        ({"given_on": TODAY - timedelta(800)}, "consent_too_old"),
        ({"wording_version": 2}, "wording_changed"),
        ({"assent_version": None}, "wording_changed"),
        ({"guardian_id": new_id()}, "guardian_needed"),
        ({"document_id": new_id()}, "consent_paper_needed"),
        ({"giver_kind": "state_guardian", "relation": "court"}, "consent_paper_needed"),
    ],
)
def test_what_does_not_hold_together_is_refused(case, record, parts, code):
    with pytest.raises(Refused, match=code):
        record(case, **parts)


def test_a_guardian_of_another_child_is_no_guardian_here(session, caseworker, case, record):
    other = make_case(session, caseworker=caseworker, name="Another Child")
    guardian = make_guardian(session, other, added_by=caseworker)
    with pytest.raises(Refused, match="guardian_needed"):
        record(case, guardian_id=guardian.id)


def test_who_may_not_open_the_case_records_nothing(session, case, caseworker, now):
    stranger = make_staff(session, Role.CASEWORKER).actor_at(now)
    given = _holders(session, case, caseworker)
    with pytest.raises(queries.NotYourCase):
        operations.record_consent(session, case, given, actor=stranger, now=now)


# --- What counts ------------------------------------------------------------------------------


def test_a_consent_counts_from_its_day_until_its_last(session: Session, caseworker, case):
    first, last = date(2026, 3, 1), date(2026, 9, 1)
    consent = make_consent(session, case, recorded_by=caseworker, given_on=first, expires_on=last)
    for day, counts in ((first, True), (last, True), (first - timedelta(1), False)):
        assert (queries.find_valid_consent(session, case.id, on=day) is consent) is counts
    with pytest.raises(Refused, match="no_valid_consent"):
        operations.require_valid_consent(session, case.id, on=last + timedelta(1))


def test_withdrawing_ends_every_consent_that_stands(session, caseworker, case, record, now):
    actor = caseworker.actor_at(now)
    record(case)
    record(case, years=2)
    operations.withdraw_consent(session, case, reason="survivor_asked", actor=actor, now=now)
    session.flush()
    with pytest.raises(Refused, match="no_valid_consent"):
        operations.require_valid_consent(session, case.id, on=TODAY)
    with pytest.raises(Refused, match="nothing_to_withdraw"):
        operations.withdraw_consent(session, case, reason="survivor_asked", actor=actor, now=now)
    record(case)
    assert operations.require_valid_consent(session, case.id, on=TODAY)


def test_another_lawful_basis_counts_once_a_supervisor_agreed_and_for_thirty_days(
    session, caseworker, case, record, now
):
    consent = record(case, **BASIS)
    assert queries.find_valid_consent(session, case.id, on=TODAY) is None
    both = make_staff(session, Role.CASEWORKER)
    supervisor = make_staff(session, Role.SUPERVISOR)
    make_team(session, supervisor, caseworker, both)
    with pytest.raises(Refused, match="second_person_needed"):
        operations.confirm_basis(session, consent.id, actor=caseworker.actor_at(now), now=now)
    operations.confirm_basis(session, consent.id, actor=supervisor.actor_at(now), now=now)
    session.flush()
    assert queries.find_valid_consent(session, case.id, on=TODAY + timedelta(30)) is consent
    assert queries.find_valid_consent(session, case.id, on=TODAY + timedelta(31)) is None
    with pytest.raises(Refused, match="already_confirmed"):
        operations.confirm_basis(session, consent.id, actor=supervisor.actor_at(now), now=now)


def test_a_supervisor_does_not_confirm_what_they_recorded(session, caseworker, case, now):
    supervisor = make_staff(session, Role.SUPERVISOR)
    make_team(session, supervisor, caseworker)
    actor = supervisor.actor_at(now)
    given = GivenConsent(given_on=TODAY, assent_how="paper", assent_version=1, **BASIS)
    consent = operations.record_consent(session, case, given, actor=actor, now=now)
    with pytest.raises(Refused, match="second_person_needed"):
        operations.confirm_basis(session, consent.id, actor=actor, now=now)


# --- The database, whoever asks it ------------------------------------------------------------


@pytest.fixture
def as_owner(app, owner_url):
    """Run a statement with all rights on a case with a consent; the database's answer."""
    engine = db.make_engine(owner_url)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            caseworker = make_staff(session, Role.CASEWORKER)
            case = make_case(session, caseworker=caseworker)
            values = {"staff": caseworker.id, "case": case.id}
            session.commit()

        def run(statement: str, **more: object) -> str:
            try:
                with connection.begin_nested():
                    connection.execute(text(statement), values | more)
            except IntegrityError as refused:
                return str(refused.orig).splitlines()[0]
            return "done"

        yield run
        outer.rollback()
    engine.dispose()


WITHDRAW = (
    "UPDATE vault.consent SET withdrawn_at = now(), withdrawn_by = :staff,"
    " withdrawal_reason = 'survivor_asked' WHERE survivor_id = :case"
)


def test_a_withdrawal_is_one_way(as_owner):
    assert as_owner(WITHDRAW) == "done"
    back = (
        "UPDATE vault.consent SET withdrawn_at = NULL, withdrawn_by = NULL,"
        " withdrawal_reason = NULL WHERE survivor_id = :case"
    )
    assert as_owner(back) == "a withdrawal stays"
    assert as_owner(WITHDRAW.replace("now()", "now() + interval '1 day'")) == "a withdrawal stays"


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (
            "UPDATE vault.consent SET expires_on = expires_on + 365",
            "a consent stays as it was given",
        ),
        ("UPDATE vault.consent SET giver_kind = 'survivor'", "a consent stays as it was given"),
        ("DELETE FROM vault.consent", "vault.consent keeps what was recorded"),
        ("TRUNCATE vault.consent CASCADE", "vault.consent keeps what was recorded"),
        ("UPDATE vault.consent_wording SET text = 'x'", "vault.consent_wording keeps"),
        (
            "INSERT INTO vault.attestation SELECT gen_random_uuid(), id, added_by,"
            " 'met_in_person', now() FROM vault.survivor",
            "who added a record does not attest it",
        ),
        ("UPDATE vault.survivor SET added_by = gen_random_uuid()", "code, key and origin"),
    ],
)
def test_the_database_keeps_what_was_recorded(as_owner, statement, answer):
    assert as_owner(statement).startswith(answer)


NO_ASSENT = {"assent_wording_id": None, "assent_how": None, "assented_on": None}


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "done"),
        ({"giver_kind": "survivor", "relation": None, "guardian_id": None} | NO_ASSENT, "under"),
        (NO_ASSENT, "from ten the child assents"),
        ({"given_on": "2031-01-01"}, "from twenty the survivor alone consents"),
        ({"withdrawn_at": "2026-01-01"}, "confirmation and withdrawal come later"),
        ({"expires_on": "2020-01-01"}, "new row for relation"),
        ({"guardian_id": None}, "new row for relation"),
    ],
)
def test_the_database_knows_the_ages_to_the_year(as_owner, change, answer):
    copy = (
        "INSERT INTO vault.consent SELECT (jsonb_populate_record(c, CAST(:change AS jsonb))).*"
        " FROM vault.consent AS c"
    )
    change = json.dumps({"id": str(new_id())} | change)
    assert as_owner(copy, change=change).startswith(answer)
