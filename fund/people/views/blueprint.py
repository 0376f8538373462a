"""The blueprint that this room's view modules share."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
