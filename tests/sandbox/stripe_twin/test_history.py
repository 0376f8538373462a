"""History for the demo world, payouts, and a clean end."""

import signal
import time

from tests.ports import NOBODY

from .fixtures import running_twin

DAY = 86_400


def _gifts(count, since):
    return [
        {
            "amount": 1000 + number,
            "currency": ["nzd", "usd", "jpy", "kwd"][number % 4] if number % 10 == 0 else "nzd",
            "created": since + number * DAY,
            "email": f"donor{number}@example.org",
            "card_country": "NZ",
            "metadata": {"gift_id": str(number)},
            "client_reference_id": f"gift-{number}",
            "description": "Gift to Education",
        }
        for number in range(count)
    ]


def test_seeded_gifts_are_complete_backdated_quiet_and_made_once(twin, api, receiver):
    since = int(time.time()) - 40 * DAY
    gifts = _gifts(30, since)
    sessions = twin.control("seed", gifts=gifts)["sessions"]
    assert [s["client_reference_id"] for s in sessions] == [f"gift-{n}" for n in range(30)]
    for gift, session in zip(gifts, sessions, strict=True):
        charge = session["payment_intent"]["latest_charge"]
        assert session["payment_status"] == "paid"
        assert session["metadata"] == charge["metadata"] == gift["metadata"]
        assert session["created"] == charge["created"] == gift["created"]
        assert charge["balance_transaction"]["available_on"] == gift["created"] + 2 * DAY
    again = twin.control("seed", gifts=gifts)["sessions"]
    assert [s["id"] for s in again] == [s["id"] for s in sessions]
    assert api.v1.events.list().data == []
    assert twin.deliveries() == receiver.taken == []


def test_seeded_payouts_carry_each_transaction_once(twin, api):
    now = int(time.time())
    twin.control("seed", gifts=_gifts(60, now - 70 * DAY))
    payouts = twin.control("seed_payouts", until=now)["payouts"]
    assert len(payouts) >= 8
    assert all(p["arrival_date"] == p["created"] + 2 * DAY for p in payouts)
    carried = []
    for payout in payouts:
        lines = api.v1.balance_transactions.list({"payout": payout["id"], "limit": 100}).data
        gifts = [line for line in lines if line.type == "charge"]
        assert sum(line.net for line in gifts) == payout["amount"]
        assert all(line.available_on <= payout["created"] for line in gifts)
        carried += [line.id for line in gifts]
    assert len(carried) == len(set(carried))
    left = api.v1.balance.retrieve().available[0].amount
    every = api.v1.balance_transactions.list({"limit": 100, "type": "charge"}).auto_paging_iter()
    assert left == sum(line.net for line in every) - sum(p["amount"] for p in payouts)
    assert twin.control("seed_payouts", until=now)["payouts"] == []


def test_a_failed_payout_is_paid_out_again(twin):
    twin.control("seed", gifts=_gifts(3, int(time.time()) - 9 * DAY))
    first = twin.control("payout")
    twin.control("payout_fail", payout=first["id"])
    second = twin.control("payout")
    assert second["amount"] == first["amount"]
    assert twin.control("arrive")["payouts"][0]["id"] == second["id"]


def test_it_ends_cleanly_within_two_seconds_and_finds_its_world_again(tmp_path):
    with running_twin(tmp_path, f"http://{NOBODY}") as twin:
        twin.control("seed", gifts=_gifts(2, 1_700_000_000))
        before = [c.id for c in twin.client().v1.charges.list().data]
        asked = time.monotonic()
        twin.process.send_signal(signal.SIGINT)
        assert twin.process.wait(timeout=5) == 0
        assert time.monotonic() - asked < 2
    with running_twin(tmp_path, f"http://{NOBODY}") as twin:
        assert [c.id for c in twin.client().v1.charges.list().data] == before
