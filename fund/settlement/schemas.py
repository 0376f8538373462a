"""What each command of this room takes."""

from fund.schemas import CommandSchema, Day


class ArrivalSchema(CommandSchema):
    """The day on which the bank's statement shows a payout."""

    arrived_on = Day(required=True)
