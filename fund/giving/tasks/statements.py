"""Jobs about annual statements."""

from uuid import UUID

from fund import clock, jobs
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.giving import letters
from fund.giving.models import AnnualStatement
from fund.giving.tasks.posting import post_letter


@jobs.task("giving.mail_statement")
def mail_statement(statement_id: str) -> None:
    """Send a statement to its donor. A second run sends nothing, or the same message again."""
    with reading() as session:
        if session.get_one(AnnualStatement, UUID(statement_id)).mailed_at is not None:
            return
        try:
            letter = letters.write_statement(session, UUID(statement_id))
        except Unreadable:  # forgotten
            return
    post_letter(letter, message_id=f"statement-{statement_id}")
    with transaction() as session:
        session.get_one(AnnualStatement, UUID(statement_id)).mailed_at = clock.now()
