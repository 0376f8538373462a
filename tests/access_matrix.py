"""Who may do what, by hand and apart from `fund/permissions.py`: two opinions that must agree.

Letters: c caseworker, s supervisor, m committee member, h chair, f finance officer, t treasurer,
u auditor, d data-protection contact, a administrator, D a donor in their own pages. `*` is
everyone, signed in or not. Passing the gate is not yet being served: whose case, whose vote and
whose run it is, each room asks too.
"""

from fund.permissions import Role

LETTERS = {
    Role.CASEWORKER: "c",
    Role.SUPERVISOR: "s",
    Role.COMMITTEE_MEMBER: "m",
    Role.CHAIR: "h",
    Role.FINANCE_OFFICER: "f",
    Role.TREASURER: "t",
    Role.AUDITOR: "u",
    Role.DATA_PROTECTION: "d",
    Role.ADMINISTRATOR: "a",
}
DONOR = "D"  # who came by a link of ours; a seat in the fund's work opens none of it
EVERYONE = "*"
STAFF = "csmhftuda"
CASEWORK = "cs"
COMMITTEE = "mh"
MONEY = "ft"

PUBLIC = (
    "GET static", "GET bootstrap.static",
    "GET health.healthz", "GET health.readyz", "GET health.metrics",
    "GET reports.index", "GET reports.about", "GET reports.how", "GET reports.privacy",
    "GET reports.favicon", "GET reports.robots", "GET reports.leave",
    "POST reports.switch_language",
    "GET giving.give", "POST giving.give", "GET giving.checkout", "GET giving.thanks",
    "GET giving.campaign", "POST giving.campaign",
    "GET giving.embed", "GET giving.embed_campaign",  # for frames: they hold and take nothing
    "GET giving.newsletter", "POST giving.newsletter",  # the token in the mail, as below
    "GET giving.no_mail", "POST giving.no_mail",  # the token in the mail is the key
    "GET giving.pay", "GET giving.pay_code",  # whoever knows the gift's id, as for thanks
    "POST giving.retry",
    # The way to a donor's own pages, and out of them
    "GET giving.my_sign_in", "POST giving.my_sign_in", "GET giving.my_sent",
    "GET giving.my_open", "POST giving.my_open", "POST giving.my_sign_out",
    # The same for a regular gift: whoever knows its id may go on, and see what became of it
    # Whoever knows the gift's id, as for thanks; the token in the mail is the key to the other
    "GET giving.gate", "POST giving.gate", "GET giving.gate_open", "POST giving.gate_open",
    "GET giving.plan_checkout", "GET giving.plan_thanks", "POST giving.plan_retry",
    # The link in a mail about a regular gift; its signature is the key
    "GET giving.plan_keep", "POST giving.plan_keep",
    "GET audit.log", "GET audit.check", "GET audit.checkpoint", "GET audit.consistency",
    "GET audit.key", "GET audit.verify_script", "GET audit.tile",
    # Public for receipts; for anything else the view asks for `read_trail`
    "GET audit.proof", "GET audit.inclusion",
    "GET people.sign_in", "POST people.sign_in", "GET people.sign_in_code",
    "POST people.sign_in_code", "POST people.sign_out",
    "GET people.accept_invitation", "POST people.accept_invitation",
    # The practice world, which is never registered in production
    "GET sandbox.tour", "POST sandbox.step", "POST sandbox.restart", "GET sandbox.mail_list",
    "GET sandbox.mail_show", "GET sandbox.mail_html", "GET sandbox.mail_attachment",
)  # fmt: skip

