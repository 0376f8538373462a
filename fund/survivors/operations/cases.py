"""Records: added once, worked on by those assigned, attested by a second person, never opened
unrecorded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import events
from fund.audit.operations import record
from fund.clock import bangkok_day
from fund.errors import Refused, require
from fund.ids import new_case_code, new_id
from fund.people import queries as people
from fund.permissions import Actor, Permission, Role
from fund.survivors import queries
from fund.survivors.identity import Identity, label_context, seal_identity
from fund.survivors.models import Attestation, CaseAssignment, Survivor


def add_case(
    session: Session, identity: Identity, *, region: str, label: str, actor: Actor, now: datetime
) -> Survivor:
    """Open a record for somebody not known yet; who adds it works on it.

    Raises Refused("case_known", case_code=…) if the person's case is the actor's too, and
    Refused("case_known_elsewhere", survivor_id=…) if it is not.
    """
    require(actor.may(Permission.ADD_CASES))
    if identity.birth_date > bangkok_day(now):
        raise Refused("day_in_future", field="birth_date")
    _refuse_known(session, identity, actor)
    survivor_id, key_id = new_id(), keys.create(session, "survivor", now=now)
    survivor = Survivor(
        id=survivor_id,
        case_code=new_case_code(),
        key_id=key_id,
        sealed_identity=seal_identity(session, survivor_id, key_id, identity),
        sealed_label=_seal_label(session, survivor_id, key_id, label),
        name_index=identity.name_index(),
        national_id_index=identity.national_id_index(),
        birth_year=identity.birth_date.year,
        region=region,
        state="open",
        added_by=actor.staff_id,
        added_at=now,
    )
    session.add(survivor)
    session.flush()
    _assign(session, survivor.id, actor.staff_id, by=actor.staff_id, now=now)
    record(
        session, events.SurvivorAdded(survivor.id, survivor.case_code, region), actor=actor, now=now
    )
    return survivor


def change_case(
    session: Session,
    survivor: Survivor,
    *,
    region: str,
    label: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct region and working label. Raises Conflict if the record changed meanwhile."""
    require_case(session, survivor, actor, Permission.ADD_CASES)
    survivor.check_version(version)
    survivor.region = region
    survivor.sealed_label = _seal_label(session, survivor.id, survivor.key_id, label)
    record(session, events.SurvivorChanged(survivor.id, region), actor=actor, now=now)


def assign_case(
    session: Session, survivor: Survivor, staff_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Let a caseworker work on the case; a supervisor decides that."""
    require_case(session, survivor, actor, Permission.ASSIGN_CASES)
    caseworkers = people.list_staff_with_role(session, Role.CASEWORKER, now=now)
    if staff_id not in {staff.id for staff in caseworkers}:
        raise Refused("not_a_caseworker", field="staff_id")
    if any(a.staff_id == staff_id for a in queries.list_assignments(session, survivor.id)):
        raise Refused("already_assigned", field="staff_id")
    _assign(session, survivor.id, staff_id, by=actor.staff_id, now=now)
    record(session, events.SurvivorAssigned(survivor.id, staff_id), actor=actor, now=now)


def release_case(
    session: Session, survivor: Survivor, staff_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """End a colleague's work on the case, and with it their view of it; one always stays."""
    require_case(session, survivor, actor, Permission.ASSIGN_CASES)
    session.get_one(Survivor, survivor.id, with_for_update=True)
    assignments = queries.list_assignments(session, survivor.id)
    if len(assignments) == 1:
        raise Refused("last_caseworker")
    for assignment in assignments:
        if assignment.staff_id == staff_id:
            assignment.until_at = now
            record(session, events.SurvivorReleased(survivor.id, staff_id), actor=actor, now=now)


def attest_case(
    session: Session, survivor: Survivor, *, way: str, actor: Actor, now: datetime
) -> None:
    """Say as a second person that this survivor exists: met, or the papers checked."""
    require_case(session, survivor, actor, Permission.ATTEST_CASES)
    if survivor.added_by == actor.id:
        raise Refused("attests_own_record")
    if any(a.staff_id == actor.id for a in queries.list_attestations(session, survivor.id)):
        raise Refused("already_attested")
    session.add(
        Attestation(
            id=new_id(),
            survivor_id=survivor.id,
            staff_id=actor.staff_id,
            way=way,
            attested_at=now,
        )
    )
    record(session, events.SurvivorAttested(survivor.id, way), actor=actor, now=now)


def record_identity_read(
    session: Session, survivor: Survivor, *, purpose: str, actor: Actor, now: datetime
) -> None:
    """Note that this person is about to read who the survivor is; committed before it opens."""
    require_case(session, survivor, actor, Permission.READ_CASES)
    record(session, events.SurvivorIdentityRead(survivor.id, purpose), actor=actor, now=now)


def record_refused_access(
    session: Session, survivor_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Note that somebody asked for a case that is not theirs."""
    record(session, events.SurvivorAccessRefused(survivor_id), actor=actor, now=now)


def record_known_elsewhere(
    session: Session, survivor_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Note that somebody learned, by adding a record, that a person is known here."""
    record(session, events.SurvivorKnownElsewhere(survivor_id), actor=actor, now=now)


def require_case(
    session: Session, survivor: Survivor, actor: Actor, permission: Permission
) -> None:
    """Raise Denied without the permission, NotYourCase if the case is not this person's."""
    require(actor.may(permission))
    if not queries.may_open(session, survivor.id, actor=actor):
        raise queries.NotYourCase(survivor.id)


def _assign(
    session: Session, survivor_id: UUID, staff_id: UUID, *, by: UUID, now: datetime
) -> None:
    session.add(
        CaseAssignment(
            id=new_id(), survivor_id=survivor_id, staff_id=staff_id, assigned_by=by, from_at=now
        )
    )
    session.flush()


def _refuse_known(session: Session, identity: Identity, actor: Actor) -> None:
    name, number = identity.name_index(), identity.national_id_index()
    # Two colleagues adding the same person at once: the second waits here and then sees the first.
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(name[:8], signed=True))))
    # The same name and birth date are two persons only if two national ids tell them apart.
    same_name = and_(
        Survivor.name_index == name,
        true() if number is None else Survivor.national_id_index.is_(None),
    )
    same_number = Survivor.national_id_index == number if number else same_name
    known = session.scalar(select(Survivor).where(or_(same_number, same_name)).limit(1))
    if known is None:
        return
    if queries.may_open(session, known.id, actor=actor):
        raise Refused("case_known", case_code=known.case_code)
    raise Refused("case_known_elsewhere", survivor_id=known.id)


def _seal_label(session: Session, survivor_id: UUID, key_id: UUID, label: str) -> bytes | None:
    if not label:
        return None
    return keys.seal(session, key_id, label, context=label_context(survivor_id))
