"""Languages and how values read in them. Texts are English msgids; Thai lives in translations/."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from flask import Flask, current_app, has_request_context, render_template, request, url_for
from flask_babel import (
    Babel,
    force_locale,
    format_timedelta,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
)
from werkzeug.wrappers import Response

from fund import clock
from fund.errors import FundError
from fund.money import CURRENCIES, Money, baht

LANGUAGES = {"en": "English", "th": "ไทย"}
LANGUAGE_COOKIE = "language"
A_YEAR_SECONDS = 365 * 24 * 3600

__all__ = ["gettext", "lazy_gettext", "ngettext"]

_refusals: dict[str, str] = {}


def N_(text: str) -> str:  # noqa: N802 gettext's customary name
    """Mark a text for translation where it is declared; it is translated where it is shown."""
    return text


def init(app: Flask) -> None:
    """Choose each request's language and give templates the filters below."""
    _compile_catalogue(Path(app.root_path) / "translations/th/LC_MESSAGES/messages.po")
    Babel(
        app,
        default_locale="en",
        default_timezone="Asia/Bangkok",
        default_translation_directories="translations",
        locale_selector=select_language,
    )
    app.jinja_env.filters.update(
        baht=baht,
        money=format_money,
        short_money=format_short,
        exact_money=format_exact,
        day=format_day,
        moment=format_moment,
        month=format_month,
        year=format_year,
        span=format_span,
    )
    app.jinja_env.globals.update(
        language=language, LANGUAGES=LANGUAGES, options=options, figure_column=figure_column
    )


def select_language() -> str:
    """What the address says, else the reader's own choice, else the browser's, else English."""
    if not has_request_context():
        return "en"
    if request.args.get("lang") in LANGUAGES:  # from a page of the charity in that language
        return request.args["lang"]
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def remember_language(answer: Response, code: str) -> None:
    """Let this browser be spoken to in this language from now on."""
    answer.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=A_YEAR_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def language() -> str:
    """The language of the page or mail being made, `en` or `th`."""
    locale: Locale | None = get_locale()
    return locale.language if locale else "en"


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Make everything inside in this language (mails, PDFs, jobs); links are absolute."""
    base_url = current_app.config["SETTINGS"].base_url
    with current_app.test_request_context(base_url=base_url), force_locale(code):
        yield


def options(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """A closed list, code -> msgid, as the form macros offer it: in the reader's language."""
    return [(code, gettext(text)) for code, text in texts.items()]


def add_refusals(texts: Mapping[str, str]) -> None:
    """Register the texts of a feature's error codes (msgids with %(name)s for the params)."""
    for code, text in texts.items():
        if _refusals.setdefault(code, text) != text:
            raise ValueError(f"two texts for {code}")


def refusal_text(error: FundError) -> str:
    """The error in the reader's words."""
    text = _refusals.get(error.code, _refusals["refused"])
    return str(gettext(text, **{name: readable(value) for name, value in error.params.items()}))


def format_money(money: Money) -> str:
    """`฿1,500` or `฿1,500.50`: decimals only where there are any."""
    whole = money.amount_minor % 10 ** CURRENCIES[money.currency].exponent == 0
    return _format(money, 0 if whole else CURRENCIES[money.currency].exponent)


def format_span(span: timedelta) -> str:
    """How long, in its largest unit: `3 hours`."""
    return str(format_timedelta(span))


