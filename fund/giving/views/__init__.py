"""The pages of gifts: the donor's, and finance's."""

from fund.giving.views import (
    breakers,
    campaigns,
    checkout,
    edonation,
    erasure,
    frames,
    gate,
    give,
    keep,
    merging,
    my,
    newsletter,
    no_mail,
    pay,
    plans,
    staff,
    staff_plans,
    terms,
    ways,
)
from fund.giving.views.room import NAVIGATION as NAVIGATION
from fund.giving.views.room import blueprint as blueprint

__all__ = [
    "NAVIGATION",
    "blueprint",
    "breakers",
    "campaigns",
    "checkout",
    "edonation",
    "erasure",
    "frames",
    "gate",
    "give",
    "keep",
    "merging",
    "my",
    "newsletter",
    "no_mail",
    "pay",
    "plans",
    "staff",
    "staff_plans",
    "terms",
    "ways",
]
