"""No link is dead: everything that a role is shown opens for that role, in the demo world."""

import re
from collections import deque

import pytest

from fund.permissions import Role
from fund.sandbox.demo import CAST, PASSWORD
from tests.e2e.browserless import Person, links_of
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

MOST_PAGES = 150
# Of pages that differ only in an id or a day, a few stand for all.
SAME_KIND = 3
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|LF-\w{4}-\w{2}|\d{4}-\d\d-\d\d")
FIRST_OF_ROLE = {role: next(m for m in CAST if m.role == role) for role in Role}


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "visitor")
def test_every_link_that_is_shown_opens(stack: Stack, role: Role | None):
    person = Person(stack.web)
    if role is not None:
        person.sign_in(FIRST_OF_ROLE[role].email, PASSWORD)
    faults, seen = crawl(person, "/" if role is None else "/staff/")
    assert faults == []
    assert len(seen) > 5


def crawl(person: Person, start: str) -> tuple[list[str], set[str]]:
    """What did not open, and what was opened."""
    first = person.web + start
    waiting, seen, kinds = deque([(first, "")]), {first}, dict[str, int]()
    faults = []
    while waiting and len(seen) < MOST_PAGES:
        url, origin = waiting.popleft()
        answer = person.get(url)
        if answer.status != 200:
            faults.append(f"{answer.status} {url} (shown on {origin})")
        for link in links_of(answer) if answer.content_type == "text/html" else []:
            kind = ID.sub("*", link)
            is_ours = link.startswith(person.web) and not link.endswith("/leave")
            if is_ours and link not in seen and kinds.get(kind, 0) < SAME_KIND:
                kinds[kind] = kinds.get(kind, 0) + 1
                seen.add(link)
                waiting.append((link, url))
    return faults, seen
