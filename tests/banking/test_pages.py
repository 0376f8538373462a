"""The bank's pages, as finance, treasurer and auditor meet them."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from fund.audit.models import Event
from fund.banking.models import BankAccount, BankStatement
from fund.ids import new_id
from fund.permissions import Role
from tests.banking.factories import NUMBER, Said, camt, record
from tests.people.factories import make_staff

LINES = [Said("150.00", "Ms Invented"), Said("-20.25", "Invented School")]
CSV = "Date,What,Out,In\n20/11/2026,Fee,20.25,\n20/11/2026,Gift,,150.00\n"


@pytest.fixture
def send(client):
    """Send a file to an account's import page, once."""

    def send(account, content, name="statement.xml"):
        return client.post(
            f"/staff/bank/accounts/{account.id}/import",
            data={"nonce": str(new_id()), "file": (BytesIO(content), name)},
            content_type="multipart/form-data",
        )

    return send


def seen(page):
    return re.search(r'name="seen" value="(\w+)"', page)[1]


def test_an_account_is_added_and_its_number_shown_nowhere(
    session, client, sign_in, post, office, finance
):
    sign_in(client, finance.officer)
    answer = post(
        "/staff/bank/accounts/add", office_id=office.id, name="Practice Bank", number=NUMBER
    )
    assert answer.status_code == 303
    page = client.get("/staff/bank").text
    assert "Practice Bank" in page
    assert NUMBER not in page
    assert session.scalars(select(BankAccount.name)).all() == ["Practice Bank"]


def test_a_statement_from_the_file_to_its_lines(client, sign_in, post, send, account, finance):
    sign_in(client, finance.treasurer)
    address = send(account, camt(LINES)).headers["Location"]
    page = client.get(address).text
    assert "Record 2 lines" in page
    assert "Invented" not in page
    assert post(f"{address}/record", seen=seen(page)).status_code == 303
    page = client.get(address).text
    assert "2 open lines" in page
    assert "150.00" in page
    assert "Invented" not in page
    assert "2 open lines" in client.get("/staff/bank").text


def test_what_the_bank_wrote_is_shown_to_finance_once_the_look_is_recorded(
    session, client, sign_in, post, account, finance
):
    statement = record(session, account, camt(LINES), finance.second)
    sign_in(client, finance.officer)
    address = f"/staff/bank/statements/{statement.id}"
    page = post(f"{address}/texts").text
    assert "Ms Invented" in page
    looks = session.scalars(select(Event).where(Event.name == "bank_texts_read")).all()
    assert [look.actor for look in looks] == [f"staff:{finance.officer.id}"]

    sign_in(client, make_staff(session, Role.AUDITOR))
    assert "150.00" in client.get(address).text
    assert post(f"{address}/texts").status_code == 403


def test_a_csv_is_read_once_its_columns_are_chosen_and_the_next_one_at_once(
    client, sign_in, post, send, account, finance
):
    sign_in(client, finance.treasurer)
    address = send(account, CSV.encode(), "statement.csv").headers["Location"]
    assert "Which column is what" in client.get(address).text
    columns = {"day": "Date", "day_order": "dmy", "text": "What", "decimal": "."}
    answer = post(f"{address}/columns", **columns, paid_in="In")
    assert answer.status_code == 422
    assert "the amount as one column or as in and out" in answer.text
    post(f"{address}/columns", **columns, paid_in="In", paid_out="Out")
    assert "Record 2 lines" in client.get(address).text
    again = send(account, CSV.replace("Fee", "Charge").encode(), "next.csv").headers["Location"]
    assert "Record 2 lines" in client.get(again).text


def test_faults_are_told_row_by_row_and_nothing_can_be_recorded(
    session, client, sign_in, post, send, account, finance
):
    sign_in(client, finance.treasurer)
    address = send(account, camt(LINES, closing="7.00")).headers["Location"]
    page = client.get(address).text
    assert "do not come to the balance after" in page
    assert "/record" not in page
    broken = send(account, camt(LINES).replace(b">2026-11-20</Dt></BookgDt>", b">?</Dt></BookgDt>"))
    assert "Row 1: The day cannot be read." in client.get(broken.headers["Location"]).text
    assert post(f"{address}/drop").headers["Location"] == "/staff/bank"
    assert client.get(address).status_code == 404
    states = session.scalars(select(BankStatement.state).order_by(BankStatement.id)).all()
    assert states == ["dropped", "uploaded"]


def test_an_empty_form_is_refused_in_words(client, sign_in, post, account, finance):
    sign_in(client, finance.treasurer)
    answer = post(f"/staff/bank/accounts/{account.id}/import")
    assert answer.status_code == 422
    assert "Please choose a file" in answer.text


def test_the_list_costs_the_same_however_many_accounts(
    session, client, sign_in, account, finance, count_statements
):
    sign_in(client, finance.treasurer)
    record(session, account, camt(LINES), finance.second)
    with count_statements() as seen_once:
        client.get("/staff/bank")
    for number in range(3):
        record(session, account, camt([Said(f"{number + 1}.00")]), finance.second)
    with count_statements() as seen_again:
        assert client.get("/staff/bank").status_code == 200
    assert len(seen_again) == len(seen_once)
