"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("disbursements", __name__)

NAVIGATION: list[NavEntry] = []
