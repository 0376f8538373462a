"""The edge: who may open what, how forms come in, how a repeated post is answered."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    request,
    url_for,
)
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from marshmallow import Schema, ValidationError, fields
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from fund import i18n
from fund.db import Base, transaction
from fund.errors import Denied, FundError, NotFound, Refused
from fund.ids import new_id
from fund.permissions import ANONYMOUS, Actor, Permission

csrf = CSRFProtect()
login = LoginManager()

View = TypeVar("View", bound=Callable[..., Any])


# --- Access -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """What a view declares: open to all, to whoever holds one of these permissions, or to donors.

    Which donor may see a thing, the view asks too.
    """

    permissions: frozenset[Permission] = frozenset()
    is_for_donors: bool = False

    def admits(self, actor: Actor) -> bool:
        return not self.permissions or bool(self.permissions & actor.permissions)


_declared: dict[Callable[..., Any], Access] = {}


def public(view: View) -> View:
    """Anyone may open this."""
    _declared[view] = Access()
    return view


def permit(*permissions: Permission) -> Callable[[View], View]:
    """Only who holds one of `permissions` may open this."""

    def declare(view: View) -> View:
        _declared[view] = Access(frozenset(permissions))
        return view

    return declare


def donor_only(view: View) -> View:
    """Only a donor who came by a link of ours may open this."""
    _declared[view] = Access(is_for_donors=True)
    return view


def open_endpoint(app: Flask, endpoint: str) -> None:
    """Declare a library's own endpoint (its static files) public."""
    view: Callable[..., Any] = app.view_functions[endpoint]
    app.view_functions[endpoint] = public(lambda **values: view(**values))


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the endpoint's view declares; None if it declares nothing."""
    return _declared.get(app.view_functions[endpoint])


def check_every_endpoint_declares(app: Flask) -> None:
    """Refuse to start while an endpoint says nothing about access."""
    silent = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if silent:
        raise RuntimeError(f"no access declared for: {', '.join(silent)}")


StaffCheck = TypeVar("StaffCheck", bound=Callable[[], AnyResponse | None])
_staff_checks: list[Callable[[], AnyResponse | None]] = []


def before_staff(check: StaffCheck) -> StaffCheck:
    """Run `check` before each staff page that its reader may open; an answer stands in for it."""
    _staff_checks.append(check)
    return check


def staff_hold() -> AnyResponse | None:
    """What stands before the staff pages just now: the idle lock, a missing second factor."""
    answers = (check() for check in _staff_checks)
    return next((answer for answer in answers if answer is not None), None)


def current_actor() -> Actor:
    """Who makes this request; computed once."""
    if "actor" not in g:
        g.actor = current_user.actor if current_user.is_authenticated else ANONYMOUS
    actor: Actor = g.actor
    return actor


DonorFinder = TypeVar("DonorFinder", bound=Callable[[], Actor | None])
_donor_finders: list[Callable[[], Actor | None]] = []


def donor_finder(find: DonorFinder) -> DonorFinder:
    """Let `find` say which donor makes a request."""
    _donor_finders.append(find)
    return find


def find_donor() -> Actor | None:
    """The donor who makes this request, if it is one, whoever else is signed in; computed once."""
    if "donor" not in g:
        found = (find() for find in _donor_finders)
        g.donor = next((donor for donor in found if donor is not None), None)
    donor: Actor | None = g.donor
    return donor


def current_donor() -> Actor:
    """The donor who makes this request. Raises Unauthorized if nobody of them does."""
    donor = find_donor()
    if donor is None:
        raise Unauthorized
    return donor


def _gate() -> AnyResponse | None:
    if request.endpoint is None:
        return None  # no such page: 404 for everyone
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise Denied
    if access.is_for_donors:
        return redirect(url_for("giving.my_sign_in"), 303) if find_donor() is None else None
    if not access.permissions:
        return None
    if access.admits(current_actor()):
        return staff_hold()
    if current_actor() is ANONYMOUS:
        if request.method == "GET":
            return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
        raise Unauthorized
    raise Denied


# --- Forms ------------------------------------------------------------------------------------


