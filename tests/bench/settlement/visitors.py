"""Browsers without a screen, each from an address of its own on this machine."""

import http.client
import json
import re
import time
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import altcha

HIDDEN = re.compile(r'name="(csrf_token|nonce)" value="([^"]*)"')
CHALLENGE = re.compile(r"data-challenge='([^']+)'")
CARD = {"email": "donor@example.org", "expiry": "12/34", "cvc": "123", "name": "Mere Donor"}
GOOD, REFUSED = "4242424242424242", "4000000000000002"


@dataclass(frozen=True)
class Page:
    status: int
    location: str
    again: float
    text: str

    @property
    def is_stripes(self) -> bool:
        return self.status == 303 and "/c/pay/" in self.location


@dataclass
class Visitor:
    """Number `number`, who never came before: in a network of their own, up to 60,000 of them."""

    port: int
    number: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"visitor{self.number}@example.org"

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Page:
        source = f"127.{1 + self.number // 250}.{self.number % 250}.7"
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0)
        )
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, urlencode(fields) if fields is not None else None, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: part.value for name, part in SimpleCookie(cookie).items()}
        line.close()
        again = float(answer.headers.get("Retry-After", 0))
        return Page(answer.status, answer.headers.get("Location", ""), again, text)

    def send(self, path: str, **fields: str) -> Page:
        """Open the form at `path` and send it, filled in."""
        return self.fill(path, self.ask("GET", path), **fields)

    def fill(self, path: str, page: Page, **fields: str) -> Page:
        """Send the form of a page that is open already."""
        return self.ask("POST", path, dict(HIDDEN.findall(page.text)) | fields)

    def begin(self) -> str:
        """Give 75 dollars to Education; where that leads."""
        return self.send(
            "/give",
            currency="NZD",
            choice="NZD:7500",
            amount="",
            fund="education",
            email=self.email,
            name="Mere Donor",
            country="NZ",
        ).location

    def wait(self, way: str) -> Page:
        """Stay on the page that goes on by itself, until it has gone on."""
        page = self.ask("GET", way)
        while page.status == 503:
            time.sleep(page.again)
            page = self.ask("GET", way)
        return page

    def prove(self, gate: str) -> Page:
        """What the page's script does with its challenge."""
        page = self.ask("GET", gate)
        found = CHALLENGE.search(page.text)
        assert found is not None, page
        challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        return self.fill(gate, page, proof=altcha.Payload(challenge, solution).to_base64())


def type_card(address: str, number: str) -> int:
    """Try a card on Stripe's page; the status of its answer."""
    target = urlsplit(address)
    line = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", target.path, urlencode(CARD | {"number": number}), headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status
