"""What the give page offers, and the limits of one gift. Data, not rules."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fund.i18n import N_
from fund.ledger.models import Fund, Office
from fund.money import CURRENCIES, THB, Money

# What is offered to who gives once, each month, each year: three things, smallest first.
PAYS_FOR: dict[str, tuple[str, str, str]] = {
    "once": (
        N_("bus fares to school for a month"),
        N_("books and uniform for a term"),
        N_("a month of vocational training"),
    ),
    "month": (
        N_("exercise books and pens, month by month"),
        N_("bus fares to school, month by month"),
        N_("lunches at school, month by month"),
    ),
    "year": (
        N_("books and uniform for two terms"),
        N_("bus fares for a school year"),
        N_("three months of vocational training"),
    ),
}
# The same things in each currency, in figures that people there give.
PRESETS: dict[str, dict[str, tuple[int, int, int]]] = {
    "once": {
        "THB": (500_00, 1_500_00, 4_000_00),
        "USD": (15_00, 45_00, 120_00),
        "EUR": (15_00, 40_00, 110_00),
        "GBP": (12_00, 35_00, 95_00),
        "AUD": (25_00, 70_00, 190_00),
        "NZD": (25_00, 75_00, 200_00),
        "SGD": (20_00, 60_00, 160_00),
        "JPY": (2_500, 7_000, 19_000),
        "KWD": (5_000, 14_000, 38_000),
    },
    "month": {
        "THB": (250_00, 500_00, 1_000_00),
        "USD": (8_00, 15_00, 30_00),
        "EUR": (7_00, 15_00, 28_00),
        "GBP": (6_00, 12_00, 24_00),
        "AUD": (12_00, 25_00, 48_00),
        "NZD": (12_00, 25_00, 50_00),
        "SGD": (10_00, 20_00, 40_00),
        "JPY": (1_200, 2_500, 5_000),
        "KWD": (2_500, 5_000, 9_500),
    },
    "year": {
        "THB": (3_000_00, 6_000_00, 12_000_00),
        "USD": (90_00, 180_00, 360_00),
        "EUR": (80_00, 160_00, 320_00),
        "GBP": (70_00, 140_00, 280_00),
        "AUD": (140_00, 280_00, 560_00),
        "NZD": (150_00, 300_00, 600_00),
        "SGD": (120_00, 240_00, 480_00),
        "JPY": (14_000, 28_000, 57_000),
        "KWD": (28_000, 56_000, 112_000),
    },
}

# The most that one gift may be online: about as much in each currency, and below what Stripe
# takes (eight digits). A guard against slips, not a rate: larger gifts go to the bank.
MOST_MINOR: dict[str, int] = {
    "THB": 900_000_00,
    "USD": 27_000_00,
    "EUR": 24_000_00,
    "GBP": 21_000_00,
    "AUD": 42_000_00,
    "NZD": 46_000_00,
    "SGD": 36_000_00,
    "JPY": 4_300_000,
    "KWD": 8_400_000,
}

# How long a PromptPay code is shown; who pays it later is found by its reference all the same.
PROMPTPAY_WAIT = timedelta(days=7)
# A pledge's code, until the month is let go; and after which days without it we ask again.
PLEDGE_WAIT = timedelta(days=21)
PLEDGE_REMINDERS = {"reminded": timedelta(days=5), "reminded_again": timedelta(days=12)}


def promptpay_wait(plan_id: UUID | None) -> timedelta:
    """How long the code of a gift is shown, if it is of this pledge, or of none."""
    return PROMPTPAY_WAIT if plan_id is None else PLEDGE_WAIT


CURRENCY_NAMES: dict[str, str] = {
    "THB": N_("Thai baht"),
    "USD": N_("US dollar"),
    "EUR": N_("euro"),
    "GBP": N_("British pound"),
    "AUD": N_("Australian dollar"),
    "NZD": N_("New Zealand dollar"),
    "SGD": N_("Singapore dollar"),
    "JPY": N_("Japanese yen"),
    "KWD": N_("Kuwaiti dinar"),
}


# Offered first to who reads this language; every currency can be chosen.
CURRENCY_OF_LANGUAGE = {"th": "THB", "en": "NZD"}


@dataclass(frozen=True)
class Preset:
    """An amount on offer and what it pays for (a msgid)."""

    amount: Money
    pays_for: str


def list_presets(currency: str, frequency: str) -> list[Preset]:
    """What is offered in `currency` to who gives that often, smallest first."""
    return [
        Preset(Money(minor, currency), thing)
        for minor, thing in zip(PRESETS[frequency][currency], PAYS_FOR[frequency], strict=True)
    ]


def least(currency: str, office: Office | None) -> Money:
    """The least that `office` can be given in `currency`.

    Stripe wants its minimum of the charge, and of what the office settles too, as "Minimum and
    maximum charge amounts" says. That one is turned into `currency` as `MOST_MINOR` is, a quarter
    more for a rate that moved, and up to a whole unit.
    """
    minimum = CURRENCIES[currency].minimum_minor
    if office is not None and office.currency != currency:
        settled, unit = (
            CURRENCIES[office.currency].minimum_minor,
            10 ** CURRENCIES[currency].exponent,
        )
        needed, of = 5 * settled * MOST_MINOR[currency], 4 * MOST_MINOR[office.currency]
        if needed > minimum * of:
            minimum = -(-needed // (of * unit)) * unit
    return Money(minimum, currency)


def most(fund: Fund, currency: str) -> Money:
    """The most that one gift to `fund` may be: the fund's own cap, kept in THB, or ours.

    In another currency a fund's cap is as much of `MOST_MINOR` as it is in THB.
    """
    limit = MOST_MINOR[currency]
    if fund.gift_cap_minor is not None:
        share = fund.gift_cap_minor * limit // MOST_MINOR[THB]
        limit = min(limit, share - share % CURRENCIES[currency].step_minor)
    return Money(limit, currency)


# A donor's own pages: how long a mailed link opens them, how long a visit lasts, and rests.
LINK_PURPOSE = "giving.portal"
LINK_LIFE = timedelta(minutes=15)
VISIT, IDLE = timedelta(hours=8), timedelta(minutes=30)

# The newsletter: what its mail's link is for, and which text the give page shows beside the box.
NEWSLETTER_PURPOSE = "giving.newsletter"
NEWSLETTER_WORDING = "newsletter-1"
