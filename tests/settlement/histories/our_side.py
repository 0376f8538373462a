"""The part of a life that is asked of us: donors change plans and look, finance gives back."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fund.db import reading, transaction
from fund.errors import Refused, Unavailable
from fund.gateways import stripe
from fund.giving import operations as giving
from fund.giving import payments, plans
from fund.giving.models import Gift, Plan, PlanChange
from fund.money import Money
from fund.permissions import SYSTEM, Actor
from fund.settlement import operations
from fund.settlement.models import Refund
from tests.settlement.histories.lives import Act
from tests.settlement.histories.telling import Service


class OurSide:
    """The pages that are open to donors and finance; `two` are who gives back, and who agrees."""

    def __init__(self, service: Service, two: tuple[Actor, Actor]) -> None:
        self.service = service
        self.one, self.other = two
        self._answers: list[payments.StripePayment] = []

    def do(self, act: Act) -> None:
        """Let it be asked; what we refuse is not done."""
        try:
            match act.kind:
                case "look":
                    self._look(act)
                case "sweep":
                    operations.sweep("nz", now=self.service.now)
                case "give_back":
                    self._give_back(act)
                case kind if kind in _AFTER:
                    self._change(act)
        except Refused:
            pass

    def hear_old_answers(self) -> None:
        """Whatever Stripe answered a page long ago arrives at last."""
        for answer in self._answers:
            with transaction() as session:
                giving.apply_payment(session, answer, now=self.service.now)
        self._answers = []

    def _look(self, act: Act) -> None:
        """The thanks page asks Stripe, and has its answer at once or after whatever comes next."""
        with reading() as session:
            asked = select(Gift).where(Gift.stripe_session_id.is_not(None), Gift.state != "paid")
            gifts = session.scalars(asked.order_by(Gift.id)).all()
        if gifts:
            gift = gifts[act.which % len(gifts)]
            doc = stripe.retrieve_session("nz", str(gift.stripe_session_id))
            payment = payments.from_session(doc)
            if payment is not None:
                self._answers.append(payment)
        if act.part < 3:
            self.hear_old_answers()

    def _give_back(self, act: Act) -> None:
        with transaction() as session:
            paid = select(Gift).where(Gift.stripe_payment_intent_id.is_not(None))
            gifts = session.scalars(paid.where(Gift.state == "paid").order_by(Gift.id)).all()
            if not gifts:
                return
            gift, now = gifts[act.which % len(gifts)], self.service.now
            refund = operations.ask_refund(
                session,
                gift.id,
                amount=Money(max(gift.amount_minor // act.part, 1), gift.currency),
                reason="requested_by_customer",
                actor=self.one,
                now=now,
            )
            operations.approve_refund(session, refund.id, actor=self.other, now=now)

    def _change(self, act: Act) -> None:
        with transaction() as session:
            plan = session.scalars(select(Plan)).first()
            if plan is not None:
                after = _AFTER[act.kind](plan, act)
                plans.ask_change(
                    session, plan.id, kind=act.kind, after=after, actor=SYSTEM, now=self.service.now
                )


_AFTER: dict[str, Any] = {
    "amount": lambda plan, act: {"amount_minor": plan.amount_minor + act.part * 1000},
    "fund": lambda _, act: {"fund": ("general", "education")[act.part % 2]},
    "day": lambda _, act: {"day": 1 + 7 * act.which},
    "pause": lambda *_: {},
    "resume": lambda *_: {},
    "skip": lambda *_: {},
    "stop": lambda *_: {},
}


def do_jobs(service: Service) -> None:
    """What waits to be told to Stripe, as the worker's jobs do it."""
    with reading() as session:
        changes = session.scalars(select(PlanChange.id).where(PlanChange.state == "asked")).all()
        wanted = Refund.state.in_(["approved", "sending"])
        refunds = session.scalars(select(Refund.id).where(wanted)).all()
    for change_id in changes:
        _try(lambda id_: plans.make_change(id_, now=service.now), change_id)
    for refund_id in refunds:
        _try(lambda id_: operations.send_refund(str(id_)), refund_id)


def _try(job: Any, id_: UUID) -> None:
    with suppress(Unavailable, Refused):  # a job that fails is tried again
        job(id_)
