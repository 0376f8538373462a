"""Who may do what: pure data. Object rules (`can_<verb>(actor, thing)`) live in the features.

Every permission is `<verb>_<object>`; a role is a seat in the fund's work (see the roles page in
docs/guide). `tests/access_matrix.py` is written apart from this table, by hand, on purpose.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """A seat; what it may do is in `ROLE_PERMISSIONS`."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    COMMITTEE_MEMBER = "committee_member"
    CHAIR = "chair"
    FINANCE_OFFICER = "finance_officer"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    DATA_PROTECTION = "data_protection"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a page asks of its reader, `<verb>_<object>`."""

    USE_STAFF_PAGES = "use_staff_pages"
    READ_CASES = "read_cases"  # the list and the record; identity needs assignment besides
    ADD_CASES = "add_cases"
    ATTEST_CASES = "attest_cases"
    ASSIGN_CASES = "assign_cases"
    RECORD_CONSENT = "record_consent"
    WRITE_APPLICATIONS = "write_applications"
    READ_APPLICATIONS = "read_applications"
    READ_DOCKET = "read_docket"
    VOTE = "vote"
    READ_POLICY = "read_policy"
    READ_AWARDS = "read_awards"
    RECORD_ACCEPTANCE = "record_acceptance"
    CONFIRM_CONDITIONS = "confirm_conditions"
    ATTACH_EVIDENCE = "attach_evidence"
    READ_PAYEES = "read_payees"
    WRITE_PAYEES = "write_payees"
    CHECK_PAYEES = "check_payees"
    READ_RUNS = "read_runs"
    PREPARE_RUNS = "prepare_runs"
    APPROVE_RUNS = "approve_runs"
    SEND_RUNS = "send_runs"
    CONFIRM_PAYMENTS = "confirm_payments"
    READ_LEDGER = "read_ledger"
    WRITE_FUNDS = "write_funds"
    CLOSE_PERIODS = "close_periods"
    PROPOSE_ENTRIES = "propose_entries"
    APPROVE_ENTRIES = "approve_entries"  # never one's own
    READ_ENTRY_PAPERS = "read_entry_papers"  # a bank slip may name whom it paid
    WRITE_RATES = "write_rates"
    READ_GIFTS = "read_gifts"
    RECORD_GIFTS = "record_gifts"
    EXPORT_DONORS = "export_donors"  # names and tax numbers, for the Revenue Department
    MERGE_DONORS = "merge_donors"
    DECIDE_ERASURE = "decide_erasure"  # of donors; sees no name
    WRITE_CAMPAIGNS = "write_campaigns"
    WRITE_TERMS = "write_terms"  # which receipts an office gives, who signs them, ways to pay
    APPROVE_BILLERS = "approve_billers"  # whose bank a PromptPay QR code names; never one's own
    READ_SETTLEMENT = "read_settlement"
    WORK_SETTLEMENT = "work_settlement"
    ASK_REFUNDS = "ask_refunds"
    APPROVE_REFUNDS = "approve_refunds"  # never one's own
    WORK_ALERTS = "work_alerts"  # disputes, warnings of fraud, reviews
    SET_REFUND_LIMIT = "set_refund_limit"  # never who asks for refunds
    IMPORT_STATEMENTS = "import_statements"
    MATCH_LINES = "match_lines"
    EXPLAIN_DIFFERENCES = "explain_differences"
    READ_BANK_TEXTS = "read_bank_texts"  # names of payers and payees; each look is recorded
    READ_TRAIL = "read_trail"
    EXPORT_LOG = "export_log"
    READ_LOOKS = "read_looks"  # who looked at which case; never who the survivor is
    MANAGE_STAFF = "manage_staff"


_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CASEWORKER: frozenset(
        {
            _P.READ_CASES,
            _P.ADD_CASES,
            _P.ATTEST_CASES,
            _P.RECORD_CONSENT,
            _P.WRITE_APPLICATIONS,
            _P.READ_APPLICATIONS,
            _P.READ_AWARDS,
            _P.RECORD_ACCEPTANCE,
            _P.CONFIRM_CONDITIONS,
            _P.ATTACH_EVIDENCE,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            _P.READ_CASES,
            _P.ADD_CASES,
            _P.ATTEST_CASES,
            _P.ASSIGN_CASES,
            _P.RECORD_CONSENT,
            _P.READ_APPLICATIONS,
            _P.READ_AWARDS,
            _P.RECORD_ACCEPTANCE,
            _P.CONFIRM_CONDITIONS,
            _P.ATTACH_EVIDENCE,
        }
    ),
    Role.COMMITTEE_MEMBER: frozenset(
        {_P.READ_DOCKET, _P.VOTE, _P.READ_POLICY, _P.READ_AWARDS, _P.READ_RUNS, _P.APPROVE_RUNS}
    ),
    Role.CHAIR: frozenset(
        {_P.READ_DOCKET, _P.VOTE, _P.READ_POLICY, _P.READ_AWARDS, _P.READ_RUNS, _P.APPROVE_RUNS}
    ),
    Role.FINANCE_OFFICER: frozenset(
        {
            _P.READ_AWARDS,
            _P.READ_PAYEES,
            _P.WRITE_PAYEES,
            _P.READ_RUNS,
            _P.PREPARE_RUNS,
            _P.SEND_RUNS,
            _P.READ_LEDGER,
            _P.WRITE_FUNDS,
            _P.CLOSE_PERIODS,
            _P.PROPOSE_ENTRIES,
            _P.APPROVE_ENTRIES,
            _P.READ_ENTRY_PAPERS,
            _P.WRITE_RATES,
            _P.READ_GIFTS,
            _P.RECORD_GIFTS,
            _P.EXPORT_DONORS,
            _P.MERGE_DONORS,
            _P.WRITE_CAMPAIGNS,
            _P.WRITE_TERMS,
            _P.READ_SETTLEMENT,
            _P.WORK_SETTLEMENT,
            _P.ASK_REFUNDS,
            _P.WORK_ALERTS,
            _P.APPROVE_REFUNDS,
            _P.IMPORT_STATEMENTS,
            _P.READ_BANK_TEXTS,
            _P.READ_POLICY,
        }
    ),
    Role.TREASURER: frozenset(
        {
            _P.READ_AWARDS,
            _P.READ_PAYEES,
            _P.CHECK_PAYEES,
            _P.READ_RUNS,
            _P.CONFIRM_PAYMENTS,
            _P.READ_LEDGER,
            _P.PROPOSE_ENTRIES,
            _P.APPROVE_ENTRIES,
            _P.READ_ENTRY_PAPERS,
            _P.READ_GIFTS,
            _P.APPROVE_BILLERS,
            _P.APPROVE_REFUNDS,
            _P.SET_REFUND_LIMIT,
            _P.READ_SETTLEMENT,
            _P.IMPORT_STATEMENTS,
            _P.MATCH_LINES,
            _P.EXPLAIN_DIFFERENCES,
            _P.READ_BANK_TEXTS,
            _P.READ_POLICY,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _P.READ_AWARDS,
            _P.READ_RUNS,
            _P.READ_LEDGER,
            _P.READ_GIFTS,
            _P.READ_SETTLEMENT,
            _P.READ_TRAIL,
            _P.EXPORT_LOG,
            _P.READ_LOOKS,
            _P.READ_POLICY,
        }
    ),
    Role.DATA_PROTECTION: frozenset({_P.READ_LOOKS, _P.DECIDE_ERASURE}),
    Role.ADMINISTRATOR: frozenset({_P.MANAGE_STAFF, _P.READ_POLICY}),
}


@dataclass(frozen=True)
class Actor:
    """Who acts in an operation. `kind` is `staff`, `donor`, `system` or `anonymous`."""

    kind: str
    id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        granted = {p for role in self.roles for p in ROLE_PERMISSIONS[role]}
        if self.kind == "staff":
            granted.add(Permission.USE_STAFF_PAGES)
        object.__setattr__(self, "permissions", frozenset(granted))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def staff_id(self) -> UUID:
        """The staff member's id. Raises TypeError for anybody else: only staff sign things."""
        if self.kind != "staff" or self.id is None:
            raise TypeError(f"{self.label} is not a staff member")
        return self.id

    @property
    def donor_id(self) -> UUID:
        """The donor's id. Raises TypeError for anybody else."""
        if self.kind != "donor" or self.id is None:
            raise TypeError(f"{self.label} is not a donor")
        return self.id

    @property
    def label(self) -> str:
        """How the audit log and the journals name this actor, e.g. `staff:0192…`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system")
ANONYMOUS = Actor("anonymous")
