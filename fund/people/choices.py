"""What this room's roles and states are called."""

from fund.i18n import N_
from fund.permissions import Role

ROLE_NAMES: dict[str, str] = {
    Role.CASEWORKER: N_("Caseworker"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.COMMITTEE_MEMBER: N_("Committee member"),
    Role.CHAIR: N_("Chair"),
    Role.FINANCE_OFFICER: N_("Finance officer"),
    Role.TREASURER: N_("Treasurer"),
    Role.AUDITOR: N_("Auditor"),
    Role.DATA_PROTECTION: N_("Data-protection contact"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

STATE_NAMES: dict[str, str] = {
    "invited": N_("Invited"),
    "active": N_("Active"),
    "left": N_("Left"),
}
