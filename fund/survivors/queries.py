"""Reads of the vault. Nothing here opens an identity; `identity.py` does, after it was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session

from fund.clock import bangkok_day
from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.ids import find_case_code
from fund.keys import DataKey
from fund.people.models import Supervises
from fund.permissions import Actor, Permission, Role
from fund.survivors import ages
from fund.survivors.identity import unseal_label
from fund.survivors.models import (
    Attestation,
    CaseAssignment,
    Consent,
    ConsentWording,
    Document,
    Guardian,
    Survivor,
)
from fund.waiting import Waiting

SOON = timedelta(days=30)


class NotYourCase(NotFound):
    """The case exists and is not this person's: answered like any missing page, and recorded."""

    def __init__(self, survivor_id: UUID) -> None:
        super().__init__()
        self.survivor_id = survivor_id


@dataclass(frozen=True)
class Case:
    """A record that this person may open: no identity, only the working label."""

    survivor: Survivor
    label: str

    @property
    def id(self) -> UUID:
        return self.survivor.id

    @property
    def code(self) -> str:
        return self.survivor.case_code


@dataclass(frozen=True)
class CaseRow:
    """A line of the list of cases."""

    survivor: Survivor
    label: str
    age_band: str
    is_attested: bool
    has_consent: bool


def accessible_to(actor: Actor) -> Select[UUID]:
    """The ids of the cases this person may open, as a subquery: assigned, or led by them."""
    assigned = select(CaseAssignment.survivor_id).where(CaseAssignment.until_at.is_(None))
    led = select(Supervises.caseworker_id).where(Supervises.supervisor_id == actor.id)
    if Role.SUPERVISOR in actor.roles:
        return assigned.where(
            or_(CaseAssignment.staff_id == actor.id, CaseAssignment.staff_id.in_(led))
        )
    if Role.CASEWORKER in actor.roles:
        return assigned.where(CaseAssignment.staff_id == actor.id)
    return assigned.where(false())


def may_open(session: Session, survivor_id: UUID, *, actor: Actor) -> bool:
    """Whether the case is this person's."""
    found = session.scalar(
        select(Survivor.id).where(Survivor.id == survivor_id, Survivor.id.in_(accessible_to(actor)))
    )
    return found is not None


def get_survivor(session: Session, survivor_id: UUID, *, actor: Actor) -> Survivor:
    """The record by its id. Raises NotFound; NotYourCase, which the edge records."""
    survivor = session.get(Survivor, survivor_id)
    if survivor is None:
        raise NotFound
    if not may_open(session, survivor.id, actor=actor):
        raise NotYourCase(survivor.id)
    return survivor


def get_case(session: Session, code: str, *, actor: Actor) -> Case:
    """The case by its code, as people type it. Raises NotFound; NotYourCase, which is recorded."""
    survivor = session.scalar(select(Survivor).where(Survivor.case_code == find_case_code(code)))
    if survivor is None:
        raise NotFound
    if not may_open(session, survivor.id, actor=actor):
        raise NotYourCase(survivor.id)
    return Case(survivor, unseal_label(session, survivor))


def find_survivor_id(session: Session, code: str) -> UUID | None:
    """Whose case this is, for those who pay but may not open it; it tells nothing else."""
    return session.scalar(select(Survivor.id).where(Survivor.case_code == find_case_code(code)))


def case_code(session: Session, survivor_id: UUID) -> str:
    """The code by which everyone may speak of this survivor. Raises NotFound."""
    return case_codes(session, [survivor_id]).get(survivor_id) or _missing()


