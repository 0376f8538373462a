"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("giving", __name__)

NAVIGATION: list[NavEntry] = []
