"""Staff and their sign-in: the events that the log may hold."""

from dataclasses import dataclass
from uuid import UUID

from fund.audit.events.base import Event


@dataclass(frozen=True)
class StaffInvited(Event, subject="staff"):
    """An administrator invited somebody to these roles, or sent the letter again."""

    roles: tuple[str, ...]


@dataclass(frozen=True)
class StaffJoined(Event, subject="staff"):
    """The invitation was accepted: a password is set."""


@dataclass(frozen=True)
class StaffSignedIn(Event, subject="staff"):
    """Somebody signed in, with every factor that was asked for."""


@dataclass(frozen=True)
class StaffSignInRefused(Event, subject="staff"):
    """`reason`: password or code."""

    reason: str


@dataclass(frozen=True)
class StaffLocked(Event, subject="staff"):
    """After too many wrong guesses no sign-in is taken for so many seconds."""

    seconds: int


@dataclass(frozen=True)
class StaffUnlocked(Event, subject="staff"):
    """An idle session went on after the password was given again."""


@dataclass(frozen=True)
class StaffSignedOutEverywhere(Event, subject="staff"):
    """Every session of this person ended, on all devices."""


@dataclass(frozen=True)
class StaffPasswordChanged(Event, subject="staff"):
    """The person set a new password."""


@dataclass(frozen=True)
class StaffSecondFactorEnrolled(Event, subject="staff"):
    """From now on a code is asked for besides the password."""


@dataclass(frozen=True)
class StaffLanguageChosen(Event, subject="staff"):
    """Pages and mails speak this language to the person."""

    language: str


@dataclass(frozen=True)
class StaffTeamChanged(Event, subject="staff"):
    """The person works in another team; `supervisor_id` is empty for none."""

    supervisor_id: UUID | None


@dataclass(frozen=True)
class StaffRoleGiven(Event, subject="staff"):
    """An administrator gave the person a role."""

    role: str


@dataclass(frozen=True)
class StaffRoleTaken(Event, subject="staff"):
    """An administrator took a role from the person."""

    role: str
