"""What a donor asks for beside the gift itself."""

from dataclasses import dataclass
from uuid import UUID

from fund.money import Money


@dataclass(frozen=True)
class Dedication:
    """`kind`: honour or memory, of `honoured`; told by mail to `to_name` if there is an address."""

    kind: str
    honoured: str
    to_name: str = ""
    to_email: str = ""


@dataclass(frozen=True)
class Order:
    """Where the gift comes from, what is wished for, and what the page had shown by then.

    `method`: the way to pay, None for what comes first at the office. `office_code` and `total`
    are what the donor saw; None if they were shown none. `company`: on whose behalf, empty for a
    person. `note`: a word for the fund's finance people. `tax_id`: as it was typed, kept only where
    the receipt must say it.
    """

    country: str | None = None
    wants_tax_receipt: bool = False
    tax_id: str = ""
    method: str | None = None
    office_code: str | None = None
    covers_fee: bool = False
    total: Money | None = None
    company: str = ""
    note: str = ""
    is_anonymous: bool = True
    dedication: Dedication | None = None
    campaign_id: UUID | None = None


PLAIN = Order()
