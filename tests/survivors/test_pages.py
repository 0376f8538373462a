"""The case pages, as caseworkers, supervisors and strangers meet them."""

import re

import pytest
from sqlalchemy import text

from fund import keys
from fund.crypto import Unreadable
from fund.ids import new_case_code, new_id
from fund.permissions import Role
from fund.survivors import queries
from fund.survivors.identity import unseal_identity
from fund.survivors.models import Survivor
from tests.people.factories import make_staff
from tests.survivors.factories import BORN, NAME, events_named, make_case

ADD = {"name": "Somchai Madeup", "birth_date": "2011-02-03", "region": "south", "label": "Blue"}


def test_a_caseworker_adds_a_case_and_finds_it_by_code_however_typed(
    client, session, sign_in, post, caseworker
):
    sign_in(client, caseworker)
    answer = post("/staff/cases/add", **ADD)
    assert answer.status_code == 303
    code = answer.location.rpartition("/")[2]
    page = client.get("/staff/cases").text
    assert code in page
    assert "Blue" in page
    assert client.get(f"/staff/cases?code={code.lower().replace('-', '')}").location == (
        answer.location
    )
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert "has a mistake in it" in client.get(f"/staff/cases?code={wrong}").text


def test_an_empty_list_says_what_comes_here(client, sign_in, caseworker):
    sign_in(client, caseworker)
    assert "No case is yours yet" in client.get("/staff/cases").text


def test_what_is_missing_or_wrong_is_said_beside_the_field(
    client, session, sign_in, post, caseworker
):
    sign_in(client, caseworker)
    answer = post("/staff/cases/add", **{**ADD, "name": " ", "national_id": "1234567890123"})
    assert answer.status_code == 422
    assert "compare it with the card" in answer.text
    assert "Please fill this in." in answer.text
    buddhist = post("/staff/cases/add", **{**ADD, "birth_date": "2554-02-03"})
    assert "common era" in buddhist.text
    future = post("/staff/cases/add", **{**ADD, "birth_date": "2099-02-03"})
    assert "This day has not come yet" in future.text


def test_a_person_known_in_an_own_case_is_refused_with_the_way_there(
    client, session, sign_in, post, caseworker
):
    known = make_case(session, caseworker=caseworker)
    sign_in(client, caseworker)
    answer = post(
        "/staff/cases/add",
        **{**ADD, "name": f"Miss  {NAME.upper()}", "birth_date": BORN.isoformat()},
    )
    assert answer.status_code == 422
    assert f"/staff/cases/{known.case_code}" in answer.text


def test_a_person_known_elsewhere_is_refused_without_the_code_and_recorded(
    client, session, sign_in, post, caseworker
):
    other = make_staff(session, Role.CASEWORKER)
    known = make_case(session, caseworker=other, national_id="1101700230708")
    sign_in(client, caseworker)
    answer = post("/staff/cases/add", **{**ADD, "national_id": "1-1017-00230-70-8"})
    assert answer.status_code == 422
    assert "ask your supervisor" in answer.text
    assert known.case_code not in answer.text
    assert events_named(session, "survivor_known_elsewhere")[0].subject_id == known.id