@dataclass
class Form:
    """What a person sent: `data` is clean (empty if there are errors), `raw` is as typed."""

    raw: MultiDict[str, str] = field(default_factory=MultiDict)
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def value(self, name: str, default: object = "") -> str:
        """What to show in the field: what was typed, else `default`."""
        return self.raw.get(name, "" if default is None else str(default))

    def values(self, name: str) -> list[str]:
        return self.raw.getlist(name)

    def refuse(self, error: FundError) -> None:
        """Put an operation's refusal beside its field, or above the form."""
        self.errors.setdefault(error.field or "", []).append(i18n.refusal_text(error))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Do what the form asks; if that is refused, go on after the block and show it again."""
        try:
            yield
        except Refused as refusal:
            self.refuse(refusal)


def load_form(schema: Schema) -> Form:
    """Read the posted form by `schema`; messages are msgids, translated here."""
    raw = request.form
    flat = {
        name: raw.getlist(name) if name in _list_fields(schema) else raw[name]
        for name in raw
        if name in schema.fields
    }
    try:
        return Form(raw, dict(schema.load(flat)))
    except ValidationError as invalid:
        return Form(
            raw,
            errors={
                "" if name == "_schema" else name: [str(i18n.gettext(m)) for m in _flat(found)]
                for name, found in invalid.messages_dict.items()
            },
        )


def _list_fields(schema: Schema) -> set[str]:
    return {name for name, f in schema.fields.items() if isinstance(f, fields.List)}


def _flat(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for inner in found.values():
            yield from _flat(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from _flat(inner)
    else:
        yield str(found)


class FormNonce(Base):
    """A form that was done: who did it, and where it led."""

    __tablename__ = "form_nonce"

    nonce: Mapped[UUID] = mapped_column(primary_key=True)
    actor: Mapped[str]
    location: Mapped[str | None]
    used_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Repeated(Exception):
    """This very form was done before; `location` is where that led."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True)
class Post:
    """A form being done: its session, and the redirect that a repetition will get too."""

    session: Session
    nonce: UUID

    def redirect(self, location: str) -> Response:
        """Go to `location` once committed; remember it for a repeated post."""
        self.session.get_one(FormNonce, self.nonce).location = location
        return make_response(redirect(location, 303))


@contextmanager
def posting() -> Iterator[Post]:
    """`transaction()` for a form: the form's nonce makes its work happen once.

    A second post with the same nonce waits for the first and is sent where that one led.
    """
    try:
        nonce = UUID(request.form.get("nonce", ""))
    except ValueError:
        raise Refused("form_incomplete")
    actor = current_actor().label
    with transaction() as session:
        claim = insert(FormNonce).values(nonce=nonce, actor=actor).on_conflict_do_nothing()
        if session.scalar(claim.returning(FormNonce.nonce)) is None:
            done = session.get_one(FormNonce, nonce)
            raise Repeated(done.location if done.location and done.actor == actor else request.path)
        yield Post(session, nonce)


# --- Answers ----------------------------------------------------------------------------------


def content_policy(*, frames: str = "'none'", framed_by: str = "'none'") -> str:
    """The page's Content-Security-Policy.

    `frames`: which pages it may frame; `framed_by`: the sites whose pages may frame it.
    """
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{g.get('csp_nonce', '')}'; style-src 'self';"
        f" img-src 'self' data:; connect-src 'self'; frame-src {frames}; form-action 'self' "
        + " ".join(current_app.config["FORM_TARGETS"])
        + f"; frame-ancestors {framed_by}; base-uri 'none'; manifest-src 'self'"
    )


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_actor_known_staff() or f"{request.path}/".startswith(("/staff/", "/my/")):
        headers["Cache-Control"] = "no-store"
    return response


def current_actor_known_staff() -> bool:
    """Whether this request already found a signed-in staff member."""
    actor: Actor | None = g.get("actor")
    return actor is not None and actor.kind == "staff"


def _before() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


def _refuse_zero_bytes() -> None:
    """PostgreSQL keeps none, so that no address of ours holds one. Fields: see `fund.schemas`."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise NotFound


@dataclass(frozen=True)
class NavEntry:
    """A place on the left of the staff pages, for those who hold the permission."""

    endpoint: str
    label: str
    permission: Permission


def init(app: Flask, *, navigation: list[NavEntry]) -> None:
    """Put the gate and the forms in front of `app`."""
    csrf.init_app(app)
    # A page may be rendered while the database is down: it must not look up its reader unasked.
    login.init_app(app, add_context_processor=False)
    app.before_request(_before)
    app.before_request(_refuse_zero_bytes)
    app.before_request(_gate)
    app.after_request(_secure)
    app.jinja_env.globals.update(
        actor=current_actor,
        may=lambda permission: current_actor().may(Permission(permission)),
        csp_nonce=lambda: g.csp_nonce,
        new_nonce=new_id,
        navigation=lambda: [n for n in navigation if current_actor().may(n.permission)],
    )
    open_endpoint(app, "static")
