"""The bank's pages, as finance, treasurer and auditor meet them."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from fund.audit.models import Event
from fund.banking import queries
from fund.banking.models import BankAccount, BankStatement
from fund.bookkeeping.models import BookEntry
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


def test_the_treasurer_confirms_what_is_clear_with_one_press(
    session, client, sign_in, post, account, fund, finance
):
    said = [Said("-20.25", "Bank", code="PMNT/MDOP/CHRG"), Said("7.00", "Somebody")]
    statement = record(session, account, camt(said), finance.second)
    sign_in(client, finance.treasurer)
    assert "Lines of Practice Bank, current: 2" in client.get("/staff/").text
    address = f"/staff/bank/statements/{statement.id}"
    page = client.get(address).text
    assert "perhaps: Bank charge" in page
    answer = post(f"{address}/confirm", suggestion=SUGGESTION.findall(page))
    assert answer.status_code == 303
    page = client.get(address).text
    assert "1 line is matched." in page
    assert "1 open line" in page
    assert "No open line has one clear answer" in page


SUGGESTION = re.compile(r'name="suggestion" value="([^"]+)"')


def test_a_stale_list_is_refused_in_words_and_nothing_is_booked(
    session, client, sign_in, post, account, finance
):
    statement = record(session, account, camt([Said("7.00")]), finance.second)
    sign_in(client, finance.treasurer)
    address = f"/staff/bank/statements/{statement.id}/confirm"
    stale = f"{statement.id}|code|entry:interest"
    for suggestion in (stale, "nonsense", ""):
        answer = post(address, suggestion=suggestion)
        assert answer.status_code == 422
    assert "1 open line" in client.get("/staff/bank").text


def test_a_line_by_hand_and_back_again(session, client, sign_in, post, account, fund, finance):
    statement = record(session, account, camt([Said("7.00", "Mr Invented")]), finance.second)
    line = queries.list_open(session, statement)[0]
    address = f"/staff/bank/lines/{line.id}"
    sign_in(client, finance.treasurer)
    page = client.get(address).text
    assert "฿7 came in" in page
    assert "Mr Invented" not in page
    assert "Mr Invented" in post(f"{address}/text").text
    assert post(f"{address}/match").status_code == 422
    assert post(f"{address}/leave-aside", reason="").status_code == 422
    assert post(f"{address}/book", kind="interest", fund_id=fund.id).status_code == 303
    page = client.get(address).text
    assert "See it in the books" in page
    entry = session.scalars(select(BookEntry)).one()
    assert address in client.get(f"/staff/ledger/entries/{entry.id}").text
    assert post(f"{address}/open").status_code == 303
    assert "What it can be" in client.get(address).text
    post(f"{address}/leave-aside", reason="The bank tried something out")
    assert "The bank tried something out" in client.get(address).text

    sign_in(client, finance.officer)
    assert "The treasurer can open it again" in client.get(address).text
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get(address).text
    assert "฿7 came in" in page
    assert "Show what the bank wrote" not in page
