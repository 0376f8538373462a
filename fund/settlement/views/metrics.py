"""How long ago Stripe was last heard, for whoever watches from outside."""

from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from fund import clock
from fund.db import reading
from fund.settlement import queries


class WebhookAge(Collector):
    """Asked for when somebody looks, so that every process says the same."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield self._family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        ages = self._family()
        try:
            with reading() as session:
                for office, heard_at in queries.list_heard(session):
                    if heard_at is not None:
                        age = (clock.now() - heard_at).total_seconds()
                        ages.add_metric([office.code], age)
        except SQLAlchemyError:  # then the database is what is to be looked at
            return
        yield ages

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "fund_webhook_age_seconds", "Since Stripe's last webhook", labels=["office"]
        )


REGISTRY.register(WebhookAge())
