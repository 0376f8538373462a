"""The room's blueprint and its places in the navigation."""

from flask import Blueprint

from fund.i18n import N_
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("giving", __name__)

NAVIGATION = [NavEntry("giving.gift_list", N_("Gifts"), Permission.READ_GIFTS)]
