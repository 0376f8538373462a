"""Pages of this room."""

from fund.i18n import N_
from fund.people.views import idle, invitations, me, sign_in, staff
from fund.people.views.blueprint import blueprint
from fund.permissions import Permission
from fund.web import NavEntry

__all__ = ["NAVIGATION", "blueprint", "idle", "invitations", "me", "sign_in", "staff"]

NAVIGATION: list[NavEntry] = [
    NavEntry("people.staff_list", N_("People"), Permission.MANAGE_STAFF),
]
