"""Lives that ended in different books once, as short as they could be told."""

import pytest

from fund.money import Money
from tests.settlement.histories.lives import Act, Gift, Life
from tests.settlement.histories.place import WORKS, Place

GIVEN = Gift(Money(50_00, "NZD"), "education", "4242424242424242")


@pytest.mark.parametrize("seed", range(8))
def test_a_dispute_won_after_it_was_lost_is_the_same_whenever_the_loss_is_heard(
    place: Place, seed: int
) -> None:
    acts = (Act("dispute", 0, 1), Act("close", 0, 2), Act("sweep", 0, 1), Act("close", 0, 1))
    place.check(Life((GIVEN,), (), (*acts, Act("sleep", 0, 1)), seed, (WORKS,) * 5))
