"""What a donor gave in a year, as a mail and on paper."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy.orm import Session

from fund import i18n, pdf
from fund.audit.queries import get_leaf_hash
from fund.giving import queries
from fund.giving.donors import head_of, open_person
from fund.giving.letters.paper import Letter, office_facts, proof_parts
from fund.giving.models import AnnualStatement, Donor
from fund.giving.queries import StatementRow
from fund.giving.years import Year
from fund.i18n import gettext
from fund.ledger.models import Office
from fund.ledger.queries import fund_name
from fund.money import Money


def write_statement(session: Session, statement_id: UUID) -> Letter:
    """An annual statement, in the language that its donor reads now."""
    statement = session.get_one(AnnualStatement, statement_id)
    donor = head_of(session, session.get_one(Donor, statement.donor_id))
    office = session.get_one(Office, statement.office_id)
    person, language = open_person(session, donor), donor.language
    year = Year(statement.year, office.country if statement.is_tax_year else None)
    rows = queries.list_statement_rows(
        session,
        donor_ids=statement.donor_ids,
        office_id=office.id,
        year=year,
        until=statement.id,
    )
    leaf = get_leaf_hash(session, statement.audit_event_id)
    with i18n.speaking(language):
        facts = [(gettext("From"), person.name), *office_facts(office)]
        totals = ", ".join(map(i18n.format_money, _totals(rows)))
        title = name_year(year)
        note = gettext(
            "This statement repeats receipts that you have already. Please do not use both for your"
            " taxes."
        )
        proof = proof_parts(statement.audit_event_id, leaf)
        paper = {
            "title": title,
            "amount": totals,
            "thanks": gettext("Thank you for what you gave in that year."),
            "facts": [(label, value) for label, value in facts if value],
            "head": [gettext("For"), gettext("Receipt"), gettext("Paid on"), gettext("Amount")],
            "rows": [_line(row, language) for row in rows],
            "note": note,
            "footer": f"{title} · {office.legal_name}",
        }
        printed = pdf.compile_pdf("annual", paper | proof, language=language)
    subject, text, html = i18n.render_mail(
        "annual",
        language,
        title=title,
        donor=person.name,
        rows=rows,
        totals=totals,
        fund_name=fund_name,
        note=note,
        proof=proof["proof"],
        leaf=leaf,
        office=office,
    )
    filename = f"{office.receipt_prefix}-{'tax-year-' if year.country else ''}{year.number}.pdf"
    return Letter(person.email, subject, text, html, language, filename, printed)


def name_year(year: Year) -> str:
    """What a statement of that year is called."""
    name: str
    if year.country is None:
        name = gettext("Your gifts in %(year)s", year=i18n.format_year(year.number))
    else:
        name = gettext(
            "Your gifts in the tax year from %(first)s to %(last)s",
            first=i18n.format_day(year.first_on, always_year=True),
            last=i18n.format_day(year.last_on, always_year=True),
        )
    return name


def _totals(rows: list[StatementRow]) -> list[Money]:
    """What counts in each currency, the most frequent one first."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.amount.currency].append(row.amount.amount_minor)
    by_many = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Money(sum(amounts), currency) for currency, amounts in by_many]


def _line(row: StatementRow, language: str) -> list[str]:
    return [
        fund_name(row.fund, language),
        row.number,
        i18n.format_day(row.paid_on, always_year=True),
        i18n.format_money(row.amount),
    ]
