"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("audit", __name__)

NAVIGATION: list[NavEntry] = []
