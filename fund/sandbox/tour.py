"""The tour: five steps through the fund, each done by the right people, and how far one is.

What is done is read from what the fund itself recorded since the tour began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from fund.applications.models import Application
from fund.awards.models import Acceptance, Evidence, Instalment
from fund.committee.models import Decision, Vote
from fund.disbursements.models import Run, RunApproval
from fund.giving.models import Gift, Receipt
from fund.i18n import N_
from fund.people.models import Staff
from fund.sandbox.demo import CAST
from fund.survivors.models import Attestation

EMAILS = {member.key: member.email for member in CAST}
ROLES = {member.key: member.role for member in CAST}


@dataclass(frozen=True)
class Act:
    """One thing to do. `who` is one of the cast, or None for a visitor; labels are msgids."""

    key: str
    label: str
    endpoint: str
    who: str | None = None


@dataclass(frozen=True)
class Step:
    """One of the five; done once its last act is. Title and text are msgids."""

    title: str
    text: str
    acts: tuple[Act, ...]


STEPS = (
    Step(
        N_("Give"),
        N_(
            "Give once, in any currency. The card 4242 4242 4242 4242 pays, with any date to come"
            " and any code; 4000 0000 0000 0002 is declined."
        ),
        (
            Act("give", N_("Give"), "giving.give"),
            Act("receipt", N_("Read the receipt"), "sandbox.mail_list"),
        ),
    ),
    Step(
        N_("Ask"),
        N_(
            "“Kite” is a new case: the supervisor attests it, then the caseworker asks for a school"
            " year. For “Yellow gate” consent was withdrawn, so that draft cannot be sent."
        ),
        (
            Act("attest", N_("Attest the record"), "survivors.case_list", "supervisor"),
            Act("ask", N_("File an application"), "applications.application_list", "caseworker"),
        ),
    ),
    Step(
        N_("Decide"),
        N_(
            "The committee reads need and plan, never a name. Each member declares, scores and"
            " votes; the last approval needed makes the award and reserves its money."
        ),
        (
            Act("vote", N_("Vote"), "committee.docket", "member"),
            Act("vote2", N_("Vote"), "committee.docket", "member2"),
            Act("vote3", N_("Vote"), "committee.docket", "chair"),
        ),
    ),
    Step(
        N_("Pay"),
        N_(
            "The family accepts, the school confirms, and four people let the money go: one"
            " prepares, the committee approves, finance sends, another finds it in the bank."
        ),
        (
            Act("accept", N_("Record the acceptance"), "awards.award_list", "caseworker"),
            Act("prepare", N_("Prepare a run"), "disbursements.run_list", "finance"),
            Act("approve", N_("Approve the run"), "disbursements.run_list", "member"),
            Act("send", N_("Send it"), "disbursements.run_list", "finance"),
            Act("confirm", N_("Find it in the bank"), "disbursements.run_list", "treasurer"),
            Act("evidence", N_("Attach the receipt"), "awards.award_list", "caseworker"),
        ),
    ),
    Step(
        N_("Check"),
        N_(
            "The auditor follows one award from application to receipt, sees every journal, and no"
            " identity. Each line carries a proof that anyone can verify."
        ),
        (
            Act("journals", N_("See the books"), "ledger.balances", "auditor"),
            Act("trail", N_("Follow an award"), "reports.trail", "auditor"),
        ),
    ),
)
ACTS: Mapping[str, Act] = {act.key: act for step in STEPS for act in step.acts}
# Reading leaves no mark in the books, so these count as done once they were opened from the tour.
OPENED_ONLY = frozenset({"journals", "trail"})


def done_since(session: Session, start: datetime) -> set[str]:
    """The keys of the acts that were done since then, in one statement."""
    facts = _facts(start)
    row = session.execute(select(*[fact.label(key) for key, fact in facts.items()])).one()
    return {key for key, is_done in row._mapping.items() if is_done}


def _facts(start: datetime) -> dict[str, Exists]:
    settled = Instalment.state.in_(("paid", "evidenced"))
    return {
        "give": exists().where(Gift.method == "checkout", Gift.paid_at >= start),
        "receipt": exists().where(Receipt.mailed_at >= start),
        "attest": exists().where(Attestation.attested_at >= start),
        "ask": exists().where(Application.submitted_at >= start),
        "vote": _voted("member", start),
        "vote2": _voted("member2", start),
        # The third vote is only needed for larger amounts.
        "vote3": exists().where(Decision.outcome == "approved", Decision.decided_at >= start),
        "accept": exists().where(Acceptance.accepted_at >= start),
        "prepare": exists().where(Run.prepared_at >= start),
        "approve": exists().where(RunApproval.approved_at >= start),
        "send": exists().where(Run.sent_at >= start),
        "confirm": exists().where(settled, Instalment.state_at >= start),
        "evidence": exists().where(Evidence.attached_at >= start),
    }


def _voted(who: str, start: datetime) -> Exists:
    voter = select(Staff.id).where(Staff.email == EMAILS[who]).scalar_subquery()
    return exists().where(Vote.cast_at >= start, Vote.member_id == voter)
