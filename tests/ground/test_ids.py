"""A case code is read aloud and copied by hand: a slip is found, not taken for another case."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fund.ids import CASE_ALPHABET, find_case_code, is_case_code, new_case_code, new_id

codes = st.builds(lambda _: new_case_code(), st.integers())


def _plain(code: str) -> str:
    return code.removeprefix("LF-").replace("-", "")


@given(codes)
def test_every_single_wrong_character_is_found(code):
    plain = _plain(code)
    for place in range(6):
        for wrong in set(CASE_ALPHABET) - {plain[place]}:
            assert not is_case_code(plain[:place] + wrong + plain[place + 1 :])


@given(codes)
def test_every_swap_of_neighbours_is_found(code):
    plain = _plain(code)
    for place, (left, right) in enumerate(pairwise(plain)):
        if left != right:
            assert not is_case_code(plain[:place] + right + left + plain[place + 2 :])


@given(codes)
def test_a_code_is_known_however_it_is_typed(code):
    plain = _plain(code)
    for typed in (code, code.lower(), plain, f" {plain[:3]} {plain[3:]} ", f"lf{plain}"):
        assert find_case_code(typed) == code


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading(text):
    found = find_case_code(text)
    assert found is None or find_case_code(found) == found


def test_codes_hold_no_character_that_looks_like_another():
    assert not set(CASE_ALPHABET) & set("01OIL")
    assert len(CASE_ALPHABET) == 31


def test_ids_are_uuid7_and_sort_by_time():
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert {id_.version for id_ in made} == {7}
