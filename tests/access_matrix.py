"""Who may do what, by hand and apart from `fund/permissions.py`: two opinions that must agree.

Letters: c caseworker, s supervisor, m committee member, h chair, f finance officer, t treasurer,
u auditor, d data-protection contact, a administrator. `*` is everyone, signed in or not.
"""

from fund.permissions import Role

LETTERS = {
    Role.CASEWORKER: "c",
    Role.SUPERVISOR: "s",
    Role.COMMITTEE_MEMBER: "m",
    Role.CHAIR: "h",
    Role.FINANCE_OFFICER: "f",
    Role.TREASURER: "t",
    Role.AUDITOR: "u",
    Role.DATA_PROTECTION: "d",
    Role.ADMINISTRATOR: "a",
}
EVERYONE = "*"
STAFF = "csmhftuda"

MATRIX: dict[str, str] = {
    "GET static": EVERYONE,
    "GET bootstrap.static": EVERYONE,
    "GET health.healthz": EVERYONE,
    "GET health.readyz": EVERYONE,
    "GET health.metrics": EVERYONE,
}
