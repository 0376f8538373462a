"""Whatever happens to gifts and plans, and however we hear of it, the books end the same.

A life is lived once. It is told as it goes, in any order, with repeats and gaps, by workers that
end at any statement and any call; then the database is set back, and all of it is told at the end,
in order and once. FUND_LONG=10000 lives ten thousand of them.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings

from tests.settlement.histories.lives import Life, lives
from tests.settlement.histories.place import Place

PARTS = 4  # so that the processes of a run share them
EXAMPLES = int(os.environ.get("FUND_LONG", "200")) // PARTS


@pytest.mark.parametrize("part", range(PARTS))
def test_any_history_ends_in_the_same_books(place: Place, part: int) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
    )
    @given(life=lives)
    def check(life: Life) -> None:
        place.check(life)

    check()
