"""The room's place in the service."""

from flask import Blueprint

from fund.i18n import N_
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("settlement", __name__)

NAVIGATION = [NavEntry("settlement.inbox", N_("Stripe"), Permission.READ_SETTLEMENT)]
