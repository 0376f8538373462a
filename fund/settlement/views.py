"""Pages of this room."""

from flask import Blueprint

from fund.web import NavEntry

blueprint = Blueprint("settlement", __name__)

NAVIGATION: list[NavEntry] = []
