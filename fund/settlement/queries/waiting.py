"""What waits for finance."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fund import clock
from fund.giving.queries import count_strays, count_to_watch, list_open_breakers
from fund.i18n import N_
from fund.permissions import Actor, Permission
from fund.settlement.queries.doubts import list_open_alerts, list_to_answer
from fund.settlement.queries.inbox import list_failed, list_unheard
from fund.settlement.queries.lines import count_to_look_at, list_on_the_way
from fund.settlement.queries.refunds import list_open_refunds
from fund.waiting import Waiting

# Stripe is told again and again by itself; beyond this somebody should look.
PATIENCE = timedelta(hours=2)


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Events that failed and money that is not in the books."""
    if not actor.may(Permission.READ_SETTLEMENT):
        return []
    waiting = []
    failed, unclassified = len(list_failed(session)), count_to_look_at(session, now=now)
    if failed and actor.may(Permission.WORK_SETTLEMENT):
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Events that failed: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Look at them"),
                due_on=clock.bangkok_day(now),
                params={"count": failed},
            )
        )
    if actor.may(Permission.WORK_SETTLEMENT):
        waiting += [
            Waiting(
                section=N_("Stripe"),
                title=N_("Stripe sent nothing for hours although people give: %(office)s"),
                endpoint="settlement.inbox",
                action=N_("Look at the webhook"),
                due_on=clock.bangkok_day(now),
                params={"office": office.legal_name},
            )
            for office in list_unheard(session, now=now)
        ]
        waiting += [
            Waiting(
                section=N_("Stripe"),
                title=N_("Cards are being tried out; donors are asked for more: %(office)s"),
                endpoint="giving.breaker_list",
                action=N_("Look at the gate"),
                due_on=clock.bangkok_day(now),
                params={"office": office.legal_name},
            )
            for office in list_open_breakers(session)
        ]
        waiting += _list_stops(session, now=now)
    on_the_way = len(list_on_the_way(session)) if actor.may(Permission.CONFIRM_PAYMENTS) else 0
    if on_the_way:
        waiting.append(
            Waiting(
                section=N_("Find in the bank's statement"),
                title=N_("Payouts from Stripe: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Confirm"),
                params={"count": on_the_way},
            )
        )
    waiting += _refunds(session, actor)
    if actor.may(Permission.WORK_ALERTS):
        waiting += _doubts(session)
    if unclassified:
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Lines of the balance that are not in the books: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Look at them"),
                due_on=clock.bangkok_day(now),
                params={"count": unclassified},
            )
        )
    return waiting


def _refunds(session: Session, actor: Actor) -> list[Waiting]:
    waiting = []
    refunds = list_open_refunds(session)
    mine = sum(
        refund.state == "asked"
        and actor.may(Permission.APPROVE_REFUNDS)
        and actor.id != refund.asked_by
        for refund in refunds
    )
    if mine:
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Refunds to decide: %(count)s"),
                endpoint="settlement.refund_list",
                action=N_("Decide"),
                params={"count": mine},
            )
        )
    back = sum(refund.state in ("failed", "canceled") for refund in refunds)
    if back and actor.may(Permission.ASK_REFUNDS):
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Refunds that came back, to give another way: %(count)s"),
                endpoint="settlement.refund_list",
                action=N_("Look at them"),
                params={"count": back},
            )
        )
    return waiting


def _doubts(session: Session) -> list[Waiting]:
    waiting = []
    disputes, alerts = list_to_answer(session), list_open_alerts(session)
    if disputes:
        due = [row.dispute.evidence_due_at for row in disputes if row.dispute.evidence_due_at]
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Disputes to answer: %(count)s"),
                endpoint="settlement.dispute_list",
                action=N_("Look at them"),
                due_on=clock.bangkok_day(min(due)) if due else None,
                params={"count": len(disputes)},
            )
        )
    strays = count_strays(session)
    if strays:
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Unknown subscriptions to see to: %(count)s"),
                endpoint="settlement.stray_list",
                action=N_("Look at them"),
                params={"count": strays},
            )
        )
    if alerts:
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Risky gifts to look at: %(count)s"),
                endpoint="settlement.dispute_list",
                action=N_("Look at them"),
                params={"count": len(alerts)},
            )
        )
    return waiting


def _list_stops(session: Session, *, now: datetime) -> list[Waiting]:
    """Regular gifts that somebody stopped, and Stripe may still charge."""
    return [
        Waiting(
            section=N_("Stripe"),
            title=N_("Regular gifts that Stripe has not stopped yet: %(count)s"),
            endpoint="giving.plan_list",
            values={"state": row.state},
            action=N_("Look at them"),
            due_on=clock.bangkok_day(now),
            params={"count": row.count},
        )
        for row in count_to_watch(session)
        if row.state == "stopping" and row.since is not None and row.since < now - PATIENCE
    ]
