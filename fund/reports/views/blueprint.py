"""The blueprint that this room's pages share."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
