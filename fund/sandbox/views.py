"""Pages of the practice world."""

from flask import Blueprint

blueprint = Blueprint("sandbox", __name__)
