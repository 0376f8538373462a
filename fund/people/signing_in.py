"""Signing in: a password, then a one-time code (TOTP, RFC 6238), each guess counted.

A wrong guess must leave its mark, so these answer None instead of raising: an error would roll the
count back. Whether the e-mail is unknown, the password wrong or the account resting, the answer
is the same and takes as long.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import crypto, keys
from fund.audit import operations as audit
from fund.audit.events import (
    StaffLocked,
    StaffPasswordChanged,
    StaffSecondFactorEnrolled,
    StaffSignedIn,
    StaffSignedOutEverywhere,
    StaffSignInRefused,
    StaffUnlocked,
)
from fund.errors import Refused
from fund.people import passwords
from fund.people.models import Staff
from fund.permissions import ANONYMOUS

FREE_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
STEP_SECONDS = 30  # of a one-time code; the one before and the one after are taken too
ISSUER = "LIFT Life Fund"


def check_password(session: Session, *, email: str, password: str, now: datetime) -> Staff | None:
    """The active staff member with this e-mail and password, else None."""
    # Locked, so that guesses made at once are counted one after the other.
    found = session.scalar(
        select(Staff).where(Staff.email == email.strip().lower()).with_for_update()
    )
    staff = found if found is not None and found.state == "active" else None
    return staff if _takes_password(session, staff, password, now=now) else None


def check_code(session: Session, staff_id: UUID, code: str, *, now: datetime) -> Staff | None:
    """The staff member, if `code` is a fresh one of their second factor, else None."""
    staff = session.get_one(Staff, staff_id, with_for_update=True)
    if staff.state != "active" or _is_resting(staff, now):
        return None
    if not _takes_code(session, staff, code, now=now):
        _count_failure(session, staff, "code", now=now)
        return None
    return staff


def note_signed_in(session: Session, staff: Staff, *, now: datetime) -> None:
    """Record a whole sign-in; only that makes earlier wrong guesses forgotten."""
    staff.failed_attempts, staff.locked_until = 0, None
    audit.record(session, StaffSignedIn(subject_id=staff.id), actor=staff.actor_at(now), now=now)


def unlock(
    session: Session, staff_id: UUID, *, password: str, code: str | None, now: datetime
) -> bool:
    """Whether an idle session may go on: the password, and after a long time a code (`code`)."""
    staff = session.get_one(Staff, staff_id, with_for_update=True)
    if not _takes_password(session, staff, password, now=now):
        return False
    if code is not None and not _takes_code(session, staff, code, now=now):
        _count_failure(session, staff, "code", now=now)
        return False
    staff.failed_attempts, staff.locked_until = 0, None
    actor = staff.actor_at(now)
    audit.record(session, StaffUnlocked(subject_id=staff.id), actor=actor, now=now)
    return True


def change_password(
    session: Session, staff: Staff, *, present: str, password: str, now: datetime
) -> bool:
    """Set a new password and end every session; False (and counted) if `present` is wrong.

    Raises Refused if the new one is too weak.
    """
    passwords.check_strength(password, name=staff.name, email=staff.email)
    if not _takes_password(session, staff, present, now=now):
        return False
    staff.password_hash = passwords.hash_password(password)
    staff.session_epoch += 1
    actor = staff.actor_at(now)
    audit.record(session, StaffPasswordChanged(subject_id=staff.id), actor=actor, now=now)
    return True


@dataclass(frozen=True)
class Offer:
    """A second factor not yet taken: its base32 secret, and the same sealed for the form.

    So nothing is stored until a code proves that the app has it.
    """

    secret: str
    sealed: str


def offer_second_factor(session: Session, staff: Staff, sealed: str | None = None) -> Offer:
    """A new secret, or the one in `sealed` again (after a code that did not fit)."""
    secret = _open_offer(session, staff, sealed) if sealed else None
    if secret is None:
        secret = pyotp.random_base32()
    closed = keys.seal(session, staff.key_id, secret, context=_offer_context(staff))
    return Offer(secret, base64.urlsafe_b64encode(closed).decode())


def provisioning_uri(staff: Staff, secret: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=ISSUER)


def enrol_second_factor(
    session: Session, staff: Staff, *, offer: str, code: str, now: datetime
) -> None:
    """Ask for codes of the offered secret from now on, and end every other session.

    Raises Refused if there is one already, or unless `code` shows that the app has the secret.
    """
    if staff.has_second_factor:
        raise Refused("second_factor_present")
    secret = _open_offer(session, staff, offer)
    counter = matching_counter(secret, code, now=now, after=None) if secret else None
    if secret is None or counter is None:
        raise Refused("wrong_code", field="code")
    staff.sealed_totp = keys.seal(session, staff.key_id, secret, context=staff.totp_context)
    staff.totp_enrolled_at, staff.totp_last_counter = now, counter
    staff.session_epoch += 1
    actor = staff.actor_at(now)
    audit.record(session, StaffSecondFactorEnrolled(subject_id=staff.id), actor=actor, now=now)


def sign_out_everywhere(session: Session, staff: Staff, *, now: datetime) -> None:
    """End every session of this person, on every device."""
    staff.session_epoch += 1
    actor = staff.actor_at(now)
    audit.record(session, StaffSignedOutEverywhere(subject_id=staff.id), actor=actor, now=now)


def matching_counter(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The 30-second step of which `code` is the code, if it is later than `after`."""
    typed = code.replace(" ", "").strip()
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for counter in (present - 1, present, present + 1):
        fresh = after is None or counter > after
        if fresh and hmac.compare_digest(totp.generate_otp(counter).encode(), typed.encode()):
            return counter
    return None


def _open_offer(session: Session, staff: Staff, sealed: str) -> str | None:
    try:
        closed = base64.urlsafe_b64decode(sealed)
        return keys.unseal(session, staff.key_id, closed, context=_offer_context(staff))
    except (ValueError, crypto.Unreadable):
        return None


def _offer_context(staff: Staff) -> str:
    return f"staff.second_factor_offer:{staff.id}"


def _takes_password(session: Session, staff: Staff | None, password: str, *, now: datetime) -> bool:
    matches = passwords.verify(staff.password_hash if staff else None, password)
    if staff is None or staff.password_hash is None or _is_resting(staff, now):
        return False
    if not matches:
        _count_failure(session, staff, "password", now=now)
    elif passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hash_password(password)
    return matches


def _takes_code(session: Session, staff: Staff, code: str, *, now: datetime) -> bool:
    if staff.sealed_totp is None:
        return False
    secret = keys.unseal(session, staff.key_id, staff.sealed_totp, context=staff.totp_context)
    counter = matching_counter(secret, code, now=now, after=staff.totp_last_counter)
    if counter is not None:
        staff.totp_last_counter = counter
    return counter is not None


def _is_resting(staff: Staff, now: datetime) -> bool:
    return staff.locked_until is not None and now < staff.locked_until


def _count_failure(session: Session, staff: Staff, reason: str, *, now: datetime) -> None:
    staff.failed_attempts += 1
    refused = StaffSignInRefused(subject_id=staff.id, reason=reason)
    audit.record(session, refused, actor=ANONYMOUS, now=now)
    beyond = staff.failed_attempts - FREE_TRIES
    if beyond >= 0:
        pause = min(FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE)
        staff.locked_until = now + pause
        event = StaffLocked(subject_id=staff.id, seconds=int(pause.total_seconds()))
        audit.record(session, event, actor=ANONYMOUS, now=now)
