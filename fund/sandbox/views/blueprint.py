"""The blueprint that the practice world's pages share."""

from flask import Blueprint

blueprint = Blueprint("sandbox", __name__)