MATRIX: dict[str, str] = dict.fromkeys(PUBLIC, EVERYONE) | {
    # Oneself
    "GET reports.home": STAFF,
    "GET people.my_sign_in": STAFF,
    "POST people.change_password": STAFF,
    "POST people.choose_language": STAFF,
    "POST people.keep_awake": STAFF,
    "GET people.second_factor": STAFF,
    "POST people.second_factor": STAFF,
    "POST people.sign_out_everywhere": STAFF,
    "GET people.unlock": STAFF,
    "POST people.unlock": STAFF,
    # A donor's own pages: whose gift it is, each view asks too
    "GET giving.my": DONOR,
    "GET giving.my_gift": DONOR,
    "GET giving.my_plan": DONOR,
    "POST giving.my_plan": DONOR,
    "GET giving.my_receipt": DONOR,
    "GET giving.my_statement": DONOR,
    "POST giving.my_language": DONOR,
    "POST giving.my_data": DONOR,
    "GET giving.my_funds": DONOR,
    "POST giving.my_dedication": DONOR,
    "GET giving.my_erasure": DONOR,
    "POST giving.my_erasure": DONOR,
    "POST giving.my_erasure_withdraw": DONOR,
    # People: the administrator, who has no power over money or votes and no view of identities
    "GET people.staff_list": "a",
    "GET people.staff_check": "a",
    "GET people.staff_edit": "a",
    "POST people.staff_edit": "a",
    "GET people.invite": "a",
    "POST people.invite": "a",
    "POST people.renew_invitation": "a",
    # Survivors: caseworkers and their supervisors, nobody else
    "GET survivors.case_list": CASEWORK,
    "GET survivors.case_add": CASEWORK,
    "POST survivors.case_add": CASEWORK,
    "GET survivors.case_show": CASEWORK,
    "GET survivors.case_edit": CASEWORK,
    "POST survivors.case_edit": CASEWORK,
    "POST survivors.case_attest": CASEWORK,
    "POST survivors.case_assign": "s",
    "POST survivors.case_release": "s",
    "POST survivors.identity_show": CASEWORK,
    "GET survivors.consent_add": CASEWORK,
    "POST survivors.consent_add": CASEWORK,
    "POST survivors.consent_confirm": CASEWORK,
    "POST survivors.consent_withdraw": CASEWORK,
    "POST survivors.document_add": CASEWORK,
    "GET survivors.document_show": CASEWORK,
    # Applications: a caseworker's own; the team's supervisor reads
    "GET applications.application_list": CASEWORK,
    "GET applications.application_show": CASEWORK,
    "GET applications.application_start": "c",
    "POST applications.application_start": "c",
    "GET applications.application_edit": "c",
    "POST applications.application_edit": "c",
    "POST applications.application_autosave": "c",
    "POST applications.application_submit": "c",
    "POST applications.application_withdraw": "c",
    "POST applications.document_add": "c",
    # Deciding: seats in the committee and nobody else
    "GET committee.docket": COMMITTEE,
    "GET committee.dossier": COMMITTEE,
    "GET committee.declare": COMMITTEE,
    "POST committee.declare": COMMITTEE,
    "POST committee.vote": COMMITTEE,
    "GET committee.policy_show": COMMITTEE + MONEY + "ua",
    # Awards: everyone who has a part in them reads; the case's own staff do what they need
    "GET awards.award_list": CASEWORK + COMMITTEE + MONEY + "u",
    "GET awards.award_show": CASEWORK + COMMITTEE + MONEY + "u",
    "GET awards.acceptance_add": CASEWORK,
    "POST awards.acceptance_add": CASEWORK,
    "POST awards.condition_confirm": CASEWORK,
    "POST awards.evidence_add": CASEWORK,
    "POST awards.instalment_reschedule": "f",
    # Payments: finance prepares and sends, the committee approves, the treasurer reconciles
    "GET disbursements.payee_list": MONEY,
    "GET disbursements.payee_show": MONEY,
    "GET disbursements.payee_add": "f",
    "POST disbursements.payee_add": "f",
    "POST disbursements.payee_change": "f",
    "POST disbursements.payee_check": "t",
    "POST disbursements.payee_open": MONEY,
    "GET disbursements.run_list": COMMITTEE + MONEY + "u",
    "GET disbursements.run_show": COMMITTEE + MONEY + "u",
    "GET disbursements.run_prepare": "f",
    "POST disbursements.run_prepare": "f",
    "POST disbursements.run_approve": COMMITTEE,
    "POST disbursements.run_send": "f",
    "POST disbursements.run_bank_file": "f",
    "POST disbursements.run_cancel": "f",
    "POST disbursements.payment_confirm": "t",
    "POST disbursements.payment_return": "t",
    # Trails of what happened
    "GET reports.trail": "u",
    "GET reports.award_trail": "u",
    "GET reports.application_trail": "u",  # votes stand there
    "GET reports.staff_trail": "u",
    "GET reports.log": "u",
    "GET audit.export": "u",
    # Money's timelines hold no vote: who keeps the books answers for them
    "GET reports.gift_trail": MONEY + "u",
    "GET reports.plan_trail": MONEY + "u",
    "GET reports.payment_trail": MONEY + "u",
    "GET reports.fund_trail": MONEY + "u",
    "GET reports.donor_trail": MONEY + "u",
    # Who looked at whom: the contact watches over those who may look
    "GET reports.looks": "du",
    # Books and gifts
    "GET ledger.balances": MONEY + "u",
    "GET ledger.journal_list": MONEY + "u",
    "GET ledger.journal_show": MONEY + "u",
    "GET ledger.statement_list": MONEY + "u",
    # What finance itself enters: two persons, so both seats propose and both approve
    "GET bookkeeping.entry_list": MONEY + "u",
    "GET bookkeeping.entry_show": MONEY + "u",
    # What a bank wrote may name a guardian: finance only, who paid them anyway
    "GET bookkeeping.entry_paper": MONEY,
    "GET bookkeeping.entry_choose": MONEY,
    "GET bookkeeping.entry_propose": MONEY,
    "POST bookkeeping.entry_propose": MONEY,
    "POST bookkeeping.entry_book": MONEY,
    "POST bookkeeping.entry_decline": MONEY,
    "POST bookkeeping.entry_withdraw": MONEY,
    "GET bookkeeping.rate_list": MONEY + "u",
    "POST bookkeeping.rate_add": "f",
    "GET bookkeeping.fund_list": MONEY + "u",
    "GET bookkeeping.fund_open": "f",
    "POST bookkeeping.fund_open": "f",
    "GET bookkeeping.fund_change": "f",
    "POST bookkeeping.fund_change": "f",
    "GET bookkeeping.fund_close": "f",
    "POST bookkeeping.fund_close": "f",
    "GET ledger.trial_balance": MONEY + "u",
    "GET ledger.position": MONEY + "u",
    "GET ledger.activities": MONEY + "u",
    "GET ledger.fund_report": MONEY + "u",
    "GET ledger.account_show": MONEY + "u",
    "GET ledger.statement_file": MONEY + "u",
    "GET ledger.export": MONEY + "u",
    # Periods: finance closes, whoever reads the books sees
    "GET bookkeeping.period_list": MONEY + "u",
    "POST bookkeeping.period_open": "f",
    "GET bookkeeping.period_show": MONEY + "u",
    "POST bookkeeping.period_begin": "f",
    "POST bookkeeping.period_close": "f",
    "GET ledger.export_file": MONEY + "u",
    "GET giving.gift_list": MONEY + "u",
    "GET giving.gift_show": MONEY + "u",
    "GET giving.receipt_faults": MONEY + "u",
    # Whom to forget: the data-protection contact alone, who sees no name there
    "GET giving.erasure_list": "d",
    "GET giving.erasure_show": "d",
    "POST giving.erasure_decide": "d",
    # Names and tax numbers leave in a file: who works it, and nobody else
    "GET giving.edonation_show": "f",
    "POST giving.edonation_file": "f",
    "POST giving.edonation_confirm": "f",
    "GET giving.edonation_columns": "f",
    "POST giving.edonation_columns": "f",
    # Whose two records are: finance, who knows donors by name
    "GET giving.merge_list": "f",
    "POST giving.merge_find": "f",
    "GET giving.merge_show": "f",
    "POST giving.merge_donors": "f",
    "POST giving.merge_dismiss": "f",
    "GET giving.plan_list": MONEY + "u",
    "GET giving.plan_show": MONEY + "u",
    "POST giving.plan_change": "f",  # for a donor who wrote to us
    "GET giving.campaign_list": MONEY + "u",
    "GET giving.frame_list": MONEY + "u",
    "POST giving.frame_allow": "f",
    "POST giving.frame_forbid": "f",
    "GET giving.campaign_open": "f",
    "POST giving.campaign_open": "f",
    "GET giving.campaign_change": "f",
    "POST giving.campaign_change": "f",
    "POST giving.campaign_close": "f",
    "GET giving.gift_add": "f",
    "POST giving.gift_add": "f",
    # Lists of gifts: recorded as a gift is; who gave stands in file, paper and preview
    "GET giving.import_list": MONEY + "u",
    "GET giving.import_upload": "f",
    "POST giving.import_upload": "f",
    "GET giving.import_show": MONEY + "u",
    "POST giving.import_columns": "f",
    "POST giving.import_alike": "f",
    "POST giving.import_record": "f",
    "POST giving.import_drop": "f",
    "GET giving.import_faults": "f",
    "GET giving.import_file": MONEY,
    "GET giving.import_paper": MONEY,
    # Undoing one is a reversal: both seats ask and decide, never one's own
    "POST giving.import_undo_ask": MONEY,
    "POST giving.import_undo": MONEY,
    "POST giving.import_undo_drop": MONEY,
    "GET giving.gift_paper": MONEY,  # a pay-in slip names who gave
    "GET giving.terms_list": MONEY + "u",
    "GET giving.terms_change": "f",
    "POST giving.terms_change": "f",
    "GET giving.ways_change": "f",
    "POST giving.ways_change": "f",
    "POST giving.biller_ask": "f",
    "POST giving.biller_stop": "f",
    "GET giving.biller_show": MONEY + "u",
    "POST giving.biller_approve": "t",
    "POST giving.biller_drop": MONEY,  # who asked takes it back; the treasurer says no
    # The bank: amounts and days for finance and auditor; what a bank wrote may name people
    "GET banking.statement_list": MONEY + "u",
    "GET banking.statement_show": MONEY + "u",
    "GET banking.account_add": MONEY,
    "POST banking.account_add": MONEY,
    "GET banking.statement_upload": MONEY,
    "POST banking.statement_upload": MONEY,
    "POST banking.statement_columns": MONEY,
    "POST banking.statement_record": MONEY,
    "POST banking.statement_drop": MONEY,
    "POST banking.statement_undo": MONEY,
    "POST banking.statement_texts": MONEY,
    # Saying what a line is, is the treasurer's
    "POST banking.statement_confirm": "t",
    "GET banking.line_show": MONEY + "u",
    "POST banking.line_text": MONEY,
    "POST banking.line_match": "t",
    "POST banking.line_book": "t",
    "POST banking.line_return": "t",
    "POST banking.line_leave_aside": "t",
    "POST banking.line_open": "t",
    "GET banking.reconciliation": MONEY + "u",
    "POST banking.difference_explain": "t",
    "GET settlement.inbox": MONEY + "u",
    "GET settlement.refund_list": MONEY + "u",
    "GET settlement.refund_new": "f",  # one asks; above a limit another person decides
    "POST settlement.refund_ask": "f",
    "POST settlement.refund_approve": MONEY,
    "POST settlement.refund_decline": MONEY,
    "POST settlement.refund_settle": "f",
    "POST settlement.refund_limit": "t",  # never who asks for refunds
    "GET settlement.dispute_list": MONEY + "u",
    "GET settlement.dispute_show": MONEY + "u",
    "POST settlement.dispute_note": "f",
    "GET settlement.stray_list": MONEY + "u",
    "POST settlement.stray_seen": "f",  # who also gives back, and writes to donors
    "POST settlement.alert_keep": "f",
    "GET giving.breaker_list": MONEY + "u",  # counts, nobody's address
    "POST giving.breaker_move": "f",
    "GET settlement.event_show": MONEY + "u",
    "POST settlement.retry": "f",
    "POST settlement.retry_all": "f",
    "POST settlement.replay": "f",
    "POST settlement.payout_confirm": "t",
}
