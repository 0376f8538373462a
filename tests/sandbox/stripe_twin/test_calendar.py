"""Billing days: whole months from the anchor, and the last day where a month lacks it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fund.sandbox.stripe_twin.billing.calendar import boundary, earlier

MOMENTS = st.integers(1_500_000_000, 2_500_000_000)
RECURRING = st.fixed_dictionaries(
    {
        "interval": st.sampled_from(["day", "week", "month", "year"]),
        "interval_count": st.integers(1, 12),
    }
)


@given(MOMENTS, RECURRING, MOMENTS)
def test_the_next_boundary_is_the_first_one_later(anchor, recurring, after):
    after = max(anchor, after)
    ends = boundary(anchor, recurring, after)
    assert ends > after
    assert earlier(ends, recurring) <= after
    assert boundary(anchor, recurring, ends - 1) == ends


@given(MOMENTS, st.integers(0, 60))
def test_months_keep_the_day_and_the_time_of_the_anchor(anchor, months):
    moment = anchor
    for _ in range(months):
        moment = boundary(anchor, {"interval": "month", "interval_count": 1}, moment)
    start, end = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(moment, UTC)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.time() == start.time()
    assert end.day == start.day or (end.day < start.day and end.day >= 28)
