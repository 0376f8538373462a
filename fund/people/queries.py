"""Reads of people."""

from flask_login import UserMixin
from sqlalchemy.orm import Session


def find_signed_in(_session: Session, _user_id: str) -> UserMixin | None:
    """The staff member behind a session cookie; None signs the session out."""
    return None