def test_two_national_ids_tell_two_persons_of_one_name_apart(
    client, session, sign_in, post, caseworker
):
    make_case(session, caseworker=caseworker, national_id="1101700230708")
    sign_in(client, caseworker)
    answer = post(
        "/staff/cases/add",
        **{**ADD, "name": NAME, "birth_date": BORN.isoformat(), "national_id": "MM-123456"},
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("stranger", [Role.CASEWORKER, Role.SUPERVISOR])
def test_an_unassigned_colleague_gets_the_404_of_what_does_not_exist_and_is_recorded(
    client, session, sign_in, post, caseworker, stranger
):
    survivor = make_case(session, caseworker=caseworker)
    outsider = make_staff(session, stranger)
    sign_in(client, outsider)
    answer = client.get(f"/staff/cases/{survivor.case_code}")
    missing = client.get(f"/staff/cases/{new_case_code()}")
    assert (answer.status_code, missing.status_code) == (404, 404)
    strip = re.compile(r'(nonce|csrf_token|value)="[^"]*"')
    assert strip.sub("", answer.text).replace(survivor.case_code, "") == strip.sub(
        "", missing.text
    ).replace(missing.request.path.rpartition("/")[2], "")
    assert post(f"/staff/cases/{survivor.case_code}/identity", purpose="papers").status_code == 404
    refused = events_named(session, "survivor_access_refused")
    assert [row.subject_id for row in refused] == [survivor.id] * 2
    assert refused[0].actor == f"staff:{outsider.id}"
    assert events_named(session, "survivor_identity_read") == []


def test_a_supervisor_of_an_assigned_caseworker_opens_the_case(
    client, session, sign_in, caseworker, supervisor
):
    survivor = make_case(session, caseworker=caseworker)
    sign_in(client, supervisor)
    assert client.get(f"/staff/cases/{survivor.case_code}").status_code == 200
    assert survivor.case_code in client.get("/staff/cases").text


def test_others_of_the_house_may_not_even_ask(client, session, sign_in, caseworker):
    survivor = make_case(session, caseworker=caseworker)
    for role in Role:
        if role in (Role.CASEWORKER, Role.SUPERVISOR):
            continue
        sign_in(client, make_staff(session, role))
        assert client.get(f"/staff/cases/{survivor.case_code}").status_code == 403


def test_identity_opens_only_with_a_purpose_and_after_it_is_recorded(
    client, session, sign_in, post, caseworker
):
    survivor = make_case(session, caseworker=caseworker)
    address = f"/staff/cases/{survivor.case_code}/identity"
    sign_in(client, caseworker)
    assert post(address).status_code == 422
    assert events_named(session, "survivor_identity_read") == []
    answer = post(address, purpose="contact")
    assert answer.status_code == 200
    assert NAME in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert NAME not in re.search("<title>(.*?)</title>", answer.text, re.S)[1]
    read = events_named(session, "survivor_identity_read")
    assert [(row.actor, row.data) for row in read] == [
        (f"staff:{caseworker.id}", {"purpose": "contact"})
    ]


def test_an_identity_whose_reading_cannot_be_recorded_stays_closed(
    client, session, sign_in, post, caseworker, connection
):
    survivor = make_case(session, caseworker=caseworker)
    sign_in(client, caseworker)
    connection.execute(text("SET LOCAL transaction_read_only = on"))
    answer = post(f"/staff/cases/{survivor.case_code}/identity", purpose="contact")
    assert answer.status_code >= 500
    assert NAME not in answer.text


def test_the_name_is_on_no_other_page_and_in_no_row(
    client, session, sign_in, post, caseworker, supervisor
):
    survivor = make_case(session, caseworker=caseworker, national_id="1101700230708")
    sign_in(client, caseworker)
    at = f"/staff/cases/{survivor.case_code}"
    for address in ("/staff/cases", at, f"{at}/edit", f"{at}/consent?giver_kind=guardian"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Invented-Name" not in page.text
        assert BORN.isoformat() not in page.text
    tables = session.execute(
        text(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('vault', 'audit', 'public')"
        )
    ).scalars()
    for table in tables:
        for row in session.execute(text(f"SELECT * FROM {table}")):
            for value in row:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert b"Invented-Name" not in raw, table
                assert b"1101700230708" not in raw, table
                assert b"2010-05-17" not in raw, table


def test_nothing_opens_once_the_key_is_destroyed(session, caseworker, now):
    survivor = make_case(session, caseworker=caseworker)
    assert unseal_identity(session, survivor).name == NAME
    keys.destroy(session, survivor.key_id, now=now)
    with pytest.raises(Unreadable):
        unseal_identity(session, survivor)


def test_who_added_a_record_cannot_attest_it_and_a_supervisor_can(
    client, session, sign_in, post, caseworker, supervisor
):
    survivor = make_case(session, caseworker=caseworker)
    at = f"/staff/cases/{survivor.case_code}"
    sign_in(client, caseworker)
    assert "Attest the record" not in client.get(at).text
    assert post(f"{at}/attest", way="met_in_person").status_code == 422
    sign_in(client, supervisor)
    assert post(f"{at}/attest", way="met_in_person").status_code == 303
    assert queries.is_attested(session, survivor.id)
    assert "Super Visor" in client.get(at).text
    assert post(f"{at}/attest", way="met_in_person").status_code == 422


def test_a_supervisor_assigns_a_second_caseworker_and_ends_it(
    client, session, sign_in, post, caseworker, supervisor
):
    survivor = make_case(session, caseworker=caseworker)
    second = make_staff(session, Role.CASEWORKER, name="Second Colleague")
    at = f"/staff/cases/{survivor.case_code}"
    sign_in(client, caseworker)
    assert post(f"{at}/assign", staff_id=str(second.id)).status_code == 403
    sign_in(client, supervisor)
    assert "Second Colleague" in client.get(at).text
    assert post(f"{at}/assign", staff_id=str(supervisor.id)).status_code == 422
    assert post(f"{at}/assign", staff_id=str(second.id)).status_code == 303
    assert post(f"{at}/assign", staff_id=str(second.id)).status_code == 422
    sign_in(client, second)
    assert client.get(at).status_code == 200
    sign_in(client, supervisor)
    assert post(f"{at}/release", staff_id=str(second.id)).status_code == 303
    sign_in(client, second)
    assert client.get(at).status_code == 404
    sign_in(client, supervisor)
    assert "Somebody must stay" in post(f"{at}/release", staff_id=str(caseworker.id)).text


def test_a_stale_edit_shows_both_sides_and_keeps_what_was_typed(
    client, session, sign_in, post, caseworker
):
    survivor = make_case(session, caseworker=caseworker)
    at = f"/staff/cases/{survivor.case_code}/edit"
    sign_in(client, caseworker)
    assert post(at, region="west", label="Theirs", version="1").status_code == 303
    answer = post(at, region="east", label="Mine", version="1")
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'name="label" value="Mine"' in answer.text
    assert "<dd>West</dd>" in answer.text
    assert "<dd>East</dd>" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert post(at, region="east", label="Mine", version="2").status_code == 303


def test_a_form_sent_twice_adds_one_case(client, session, sign_in, caseworker):
    sign_in(client, caseworker)
    form = {"nonce": str(new_id()), **ADD}
    first, second = (client.post("/staff/cases/add", data=form) for _ in range(2))
    assert first.location == second.location
    assert session.query(Survivor).count() == 1


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_cases(
    client, session, sign_in, post, caseworker, count_statements
):
    sign_in(client, caseworker)
    post("/staff/cases/add", **ADD)
    with count_statements() as few:
        client.get("/staff/cases")
    for day in range(1, 9):
        post("/staff/cases/add", **{**ADD, "birth_date": f"2011-03-0{day}"})
    with count_statements() as many:
        assert client.get("/staff/cases").text.count("Blue") == 9
    assert len(many) == len(few)


def test_what_waits_is_told_to_whom_it_waits_on(session, caseworker, supervisor, now):
    survivor = make_case(session, caseworker=caseworker, consented=False)
    done = make_case(session, caseworker=caseworker, attested_by=supervisor, name="Another One")
    mine = queries.list_waiting(session, caseworker.actor_at(now), now=now)
    assert [(w.code, w.title) for w in mine] == [(survivor.case_code, "There is no valid consent")]
    theirs = queries.list_waiting(session, supervisor.actor_at(now), now=now)
    assert {(w.code, w.title) for w in theirs} == {
        (survivor.case_code, "There is no valid consent"),
        (survivor.case_code, "Attest the new record"),
    }
    assert done.case_code not in {w.code for w in theirs}
    treasurer = make_staff(session, Role.TREASURER)
    assert queries.list_waiting(session, treasurer.actor_at(now), now=now) == []
