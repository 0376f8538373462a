"""What the database itself refuses, whoever asks."""

import pytest
from sqlalchemy.exc import IntegrityError


def refuses(session, reason, statement, *values):
    """The statement fails, for this reason; the transaction goes on."""
    with pytest.raises(IntegrityError, match=reason), session.begin_nested():
        session.execute(statement, *values)
