"""Style sheets and scripts travel small, once, and only from here."""

import gzip
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config.settings import ROOT
from fund.permissions import Role
from tests.people.factories import make_staff

PAGES = ("/", "/about", "/how-it-works", "/privacy", "/no-such-page")
# What makes a browser fetch or send something: not a plain link, which only a person follows.
LOADED = re.compile(
    r"""(?:src|srcset|action|poster|data)=["']([^"']+)|<link[^>]+href=["']([^"']+)"""
)


def loaded_by(html: str) -> list[str]:
    return [first or second for first, second in LOADED.findall(html)]


def style_sheets(html: str) -> list[str]:
    return re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)


def test_our_style_sheet_is_small():
    assert (ROOT / "fund/static/fund.css").stat().st_size < 25_000


def test_a_style_sheet_travels_compressed_and_stays_for_a_year(client: FlaskClient):
    for address in style_sheets(client.get("/").text):
        plain = client.get(address)
        packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 3
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "immutable" in packed.headers["Cache-Control"]
        assert plain.content_type == "text/css; charset=utf-8"


def test_an_address_of_another_content_is_not_kept(client: FlaskClient):
    (address,) = [a for a in style_sheets(client.get("/").text) if "fund.css" in a]
    stale = client.get(address.partition("?")[0] + "?v=000000000000")
    assert stale.headers["Cache-Control"] == "no-cache"


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient):
    first = client.get("/static/fund.css")
    again = client.get("/static/fund.css", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


@pytest.mark.parametrize("path", ["../web.py", "%2e%2e/web.py", "no-such.css", ""])
def test_nothing_beside_the_static_folder_is_served(client: FlaskClient, path: str):
    assert client.get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_no_page_loads_anything_from_elsewhere(client: FlaskClient, page: str):
    addresses = loaded_by(client.get(page).text)
    assert addresses
    assert [a for a in addresses if not a.startswith("/") or a.startswith("//")] == []


def weight(client: FlaskClient, path: str) -> int:
    """Bytes of a page with all that it loads."""
    html = client.get(path)
    assert html.status_code == 200
    files = [a for a in loaded_by(html.text) if "/static/" in a]
    packed = [client.get(a, headers={"Accept-Encoding": "gzip"}).data for a in files]
    return len(html.data) + sum(map(len, packed))


def test_a_first_visit_is_light(client: FlaskClient):
    assert weight(client, "/") < 60_000


def test_the_first_staff_page_is_light(
    client: FlaskClient, session: Session, sign_in: Callable[..., FlaskClient]
):
    assert weight(sign_in(client, make_staff(session, Role.CASEWORKER)), "/staff/") < 80_000
