"""Who works in the demo world: plainly invented people, one password, every role taken."""

from dataclasses import dataclass
from datetime import datetime

from fund.db import transaction
from fund.people import operations
from fund.permissions import SYSTEM, Role
from fund.sandbox.demo.world import World

PASSWORD = "practice only"  # noqa: S105 the practice world's, printed at every start
DOMAIN = "practice.example"


@dataclass(frozen=True)
class Member:
    """One of the cast; `key` is also the local part of the e-mail address."""

    key: str
    name: str
    role: Role
    supervisor: str | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


ADMINISTRATORS = (
    Member("admin", "Anong Demo-Administrator", Role.ADMINISTRATOR),
    Member("admin2", "Arthit Demo-Administrator", Role.ADMINISTRATOR),
)
STAFF = (
    Member("supervisor", "Suda Demo-Supervisor", Role.SUPERVISOR),
    Member("caseworker", "Kanya Demo-Caseworker", Role.CASEWORKER, "supervisor"),
    Member("caseworker2", "Krit Demo-Caseworker", Role.CASEWORKER, "supervisor"),
    Member("chair", "Chai Demo-Chair", Role.CHAIR),
    Member("member", "Malee Demo-Member", Role.COMMITTEE_MEMBER),
    Member("member2", "Manop Demo-Member", Role.COMMITTEE_MEMBER),
    Member("member3", "Mint Demo-Member", Role.COMMITTEE_MEMBER),
    Member("finance", "Fah Demo-Finance", Role.FINANCE_OFFICER),
    Member("treasurer", "Tida Demo-Treasurer", Role.TREASURER),
    Member("auditor", "Ubon Demo-Auditor", Role.AUDITOR),
    Member("dataprotection", "Dao Demo-Dataprotection", Role.DATA_PROTECTION),
)
CAST = STAFF + ADMINISTRATORS


def gather(world: World, at: datetime) -> None:
    """The first two administrators come by the command line, they invite all others."""
    for member in ADMINISTRATORS:
        _join(world, member, None, at)
    for member in STAFF:
        _join(world, member, "admin", at)


def _join(world: World, member: Member, inviter: str | None, at: datetime) -> None:
    actor = world.actor(inviter, at) if inviter else SYSTEM
    with transaction() as session:
        staff, token = operations.invite(
            session,
            name=member.name,
            email=member.email,
            language="en",
            roles=[member.role],
            actor=actor,
            now=at,
        )
        operations.accept_invitation(session, token, password=PASSWORD, now=at)
        if member.supervisor:
            supervisor_id = world.staff[member.supervisor]
            operations.put_in_team(session, staff, supervisor_id=supervisor_id, actor=actor, now=at)
        world.staff[member.key] = staff.id
