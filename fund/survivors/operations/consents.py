"""Consent: recorded as given, confirmed by a second person where another lawful basis stands in its
place, withdrawn once and for good."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import events
from fund.audit.operations import record
from fund.clock import bangkok_day
from fund.errors import NotFound, Refused
from fund.ids import new_id
from fund.permissions import Actor, Permission, Role
from fund.survivors import ages, queries
from fund.survivors.identity import guardian_context, reason_context, unseal_identity
from fund.survivors.models import Consent, ConsentWording, Document, Guardian, Survivor
from fund.survivors.operations.cases import require_case
from fund.survivors.wordings import START

OTHER_BASIS = "other_lawful_basis"
REVIEW_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class GivenConsent:
    """What a caseworker records. Without `assent_how` there was no assent.

    The versions are those of the texts that were read, so that a text which changed meanwhile is
    noticed. `years` is how long it is meant to hold; another lawful basis holds for 30 days.
    """

    giver_kind: str
    given_on: date
    language: str = "th"
    years: int = 1
    wording_version: int | None = None
    given_how: str | None = None
    relation: str | None = None
    guardian_id: UUID | None = None
    document_id: UUID | None = None
    lawful_basis: str | None = None
    reason: str = ""
    assent_how: str | None = None
    assent_language: str = "th"
    assent_version: int | None = None


def require_valid_consent(session: Session, survivor_id: UUID, *, on: date) -> Consent:
    """The consent that counts on this day. Raises Refused("no_valid_consent").

    The record is locked against a withdrawal until the caller's transaction ends.
    """
    session.scalar(select(Survivor.id).where(Survivor.id == survivor_id).with_for_update(read=True))
    consent = queries.find_valid_consent(session, survivor_id, on=on)
    if consent is None:
        raise Refused("no_valid_consent")
    return consent


def record_consent(
    session: Session, survivor: Survivor, given: GivenConsent, *, actor: Actor, now: datetime
) -> Consent:
    """Record who consented, to which wording, when and how, and the child's assent.

    Raises Refused where the law asks for somebody else's word at this age, the paper is missing, or
    it would have ended by now.
    """
    require_case(session, survivor, actor, Permission.RECORD_CONSENT)
    # Only the rules of age look at the birth date here; nobody is shown it.
    birth_date = unseal_identity(session, survivor).birth_date
    _check_ages(given, birth_date, bangkok_day(now))
    _check_paper(session, survivor, given)
    expires_on = _expires_on(given, birth_date)
    if expires_on < bangkok_day(now):
        raise Refused("consent_too_old", field="given_on")
    wording, assent = _wording_read(session, given), _assent_read(session, given)
    consent_id = new_id()
    consent = Consent(
        id=consent_id,
        survivor_id=survivor.id,
        giver_kind=given.giver_kind,
        relation=_relation(session, survivor, given),
        guardian_id=given.guardian_id if given.giver_kind == "guardian" else None,
        wording_id=wording.id if wording else None,
        given_how=given.given_how if wording else None,
        given_on=given.given_on,
        expires_on=expires_on,
        document_id=given.document_id,
        assent_wording_id=assent.id if assent else None,
        assent_how=given.assent_how if assent else None,
        assented_on=given.given_on if assent else None,
        recorded_by=actor.staff_id,
        recorded_at=now,
    )
    if given.giver_kind == OTHER_BASIS:
        consent.lawful_basis = given.lawful_basis
        consent.sealed_reason = keys.seal(
            session, survivor.key_id, given.reason, context=reason_context(consent_id)
        )
    session.add(consent)
    session.flush()
    record(session, _recorded(consent, wording, assent), actor=actor, now=now)
    return consent


def confirm_basis(session: Session, consent_id: UUID, *, actor: Actor, now: datetime) -> None:
    """A supervisor who did not record it agrees that another lawful basis holds."""
    consent = session.get(Consent, consent_id, with_for_update=True)
    if consent is None or consent.giver_kind != OTHER_BASIS:
        raise NotFound
    survivor = session.get_one(Survivor, consent.survivor_id)
    require_case(session, survivor, actor, Permission.RECORD_CONSENT)
    if Role.SUPERVISOR not in actor.roles or consent.recorded_by == actor.id:
        raise Refused("second_person_needed")
    if consent.confirmed_at is not None or consent.withdrawn_at is not None:
        raise Refused("already_confirmed")
    consent.confirmed_by, consent.confirmed_at = actor.staff_id, now
    record(
        session, events.ConsentBasisConfirmed(consent.id, consent.survivor_id), actor=actor, now=now
    )


def withdraw_consent(
    session: Session, survivor: Survivor, *, reason: str, actor: Actor, now: datetime
) -> None:
    """End every consent that stands: from now nothing is submitted, accepted or paid.

    Raises Refused if none stands.
    """
    require_case(session, survivor, actor, Permission.RECORD_CONSENT)
    session.get_one(Survivor, survivor.id, with_for_update=True)
    standing = [c for c in queries.list_consents(session, survivor.id) if c.withdrawn_at is None]
    if not standing:
        raise Refused("nothing_to_withdraw")
    for consent in standing:
        consent.withdrawn_by, consent.withdrawn_at = actor.staff_id, now
        consent.withdrawal_reason = reason
        record(
            session,
            events.ConsentWithdrawn(consent.id, survivor.id, reason),
            actor=actor,
            now=now,
        )


def add_guardian(
    session: Session,
    survivor: Survivor,
    *,
    name: str,
    relation: str,
    is_safe_to_contact: bool,
    actor: Actor,
    now: datetime,
) -> Guardian:
    """Note who holds parental responsibility; the name is sealed."""
    require_case(session, survivor, actor, Permission.RECORD_CONSENT)
    guardian_id = new_id()
    guardian = Guardian(
        id=guardian_id,
        survivor_id=survivor.id,
        sealed_name=keys.seal(
            session, survivor.key_id, name, context=guardian_context(guardian_id)
        ),
        relation=relation,
        is_safe_to_contact=is_safe_to_contact,
        added_by=actor.staff_id,
        added_at=now,
    )
    session.add(guardian)
    session.flush()
    record(
        session,
        events.GuardianAdded(survivor.id, guardian_id, relation, is_safe_to_contact),
        actor=actor,
        now=now,
    )
    return guardian


def seed_wordings(session: Session, *, now: datetime) -> None:
    """Put the texts that the fund starts with into the vault, unless they are there."""
    for (kind, language), text in START.items():
        if queries.find_wording(session, kind, language) is None:
            session.add(
                ConsentWording(
                    id=new_id(), kind=kind, version=1, language=language, text=text, added_at=now
                )
            )
    session.flush()


def _check_ages(given: GivenConsent, birth_date: date, today: date) -> None:
    if given.given_on > today:
        raise Refused("day_in_future", field="given_on")
    needs = ages.needs_on(birth_date, given.given_on)
    if needs.holder and given.giver_kind == "survivor":
        raise Refused("holder_must_consent")
    if not needs.holder and given.giver_kind != "survivor":
        raise Refused("survivor_consents_alone")
    if needs.assent and given.assent_how is None:
        raise Refused("assent_needed", field="assent_how")


def _check_paper(session: Session, survivor: Survivor, given: GivenConsent) -> None:
    if given.document_id is None:
        if given.giver_kind == "state_guardian":
            raise Refused("consent_paper_needed", field="document_id")
        return
    document = session.get(Document, given.document_id)
    if document is None or document.survivor_id != survivor.id or document.state != "stored":
        raise Refused("consent_paper_needed", field="document_id")


def _relation(session: Session, survivor: Survivor, given: GivenConsent) -> str | None:
    if given.giver_kind != "guardian":
        return given.relation if given.giver_kind == "state_guardian" else None
    guardian = session.get(Guardian, given.guardian_id) if given.guardian_id else None
    if guardian is None or guardian.survivor_id != survivor.id:
        raise Refused("guardian_needed", field="guardian_id")
    return guardian.relation


def _expires_on(given: GivenConsent, birth_date: date) -> date:
    if given.giver_kind == OTHER_BASIS:
        return ages.last_day(birth_date, given.given_on, given.given_on + REVIEW_AFTER)
    return ages.last_day(birth_date, given.given_on, ages.birthday(given.given_on, given.years))


def _recorded(
    consent: Consent, wording: ConsentWording | None, assent: ConsentWording | None
) -> events.ConsentRecorded:
    def text(read: ConsentWording | None) -> str | None:
        return f"{read.kind}:{read.language}:{read.version}" if read else None

    return events.ConsentRecorded(
        consent.id,
        survivor_id=consent.survivor_id,
        giver_kind=consent.giver_kind,
        relation=consent.relation,
        wording=text(wording),
        given_how=consent.given_how,
        lawful_basis=consent.lawful_basis,
        assent_wording=text(assent),
        assent_how=consent.assent_how,
        given_on=consent.given_on,
        expires_on=consent.expires_on,
    )


def _wording_read(session: Session, given: GivenConsent) -> ConsentWording | None:
    if given.giver_kind == OTHER_BASIS:
        return None
    kind = "own" if given.giver_kind == "survivor" else "holder"
    return _newest(session, kind, given.language, given.wording_version)


def _assent_read(session: Session, given: GivenConsent) -> ConsentWording | None:
    if given.assent_how is None or given.giver_kind == "survivor":
        return None
    return _newest(session, "assent", given.assent_language, given.assent_version)


def _newest(session: Session, kind: str, language: str, version: int | None) -> ConsentWording:
    wording = queries.find_wording(session, kind, language)
    if wording is None or wording.version != version:
        raise Refused("wording_changed")
    return wording
