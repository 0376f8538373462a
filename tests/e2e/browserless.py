"""A person without a browser: signs in by typing, follows links, sees status and text."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str
    content_type: str


class Links(HTMLParser):
    """Where a page's links, frames and pictures lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"a": "href", "iframe": "src", "img": "src", "link": "href", "script": "src"}
        self.found += [value for name, value in attrs if name == wanted.get(tag) and value]


@dataclass
class Person:
    """`web` is where the service answers."""

    web: str
    language: str = "en"
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.web, path)))

    def post(self, path: str, **fields: str) -> Answer:
        """Send the form that `path` shows with these `fields`, filled in."""
        page = self.get(path)
        forms = [f for f in page.text.split("<form")[1:] if f'name="{next(iter(fields))}"' in f]
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', forms[0])
        sent = urllib.parse.urlencode(dict(hidden) | fields).encode()
        return self._ask(urllib.request.Request(page.url, data=sent))

    def sign_in(self, email: str, password: str) -> None:
        answer = self.post("/staff/sign-in", email=email, password=password)
        assert answer.url.rstrip("/") == f"{self.web}/staff", (email, answer.url)

    def _ask(self, request: urllib.request.Request) -> Answer:
        request.add_header("Accept-Language", self.language)
        try:
            with self._opener.open(request, timeout=30) as answer:
                kind = answer.headers.get_content_type()
                text = answer.read().decode(errors="replace") if kind == "text/html" else ""
                return Answer(answer.status, answer.url, text, kind)
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.url or "", answer.read().decode(), "text/html")


def links_of(answer: Answer) -> list[str]:
    """Absolute addresses, without fragments."""
    parser = Links()
    parser.feed(answer.text)
    return [
        urllib.parse.urldefrag(urllib.parse.urljoin(answer.url, link)).url for link in parser.found
    ]
