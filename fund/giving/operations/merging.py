"""Records of donors that are one person's, merged by hand. Nothing is moved, nothing is lost.

What belongs to a merged record stays with it, under its own key; the record points to the one that
it was merged into, and whoever asks for that donor's things is given those of both.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import DonorsKeptApart, DonorsMerged
from fund.errors import NotFound, Refused, require
from fund.giving import likeness, queries
from fund.giving.donors import (
    find_by_index,
    index_of,
    keep_name,
    open_address,
    open_person,
)
from fund.giving.models import Donor, DonorApart, PortalSession
from fund.giving.tax_ids import keep_with_donor, open_of_donor
from fund.permissions import Actor, Permission


def merge_donors(
    session: Session,
    keep_id: UUID,
    other_id: UUID,
    *,
    takes_name: bool,
    takes_language: bool,
    actor: Actor,
    now: datetime,
) -> Donor:
    """Let `other_id` be a record of the donor `keep_id`, to whose address all mail goes from now.

    `takes_name`, `takes_language`: what stays is the other record's. Raises Denied; NotFound
    unless both are donors; Refused: `two_tax_ids` if each has a tax number of its
    own, `erasure_open` if one asked to be forgotten.
    """
    require(actor.may(Permission.MERGE_DONORS))
    keep, other = lock_two(session, keep_id, other_id)
    for donor in (keep, other):
        if queries.find_erasure_of(session, donor.id) is not None:
            raise Refused("erasure_open")
    _merge_tax_ids(session, keep, other)
    if takes_name and (name := open_person(session, other).name):
        keep_name(session, keep, name)
    if takes_language:
        keep.language = other.language
    other.merged_into_id = keep.id
    visits = update(PortalSession).where(PortalSession.donor_id == other.id)
    session.execute(visits.values(donor_id=keep.id))
    merged = DonorsMerged(
        keep.id,
        merged_id=other.id,
        name_of="merged" if takes_name else "kept",
        language_of="merged" if takes_language else "kept",
    )
    audit.record(session, merged, actor=actor, now=now)
    session.flush()
    session.expire(other)
    return keep


def keep_apart(
    session: Session, one_id: UUID, other_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """These two are alike and not one person: never propose them again. Raises Denied, NotFound."""
    require(actor.may(Permission.MERGE_DONORS))
    one, other = lock_two(session, *sorted((one_id, other_id)))
    row = insert(DonorApart).values(
        one_id=one.id, other_id=other.id, decided_by=actor.staff_id, decided_at=now
    )
    is_new = session.scalar(row.on_conflict_do_nothing().returning(DonorApart.one_id))
    if is_new is not None:
        event = DonorsKeptApart(one.id, other_id=other.id)
        audit.record(session, event, actor=actor, now=now)


def find_two(session: Session, *, email: str, other_email: str) -> tuple[UUID, UUID]:
    """The donors with these addresses. Raises Refused beside the field that nobody is found by."""
    found = []
    for field, address in (("email", email), ("other_email", other_email)):
        donor = find_by_index(session, index_of(address))
        if donor is None:
            raise Refused("donor_unknown", field=field)
        found.append(donor.id)
    if found[0] == found[1]:
        raise Refused("one_donor", field="other_email")
    return found[0], found[1]


def lock_two(session: Session, one_id: UUID, other_id: UUID) -> tuple[Donor, Donor]:
    """Two donors, ours until the transaction ends. Raises NotFound unless both stand alone."""
    rows = session.scalars(
        select(Donor)
        .where(
            Donor.id.in_((one_id, other_id)),
            Donor.merged_into_id.is_(None),
            Donor.erased_at.is_(None),
        )
        .order_by(Donor.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {donor.id: donor for donor in rows}
    if len(found) != 2:
        raise NotFound
    return found[one_id], found[other_id]


def _merge_tax_ids(session: Session, keep: Donor, other: Donor) -> None:
    """Raises Refused(`two_tax_ids`) if each gave with a number that the other never gave with."""
    kept, brought = (likeness.list_tax_marks(session, donor) for donor in (keep, other))
    if kept and brought and not kept & brought:
        raise Refused("two_tax_ids")
    own = open_of_donor(session, other)
    if own and not open_of_donor(session, keep):
        keep_with_donor(session, keep, own)


def mark_donors(session: Session) -> None:
    """Keep marks of donors who were there before marks were."""
    for donor in likeness.list_unmarked(session):
        likeness.mark(
            session,
            donor,
            email=open_address(session, donor),
            name=open_person(session, donor).name,
            tax_id=open_of_donor(session, donor),
        )
