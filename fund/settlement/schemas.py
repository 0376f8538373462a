"""What each command of this room takes."""

from fund.schemas import Code, CommandSchema, Day, Text
from fund.settlement.choices import NOTES, REFUND_REASONS, REPLAY_REASONS


class ArrivalSchema(CommandSchema):
    """The day on which the bank's statement shows a payout."""

    arrived_on = Day(required=True)


class RefundSchema(CommandSchema):
    """How much of a gift goes back, in its own currency as a person writes it, and why."""

    amount = Text(required=True, longest=30)
    reason = Code(REFUND_REASONS, required=True)


class RefundLimitSchema(CommandSchema):
    """How much one person may give back alone, in the office's currency."""

    alone = Text(required=True, longest=30)


class DisputeNoteSchema(CommandSchema):
    """What finance did about a dispute."""

    noted_as = Code(NOTES, required=True)


class ReplaySchema(CommandSchema):
    """Why an event that is done is looked at again."""

    reason = Code(REPLAY_REASONS, required=True)


class RetrySchema(CommandSchema):
    """The reason for which events failed, by its code."""

    error = Text(longest=100, required=True)
