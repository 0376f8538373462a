"""The ground that every feature stands on."""

from flask.testing import FlaskClient

from fund import migrating


def test_the_service_answers_and_stands_on_a_migrated_database(client: FlaskClient):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_the_tables_are_what_the_models_say(owner_url: str):
    migrating.check(owner_url)


def test_an_unknown_page_is_a_404_in_words(client: FlaskClient):
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