def case_codes(session: Session, survivor_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Codes by id, in one statement."""
    rows = session.execute(
        select(Survivor.id, Survivor.case_code).where(Survivor.id.in_(set(survivor_ids)))
    )
    return {row.id: row.case_code for row in rows}


def _missing() -> str:
    raise NotFound


def age_band(survivor: Survivor, on: date) -> str:
    """Two ages, one of which is the survivor's on this day; it needs no key."""
    return ages.band(survivor.birth_year, on)


def list_cases(
    session: Session, actor: Actor, *, on: date, before: UUID | None = None
) -> Page[CaseRow]:
    """The open cases of this person or team, newest first; `before` is the last id seen."""
    query = select(
        Survivor,
        func.vault.is_attested(Survivor.id),
        func.vault.has_valid_consent(Survivor.id, on),
    ).where(Survivor.id.in_(accessible_to(actor)), Survivor.state == "open")
    rows = session.execute(page_of(query, Survivor.id, before)).all()
    labelled = {row[0].key_id for row in rows if row[0].sealed_label is not None}
    # Held here so that each label finds its key in the session instead of asking for it.
    keys = session.scalars(select(DataKey).where(DataKey.id.in_(labelled))).all()
    cases = Page(
        CaseRow(row[0], unseal_label(session, row[0]), age_band(row[0], on), row[1], row[2])
        for row in rows
    )
    del keys
    return cases


def is_attested(session: Session, survivor_id: UUID) -> bool:
    """Whether a second person met this survivor or checked the papers."""
    return bool(session.scalar(select(func.vault.is_attested(survivor_id))))


def list_attestations(session: Session, survivor_id: UUID) -> list[Attestation]:
    """Who attested the record, oldest first."""
    return list(
        session.scalars(
            select(Attestation)
            .where(Attestation.survivor_id == survivor_id)
            .order_by(Attestation.id)
        )
    )


def list_assignments(session: Session, survivor_id: UUID) -> list[CaseAssignment]:
    """Who works on the case now, longest first."""
    return list(
        session.scalars(
            select(CaseAssignment)
            .where(CaseAssignment.survivor_id == survivor_id, CaseAssignment.until_at.is_(None))
            .order_by(CaseAssignment.id)
        )
    )


def find_valid_consent(session: Session, survivor_id: UUID, *, on: date) -> Consent | None:
    """The consent that counts on this day, or None; the rule is `vault.find_valid_consent`."""
    return session.scalar(
        select(Consent).where(Consent.id == func.vault.find_valid_consent(survivor_id, on))
    )


def list_consents(session: Session, survivor_id: UUID) -> list[Consent]:
    """Every consent of a survivor with what became of it, newest first."""
    return list(
        session.scalars(
            select(Consent).where(Consent.survivor_id == survivor_id).order_by(Consent.id.desc())
        )
    )


def list_guardians(session: Session, survivor_id: UUID) -> list[Guardian]:
    """The guardians on record, oldest first; their names are sealed."""
    return list(
        session.scalars(
            select(Guardian).where(Guardian.survivor_id == survivor_id).order_by(Guardian.id)
        )
    )


def find_wording(session: Session, kind: str, language: str) -> ConsentWording | None:
    """The newest wording of this kind in this language."""
    return session.scalar(
        select(ConsentWording)
        .where(ConsentWording.kind == kind, ConsentWording.language == language)
        .order_by(ConsentWording.version.desc())
        .limit(1)
    )


def list_documents(session: Session, subject_kind: str, subject_id: UUID) -> list[Document]:
    """The papers about one thing, newest first; those that never arrived too."""
    return list(
        session.scalars(
            select(Document)
            .where(Document.subject_kind == subject_kind, Document.subject_id == subject_id)
            .order_by(Document.id.desc())
        )
    )


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Consents to record or renew; for supervisors also records to attest, bases to confirm."""
    if not actor.may(Permission.RECORD_CONSENT):
        return []
    on = bangkok_day(now)
    waiting = _consents_ending(session, actor, on)
    if Role.SUPERVISOR in actor.roles:
        waiting += _bases_to_confirm(session, actor) + _records_to_attest(session, actor)
    return waiting


def _consents_ending(session: Session, actor: Actor, on: date) -> list[Waiting]:
    valid = Consent.id == func.vault.find_valid_consent(Survivor.id, on)
    rows = session.execute(
        select(Survivor.case_code, Consent.giver_kind, Consent.expires_on)
        .outerjoin(Consent, valid)
        .where(
            Survivor.id.in_(accessible_to(actor)),
            Survivor.state == "open",
            or_(Consent.id.is_(None), Consent.expires_on <= on + SOON),
        )
        .order_by(Consent.expires_on.nulls_first(), Survivor.id)
        .limit(PAGE)
    )
    titles = {
        None: N_("There is no valid consent"),
        "other_lawful_basis": N_("Look at the other lawful basis again"),
    }
    return [
        _waiting(
            row.case_code,
            titles.get(row.giver_kind, N_("The consent ends soon")),
            N_("Open"),
            due_on=row.expires_on,
        )
        for row in rows
    ]


def _bases_to_confirm(session: Session, actor: Actor) -> list[Waiting]:
    rows = session.execute(
        select(Survivor.case_code, Consent.expires_on)
        .join(Consent, Consent.survivor_id == Survivor.id)
        .where(
            Survivor.id.in_(accessible_to(actor)),
            Consent.giver_kind == "other_lawful_basis",
            Consent.confirmed_at.is_(None),
            Consent.withdrawn_at.is_(None),
            Consent.recorded_by != actor.id,
        )
        .order_by(Consent.id)
        .limit(PAGE)
    )
    title = N_("Confirm another lawful basis")
    return [_waiting(row.case_code, title, N_("Look"), due_on=row.expires_on) for row in rows]


def _records_to_attest(session: Session, actor: Actor) -> list[Waiting]:
    codes = session.scalars(
        select(Survivor.case_code)
        .where(
            Survivor.id.in_(accessible_to(actor)),
            Survivor.state == "open",
            Survivor.added_by != actor.id,
            func.vault.is_attested(Survivor.id).is_(False),
        )
        .order_by(Survivor.id)
        .limit(PAGE)
    )
    return [_waiting(code, N_("Attest the new record"), N_("Look")) for code in codes]


def _waiting(code: str, title: str, action: str, *, due_on: date | None = None) -> Waiting:
    return Waiting(
        section=N_("Cases"),
        title=title,
        endpoint="survivors.case_show",
        action=action,
        code=code,
        due_on=due_on,
        values={"code": code},
    )
