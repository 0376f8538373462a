"""What an outsider's program asks under /log: proofs of any size, tiles, keys; refusals."""

import pytest

from fund import db
from fund.audit import merkle, tiles, verify
from fund.ids import new_id
from tests.audit.factories import (
    Hashes,
    commit_gifts,
    naive_root,
    record_receipt,
    sealed_log,
    sequence_all,
    sign,
)


@pytest.fixture
def browser(app, fresh_url):
    return app.test_client()


@pytest.fixture
def receipt(browser):
    """A receipt's event at place 2 of 7 that were signed over, and 3 more that were not yet."""
    commit_gifts(2)
    with db.transaction() as session:
        made = record_receipt(session)
    commit_gifts(4)
    sequence_all()
    sign()
    commit_gifts(3)
    sequence_all()
    return made


def test_inclusion_is_proven_in_a_tree_of_any_size_that_was_signed_over(browser, receipt):
    for size in ("", "&size=3", "&size=5", "&size=7"):
        answer = browser.get(f"/log/proof/inclusion?event={receipt}{size}")
        assert answer.content_type == "application/json"
        assert f"Entry 3 of {size[-1:] or 7} in localhost/log" in verify.check(answer.get_json())
    plain = browser.get(f"/log/proof/{receipt}").get_json()
    assert plain == browser.get(f"/log/proof/inclusion?event={receipt}").get_json()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("proof/inclusion", 400, "Which event"),
        ("proof/inclusion?event=12", 400, "Which event"),
        ("proof/inclusion?event={receipt}&size=x", 400, "size takes a whole number"),
        ("proof/inclusion?event={receipt}&size=03", 400, "size takes a whole number"),
        ("proof/inclusion?event={receipt}&size=-1", 400, "size takes a whole number"),
        ("proof/inclusion?event={receipt}&size=2", 404, "did not hold that entry yet"),
        ("proof/inclusion?event={receipt}&size=8", 404, "No checkpoint covers"),
        ("proof/inclusion?event={nobody}", 404, "no such"),
        ("checkpoint?size=-1", 400, "size takes a whole number"),
        ("checkpoint?size=8", 404, "No checkpoint covers"),
        ("proof/consistency", 400, "From which size on"),
        ("proof/consistency?from=x", 400, "from takes a whole number"),
        ("proof/consistency?from=1&to=1.5", 400, "to takes a whole number"),
        ("proof/consistency?from=0", 404, "No checkpoint covers"),
        ("proof/consistency?from=5&to=3", 404, "No checkpoint covers"),
        ("proof/consistency?from=1&to=8", 404, "No checkpoint covers"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(browser, receipt, address, status, words):
    answer = browser.get(f"/log/{address.format(receipt=receipt, nobody=new_id())}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    problem = answer.get_json(force=True)
    assert problem["status"] == status
    assert words in problem["detail"]


def test_the_tree_can_be_put_together_from_its_tiles(browser):
    sealed_log(600)
    commit_gifts(5)
    sequence_all()

    def tile(place: str) -> list[bytes]:
        answer = browser.get(f"/log/tile/{place}")
        assert answer.status_code == 200
        assert answer.content_type == "application/octet-stream"
        assert "immutable" in answer.headers["Cache-Control"]
        return [answer.data[i : i + 32] for i in range(0, len(answer.data), 32)]

    leaves = tile("0/000") + tile("0/001") + tile("0/002.p/88")
    head = browser.get("/log/proof/consistency?from=1").get_json()
    assert naive_root(leaves).hex() == head["root"]
    assert tile("1/000.p/2") == [naive_root(leaves[:256]), naive_root(leaves[256:512])]
    assert tile("0/002.p/1") == leaves[512:513]
    assert merkle.root(Hashes(leaves), 600).hex() == head["root"]


@pytest.mark.parametrize(
    "place",
    [
        "0/001", "0/000.p/8", "0/000.p/0", "0/000.p/07", "0/000.p/256", "1/000", "1/000.p/1",
        "64/000", "00/000", "0/0", "0/0000", "0/x000/000", "0/000/000", "0/x001/x234/067",
        "entries/000", "0/000.p", "0/000.p/", "0/-01", "0/" + "x999/" * 9 + "999", "0/٠٠٠",
    ],
)  # fmt: skip
def test_only_tiles_that_a_checkpoint_covers_are_served_in_their_one_form(browser, receipt, place):
    assert browser.get("/log/tile/0/000.p/7").status_code == 200
    assert browser.get(f"/log/tile/{place}").status_code == 404


@pytest.mark.parametrize(
    ("level", "index", "width", "place"),
    [
        (0, 1234067, 256, "0/x001/x234/067"),
        (0, 0, 256, "0/000"),
        (1, 999, 17, "1/999.p/17"),
        (63, 1000, 255, "63/x001/000.p/255"),
    ],
)
def test_a_tiles_place_is_written_as_c2sp_has_it(level, index, width, place):
    assert tiles.path(level, index, width) == place
    assert tiles.find(place) == (level, index, width)


def test_the_key_and_how_it_came_to_be(browser, receipt):
    key = browser.get("/log/key").text.strip()
    assert browser.get("/log/key?all").get_json() == {"keys": [key], "rotations": []}


def test_an_event_of_another_kind_stays_closed_here_too(browser):
    (gift,) = sealed_log(1)
    assert browser.get(f"/log/proof/inclusion?event={gift}").status_code == 404
