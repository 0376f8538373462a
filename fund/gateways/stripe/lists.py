"""What Stripe lists: the lines of the balance, and the events."""

from collections.abc import Iterator

from fund.gateways.stripe.client import Doc, call, list_all


def list_balance_transactions(
    office: str, *, created_from: int = 0, payout: str | None = None
) -> Iterator[Doc]:
    """Balance transactions, newest first, each with its source unfolded.

    `created_from`: whole seconds since 1970, included. `payout`: only what an automatic payout
    carries, itself included. One call for each hundred; the caller reads to the end.
    """
    filters: Doc = {"created": {"gte": created_from}, "expand": ["data.source"]}
    if payout is not None:
        filters["payout"] = payout
    return list_all(office, "/v1/balance_transactions", filters)


def list_events(office: str, *, created_from: int) -> Iterator[Doc]:
    """Events since then, newest first, in the API version of their creation."""
    filters: Doc = {"created": {"gte": created_from}}
    return list_all(office, "/v1/events", filters)


def retrieve_payout(office: str, payout_id: str) -> Doc:
    """A payout as it stands."""
    return call(office, lambda client: client.v1.payouts.retrieve(payout_id))


def retrieve_balance(office: str) -> Doc:
    """What is available and what is pending, each as amounts by currency."""
    return call(office, lambda client: client.v1.balance.retrieve())
