"""What every page stands in: the room's name, the places on the left, the language switch."""

from urllib.parse import urlencode, urlsplit

from flask import Flask, current_app, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from fund.i18n import N_
from fund.permissions import Role
from fund.web import NavEntry, current_actor

ROOM_NAMES = {
    Role.CASEWORKER: N_("Casework"),
    Role.SUPERVISOR: N_("Casework"),
    Role.CHAIR: N_("Committee"),
    Role.COMMITTEE_MEMBER: N_("Committee"),
    Role.FINANCE_OFFICER: N_("Finance"),
    Role.TREASURER: N_("Treasury"),
    Role.AUDITOR: N_("Audit"),
    Role.DATA_PROTECTION: N_("Data protection"),
    Role.ADMINISTRATOR: N_("Administration"),
}
# Where "Leave quickly" leads: a weather page, as anybody in Thailand may have open.
NEUTRAL_SITE = "https://www.tmd.go.th/"
_THAI_LEADING_VOWELS = "เแโใไ"


def init(app: Flask, *, practice: bool) -> None:
    """Give the base templates what they show."""
    app.jinja_env.globals.update(
        practice=practice,
        neutral_site=NEUTRAL_SITE,
        current_user=current_user,  # looked up when a template asks, see web.init
        room_name=room_name,
        initials=lambda: initials_of(getattr(current_user, "name", "")),
        current_place=current_place,
        this_page=this_page,
        has_page=lambda endpoint: endpoint in current_app.view_functions,
    )


def room_name() -> str:
    """The msgid that stands beside the brand: the room where this person works most."""
    roles = current_actor().roles
    return next((name for role, name in ROOM_NAMES.items() if role in roles), "")


def initials_of(name: str) -> str:
    """At most two letters; in Thai a vowel that is written first is not one."""
    words = [word.lstrip(_THAI_LEADING_VOWELS) for word in name.split()]
    letters = [word[0] for word in words if word]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper()


def current_place(entries: list[NavEntry]) -> NavEntry | None:
    """The entry whose address this page's address begins with; none of another place stands in."""
    here = f"{request.path}/"
    return next((e for e in entries if here.startswith(f"{url_for(e.endpoint)}/")), None)


def this_page() -> str:
    """The path that shows this page again by GET, in whatever language is chosen then."""
    if request.method in ("GET", "HEAD"):
        rest = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
        return f"{request.path}?{urlencode(rest)}".rstrip("?")
    try:
        current_app.url_map.bind("").match(request.path, "GET")
    except HTTPException:
        return "/"
    return request.path


def safe_path(target: str) -> str:
    """`target` if it is a path of this site, else `/`: a link must not lead elsewhere by us."""
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if own and "\\" not in target and not parts.netloc else "/"
