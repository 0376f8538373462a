"""Where this room is; its pages are found through the books' tabs."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("bookkeeping", __name__, url_prefix="/staff/ledger")

NAVIGATION: list[NavEntry] = []
