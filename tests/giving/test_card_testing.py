"""Stolen cards tried out at twenty a second: few reach Stripe, and donors give all the same."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from fund.giving.abuse import proof
from fund.giving.models import CheckoutFailure, Gift
from tests.giving.street import Street, is_stripes, stranger
from tests.sandbox.stripe_twin.fixtures import NZ_KEY

# What matters happens in the first seconds; FUND_LONG tries cards for the whole minute.
A_SECOND, SECONDS, MOST = 20, 60 if "FUND_LONG" in os.environ else 3, 10
HOME = "192.0.2.10"


@dataclass
class Bot:
    """Tries a card each time it is asked to, by whatever way it still finds open."""

    street: Street
    solves: bool = False
    address: str | None = None
    number: int = 0
    pages: list[str] = field(default_factory=list)

    def open_page(self) -> str | None:
        """Walk from the give page to Stripe's, if the gate lets it."""
        self.number += 1
        address, email = stranger(self.number)
        address = self.address or address
        way = self.street.begin(address, email=email)
        answer = self.street.look(way, address)
        if self.solves and not is_stripes(answer) and answer.status_code == 303:
            gate = answer.headers["Location"]
            if "data-challenge" in self.street.look(gate, address).text:
                self.street.solve(gate, address)
                answer = self.street.look(way, address)
        return answer.headers["Location"] if is_stripes(answer) else None

    def walk(self) -> None:
        """A new gift and a new address for each card."""
        page = self.open_page()
        if page is not None:
            self.street.try_card(page)

    def hammer(self) -> None:
        """Every card on the page that is open, until it is closed."""
        if not self.pages or not self._try(self.pages[-1]):
            page = self.open_page()
            if page is not None:
                self.pages.append(page)
                self._try(page)

    def spend(self) -> None:
        """A card on each of the pages that were opened before."""
        if self.pages:
            self._try(self.pages.pop(0))

    def _try(self, page: str) -> bool:
        api = self.street.twin.client(NZ_KEY)
        if api.v1.checkout.sessions.retrieve(page.rpartition("/")[2]).status != "open":
            return False
        self.street.try_card(page)
        return True


def attack(street: Street, act: Callable[[], None]) -> Iterator[int]:
    """Act twenty times a second; each second is given out, for what else happens then."""
    for second in range(SECONDS):
        for _ in range(A_SECOND):
            act()
            street.move(1 / A_SECOND)
        yield second


def is_paid(street: Street, way: str) -> bool:
    """Go on to Stripe's page, as soon as it is this gift's turn, and pay there."""
    answer = street.wait(way, HOME)
    assert is_stripes(answer), answer.headers.get("Location")
    street.try_card(answer.headers["Location"], "4242424242424242")
    street.move(0.01)
    return "has arrived" in street.look(way.replace("checkout", "thanks"), HOME).text


def by_mail(street: Street, way: str, mailbox, run_jobs) -> str:
    """Ask for the link at the gate, open it out of the mail; where it leads."""
    gate = street.look(way, HOME).headers["Location"]
    assert "Send me the link" in street.look(gate, HOME).text
    street.send(gate, HOME, mail="true")
    run_jobs()
    text = mailbox.mails[-1].get_body(("plain",)).get_content()
    link = text[text.index("/give/open/") :].split()[0]
    return street.send(link, HOME).headers["Location"]


def by_proof(street: Street, way: str) -> str:
    gate = street.look(way, HOME).headers["Location"]
    return street.solve(gate, HOME).headers["Location"]


def test_donors_give_by_proof_or_by_mail_while_few_cards_reach_stripe(
    street, session, mailbox, run_jobs
):
    bot, quick, plain = Bot(street), [], []
    for second in attack(street, bot.walk):
        way = street.begin(HOME, email=f"donor{second}@example.org")
        if second % 2:
            quick.append(is_paid(street, by_proof(street, way)))
        elif second < 6:  # nobody gets more mails than a few an hour
            plain.append(is_paid(street, by_mail(street, way, mailbox, run_jobs)))
    assert quick
    assert plain
    assert all(quick + plain)
    assert 3 <= street.refused() <= MOST
    # Every refused card was counted, and every attempt kept: nobody was turned away.
    assert session.scalar(select(func.count()).select_from(CheckoutFailure)) == street.refused()
    gifts = session.scalar(select(func.count()).select_from(Gift))
    assert gifts == A_SECOND * SECONDS + SECONDS


def test_proofs_that_are_bought_lead_to_the_mailed_link_for_all(
    street, mailbox, run_jobs, monkeypatch
):
    monkeypatch.setattr(proof, "COST", 10)  # its price is no matter here: the bot has machines
    bot, paid = Bot(street, solves=True), []
    for second in attack(street, bot.walk):
        if second in (1, 2):
            way = street.begin(HOME, email="donor@example.org")
            paid.append(is_paid(street, by_mail(street, way, mailbox, run_jobs)))
    assert paid == [True, True]
    assert street.refused() <= MOST


def test_one_page_after_the_other_hammered_with_cards(street):
    bot = Bot(street)
    for _ in attack(street, bot.hammer):
        pass
    assert street.refused() <= MOST


def test_pages_opened_beforehand_from_one_address(street):
    bot = Bot(street, address="203.0.113.66")
    bot.pages = [page for page in (bot.open_page() for _ in range(50)) if page]
    assert len(bot.pages) <= MOST
    for _ in attack(street, bot.spend):
        pass
    assert street.refused() <= MOST


def test_all_from_one_address_while_stripe_is_slow_to_tell(street):
    street.delay = 3.0
    bot = Bot(street, address="203.0.113.66")
    for _ in attack(street, bot.walk):
        pass
    assert street.refused() <= MOST
