"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("committee", __name__)

NAVIGATION: list[NavEntry] = []