def format_short(money: Money) -> str:
    """`฿2.41 M` from a million upwards, else whole units; cut, not rounded, so never too much."""
    unit = 10 ** CURRENCIES[money.currency].exponent
    millions, rest = divmod(money.amount_minor // unit, 1_000_000)
    if millions < 1:
        return format_money(Money(money.amount_minor // unit * unit, money.currency))
    text = f"{CURRENCIES[money.currency].symbol}{millions:,}.{rest // 10_000:02}"
    return str(gettext("%(amount)s M", amount=text)).replace(" ", "\u00a0")


def format_exact(money: Money) -> str:
    """The amount with all its decimals, without a sign of currency: for columns of figures."""
    return _figure(money.decimal(), CURRENCIES[money.currency].exponent).replace("-", "\u2212")


def figure_column(amounts: Iterable[Money]) -> Callable[[Money], str]:
    """How one column of a budget reads: in whole units if all of `amounts` are, else exactly."""
    parts = any(m.amount_minor % 10 ** CURRENCIES[m.currency].exponent for m in amounts)
    return format_exact if parts else _format_whole


def format_day(day: date | datetime, *, always_year: bool = False) -> str:
    """`26 Nov`, with the year when it is not this one; Thai in the Buddhist year."""
    if isinstance(day, datetime):
        day = clock.bangkok_day(day)
    text = dates.format_date(day, "d MMM", locale=language())
    if always_year or day.year != clock.bangkok_day(clock.now()).year:
        text = f"{text} {day.year + 543 if language() == 'th' else day.year}"
    return text


def format_year(year: int) -> str:
    """`2026`; Thai in the Buddhist year."""
    return str(year + 543 if language() == "th" else year)


def format_month(day: date) -> str:
    """`Dec 2026`; Thai in the Buddhist year."""
    year = day.year + 543 if language() == "th" else day.year
    return f"{dates.format_date(day, 'LLL', locale=language())} {year}"


def format_moment(moment: datetime) -> str:
    """Day and time in Thailand, `26 Nov 14:05`."""
    return f"{format_day(moment)} {moment.astimezone(clock.BANGKOK):%H:%M}"


def link(endpoint: str, **values: Any) -> str:
    """The whole address of a page, for mails and papers."""
    return url_for(endpoint, _external=True, **values)


def render_mail(name: str, code: str, **context: Any) -> tuple[str, str, str]:
    """(subject, text, HTML) of `templates/mail/<name>.txt|.html`; the first line is the subject."""
    with speaking(code):
        text = render_template(f"mail/{name}.txt", **context)
        subject, _, body = text.partition("\n")
        return subject.strip(), body.lstrip("\n"), render_template(f"mail/{name}.html", **context)


def _compile_catalogue(source: Path) -> None:
    """Make the binary catalogue that gettext reads, unless it is as new as its source."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    with source.open("rb") as lines:
        catalogue = pofile.read_po(lines, locale="th")
    with NamedTemporaryFile(dir=target.parent, delete=False) as part:
        mofile.write_mo(part, catalogue)
    Path(part.name).replace(target)


def _format(money: Money, decimals: int) -> str:
    unit = CURRENCIES[money.currency]
    sign = "\u2212" if money.amount_minor < 0 else ""
    return f"{sign}{unit.symbol}{_figure(abs(money.decimal()), decimals)}".replace(" ", "\u00a0")


def _format_whole(money: Money) -> str:
    return _figure(money.decimal(), 0).replace("-", "\u2212")


def _figure(amount: Decimal, decimals: int) -> str:
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return str(numbers.format_decimal(amount, pattern, locale="en"))


def readable(value: object) -> object:
    """A parameter of a text, as it reads in that text: amounts and days formatted."""
    if isinstance(value, Money):
        return format_money(value)
    return format_day(value) if isinstance(value, date) else value


add_refusals(
    {
        "refused": N_("This is not possible as things stand."),
        "not_found": N_("There is no such page, or it is not yours to open."),
        "denied": N_("Your role does not allow this."),
        "stale": N_("Somebody changed this while you were working. Nothing you typed is lost."),
        "wrong_state": N_("This has already moved on; open it again to see where it stands."),
        "form_incomplete": N_("The form did not arrive whole. Please send it again."),
        "mail_unavailable": N_("The mail server does not answer. The mail will be tried again."),
        "storage_unavailable": N_(
            "The document store does not answer. Nothing was changed; please try again."
        ),
    }
)
