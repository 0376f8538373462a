"""Cases for tests, of every room."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import keys
from fund.audit.models import Event
from fund.ids import new_case_code, new_id
from fund.people.models import Staff
from fund.survivors.identity import Identity, guardian_context, seal_identity
from fund.survivors.models import (
    Attestation,
    CaseAssignment,
    Consent,
    ConsentWording,
    Guardian,
    Survivor,
)
from fund.survivors.queries import find_wording
from fund.survivors.wordings import START

LONG_AGO = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
BORN = date(2010, 5, 17)
CONSENTED_ON = LONG_AGO.date()
NAME = "Malee Invented-Name"


def make_case(
    session: Session,
    *,
    caseworker: Staff,
    birth_date: date = BORN,
    consented: bool = True,
    attested_by: Staff | None = None,
    name: str = NAME,
    national_id: str = "",
    region: str = "north",
) -> Survivor:
    """A record with its caseworker; `consented` from 2026 until 2036, whoever must consent."""
    survivor_id, key_id = new_id(), keys.create(session, "survivor", now=LONG_AGO)
    identity = Identity(name, birth_date, national_id=national_id)
    survivor = Survivor(
        id=survivor_id,
        case_code=new_case_code(),
        key_id=key_id,
        sealed_identity=seal_identity(session, survivor_id, key_id, identity),
        name_index=identity.name_index(),
        national_id_index=identity.national_id_index(),
        birth_year=birth_date.year,
        region=region,
        state="open",
        added_by=caseworker.id,
        added_at=LONG_AGO,
    )
    session.add(survivor)
    session.flush()
    session.add(
        CaseAssignment(
            id=new_id(),
            survivor_id=survivor_id,
            staff_id=caseworker.id,
            assigned_by=caseworker.id,
            from_at=LONG_AGO,
        )
    )
    if consented:
        make_consent(session, survivor, recorded_by=caseworker)
    if attested_by is not None:
        session.add(
            Attestation(
                id=new_id(),
                survivor_id=survivor_id,
                staff_id=attested_by.id,
                way="met_in_person",
                attested_at=LONG_AGO,
            )
        )
    session.flush()
    return survivor


def make_consent(
    session: Session,
    survivor: Survivor,
    *,
    recorded_by: Staff,
    given_on: date = CONSENTED_ON,
    expires_on: date | None = None,
) -> Consent:
    """A mother's consent with the child's assent, or the survivor's own from twenty."""
    age = given_on.year - survivor.birth_year
    own = age > 20
    consent = Consent(
        id=new_id(),
        survivor_id=survivor.id,
        giver_kind="survivor" if own else "guardian",
        relation=None if own else "mother",
        guardian_id=None if own else make_guardian(session, survivor, added_by=recorded_by).id,
        wording_id=make_wording(session, "own" if own else "holder").id,
        given_how="paper",
        given_on=given_on,
        expires_on=expires_on or given_on + timedelta(days=3650),
        assent_wording_id=None if own or age < 10 else make_wording(session, "assent").id,
        assent_how=None if own or age < 10 else "spoken_witnessed",
        assented_on=None if own or age < 10 else given_on,
        recorded_by=recorded_by.id,
        recorded_at=LONG_AGO,
    )
    session.add(consent)
    session.flush()
    return consent


def make_guardian(session: Session, survivor: Survivor, *, added_by: Staff) -> Guardian:
    """The mother, safe to contact."""
    guardian_id = new_id()
    guardian = Guardian(
        id=guardian_id,
        survivor_id=survivor.id,
        sealed_name=keys.seal(
            session, survivor.key_id, "Dao Invented-Name", context=guardian_context(guardian_id)
        ),
        relation="mother",
        is_safe_to_contact=True,
        added_by=added_by.id,
        added_at=LONG_AGO,
    )
    session.add(guardian)
    session.flush()
    return guardian


def make_wording(session: Session, kind: str, language: str = "th") -> ConsentWording:
    """The text that the fund starts with."""
    wording = find_wording(session, kind, language)
    if wording is None:
        wording = ConsentWording(
            id=new_id(),
            kind=kind,
            version=1,
            language=language,
            text=START[kind, language],
            added_at=LONG_AGO,
        )
        session.add(wording)
        session.flush()
    return wording


def events_named(session: Session, name: str) -> list[Event]:
    """What the log holds under this name, oldest first."""
    return list(session.scalars(select(Event).where(Event.name == name).order_by(Event.id)))
