"""Which facts the file can tell, and the columns that it begins with. Data, not rules.

We could not get at the Revenue Department's own form; so the columns are only a beginning until
finance has held them against it.
"""

from dataclasses import dataclass
from datetime import date

from fund.i18n import N_
from fund.money import Money

BUDDHIST_ERA = 543
# How many columns a file may have.
LONGEST = 8

FIELD_NAMES: dict[str, str] = {
    "tax_id": N_("the donor’s tax number"),
    "name": N_("the donor’s name, or the company’s"),
    "paid_on_thai": N_("the day it was paid, in the Buddhist year"),
    "paid_on": N_("the day it was paid"),
    "amount": N_("the amount in baht"),
    "receipt": N_("the receipt’s number"),
    "office_tax_id": N_("the office’s tax number"),
}
EXAMPLES: dict[str, str] = {
    "tax_id": "•••••••••••••",
    "name": "สมหญิง ตัวอย่าง",
    "paid_on_thai": "24/11/2569",
    "paid_on": "2026-11-24",
    "amount": "1500.00",
    "receipt": "TH-2026-000001",
    "office_tax_id": "0000000000000",
}
STARTING: list[list[str]] = [
    ["เลขประจำตัวผู้เสียภาษีของผู้บริจาค", "tax_id"],
    ["ชื่อผู้บริจาค", "name"],
    ["วันที่บริจาค", "paid_on_thai"],
    ["จำนวนเงิน", "amount"],
    ["เลขที่ใบเสร็จรับเงิน", "receipt"],
]


@dataclass(frozen=True)
class Line:
    """A receipt, opened for the file."""

    tax_id: str
    name: str
    paid_on: date
    amount: Money
    receipt: str
    office_tax_id: str

    def tell(self, field: str) -> str:
        """One of `FIELD_NAMES` as the file writes it."""
        match field:
            case "paid_on_thai":
                return f"{self.paid_on:%d/%m}/{self.paid_on.year + BUDDHIST_ERA}"
            case "paid_on":
                return self.paid_on.isoformat()
            case "amount":
                return f"{self.amount.decimal():f}"
        told: str = getattr(self, field)
        return told
