"""What `create_app` puts together: settings, database, keys, languages, the gate and the rooms."""

import logging
import sys
from types import ModuleType

import structlog
from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from fund import answers, assets, cli, clock, db, health, i18n, keys, pages, signed, web
from fund.applications import refusals as applications_refusals
from fund.applications import views as applications
from fund.audit import notes, witnesses
from fund.audit import refusals as audit_refusals
from fund.audit import views as audit
from fund.awards import refusals as awards_refusals
from fund.awards import views as awards
from fund.banking import reconciliation
from fund.banking import refusals as banking_refusals
from fund.banking import views as banking
from fund.bookkeeping import refusals as bookkeeping_refusals
from fund.bookkeeping import unreconciled
from fund.bookkeeping import views as bookkeeping
from fund.committee import queries as committee_queries
from fund.committee import refusals as committee_refusals
from fund.committee import views as committee
from fund.disbursements import refusals as disbursements_refusals
from fund.disbursements import views as disbursements
from fund.gateways import mail, storage, stripe
from fund.giving import refusals as giving_refusals
from fund.giving import views as giving
from fund.ledger import refusals as ledger_refusals
from fund.ledger import views as ledger
from fund.people import duties
from fund.people import queries as people_queries
from fund.people import refusals as people_refusals
from fund.people import views as people
from fund.reports import refusals as reports_refusals
from fund.reports import views as reports
from fund.settlement import refusals as settlement_refusals
from fund.settlement import views as settlement
from fund.survivors import refusals as survivors_refusals
from fund.survivors import views as survivors

# In the order of the navigation on the left of the staff pages.
ROOMS: tuple[ModuleType, ...] = (
    reports,
    survivors,
    applications,
    committee,
    awards,
    disbursements,
    giving,
    settlement,
    banking,
    ledger,
    bookkeeping,
    audit,
    people,
)
REFUSALS = (
    survivors_refusals,
    applications_refusals,
    committee_refusals,
    awards_refusals,
    disbursements_refusals,
    giving_refusals,
    settlement_refusals,
    ledger_refusals,
    bookkeeping_refusals,
    banking_refusals,
    audit_refusals,
    people_refusals,
    reports_refusals,
)


def wire(app: Flask, settings: Settings) -> None:
    """See the module."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        BOOTSTRAP_SERVE_LOCAL=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.is_production,
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        FORM_TARGETS=["https://checkout.stripe.com"]
        if settings.is_production
        else [settings.stripe_api_base],
    )
    if settings.is_production:  # behind one proxy that ends TLS, see docs/server.md
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    configure_logging()
    if settings.database_url is not None:
        db.init(settings.database_url, settings.database_read_url)
    keys.init(settings.keyring)
    notes.init(settings.base_url)
    witnesses.init(settings.witnesses)
    signed.init(settings.secret_key)
    duties.use_policy(committee_queries.most_seats)
    unreconciled.ask_besides(reconciliation.list_open_at)
    mail.init(settings.smtp_url)
    storage.init(settings.storage_url)
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)

    i18n.init(app)
    for refusals in REFUSALS:
        i18n.add_refusals(refusals.TEXTS)
    Bootstrap5(app)
    assets.init(app)
    web.open_endpoint(app, "bootstrap.static")
    web.init(app, navigation=[entry for room in ROOMS for entry in room.NAVIGATION])
    answers.init(app)
    pages.init(app, practice=not settings.is_production)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    app.register_blueprint(health.blueprint)
    if not settings.is_production:
        from fund.sandbox import views as sandbox

        app.register_blueprint(sandbox.blueprint)
    app.wsgi_app = settlement.Webhooks(app.wsgi_app)  # type: ignore[method-assign]
    cli.init(app)
    web.login.user_loader(_load_user)
    web.check_every_endpoint_declares(app)


def configure_logging() -> None:
    """One JSON line an event, on standard error; values are ids and codes, never names."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _load_user(session_id: str) -> people_queries.SignedIn | None:
    with db.reading() as session:
        return people_queries.find_signed_in(session, session_id, now=clock.now())
