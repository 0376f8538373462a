"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("survivors", __name__)

NAVIGATION: list[NavEntry] = []
