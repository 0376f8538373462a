"""What strangers and careless hands may send is answered plainly: no fault, no way elsewhere."""

import pytest

from fund.disbursements.schemas import AccountSchema
from fund.ids import new_id
from fund.people.views.browser import next_path
from fund.permissions import Role
from tests.people.factories import make_staff

HUGE = 10**30


def test_a_control_character_in_a_field_is_refused_beside_it(client, session, sign_in):
    signed_out = client.post("/staff/sign-in", data={"email": "a\0b@x.org", "password": "x" * 12})
    assert signed_out.status_code == 422
    assert "plain text" in signed_out.text
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    values = {"name": "A\x00B", "email": "a@x.org", "language": "en", "roles": "auditor"}
    answer = client.post("/staff/people/invite", data=values | {"nonce": str(new_id())})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        f"/log/checkpoint?size={HUGE}",
        f"/log/proof/consistency?from={HUGE}",
        f"/log/proof/consistency?from=1&to={HUGE}",
    ],
)
def test_a_checkpoint_of_any_size_is_a_missing_page(client, address):
    assert client.get(address).status_code == 404


def test_a_zero_byte_in_an_address_is_a_missing_page(client, session, sign_in):
    sign_in(client, make_staff(session, Role.AUDITOR))
    for address in ("/staff/log?about=%00", "/staff/ledger/journals?kind=a%00", "/log/tile/0/%00"):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/staff/\r\nSet-Cookie: a=b", "/staff/\\evil", "/"],
)
def test_signing_in_leads_to_our_own_staff_pages_only(app, wanted):
    with app.test_request_context():
        assert next_path(wanted) == "/staff/"
        assert next_path("/staff/cases?before=1") == "/staff/cases?before=1"


def test_nothing_under_staff_stays_in_a_browsers_memory(client, session):
    for address in ("/staff/sign-in", "/staff/invitation/x", "/staff/cases", "/staff/nowhere"):
        assert client.get(address).headers["Cache-Control"] == "no-store", address


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t="])
def test_a_payees_name_begins_no_formula_in_the_banks_file(begin):
    good = {"account_name": "โรงเรียน", "bank": "KTB", "account_number": "123-4-56789-0"}
    assert AccountSchema().validate(good) == {}
    for field in ("account_name", "bank"):
        sent = good | {field: f"{begin}HYPERLINK(1)"}
        assert set(AccountSchema().validate(sent)) == {field}
