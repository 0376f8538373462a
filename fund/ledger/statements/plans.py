"""Which plan PostgreSQL reads by."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def plan_anew(session: Session) -> None:
    """Let each query of this transaction be planned for what it asks.

    An account with millions of lines is best read along the days, one with a few along its own
    index; a plan kept for all of them would read the whole journal for the few.
    """
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
