"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("reports", __name__)

NAVIGATION: list[NavEntry] = []
