"""Who must consent, and what a consent keeps."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from fund.errors import Refused
from fund.permissions import Role
from fund.survivors import operations, queries
from tests.people.factories import make_staff
from tests.survivors.factories import make_case, make_consent


def test_a_consent_counts_from_its_day_until_its_last(session: Session):
    caseworker = make_staff(session, Role.CASEWORKER)
    survivor = make_case(session, caseworker=caseworker, consented=False)
    first, last = date(2026, 3, 1), date(2026, 9, 1)
    consent = make_consent(
        session, survivor, recorded_by=caseworker, given_on=first, expires_on=last
    )
    for day, counts in ((first, True), (last, True), (first - timedelta(1), False)):
        found = queries.find_valid_consent(session, survivor.id, on=day)
        assert (found is consent) is counts
    with pytest.raises(Refused, match="no_valid_consent"):
        operations.require_valid_consent(session, survivor.id, on=last + timedelta(1))
