"""Tables of the people who work here. Migration 0004 holds the CHECKs and exclusions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund.db import Base, Stateful, Versioned
from fund.ids import new_id
from fund.permissions import Actor, Role


class Organisation(Base):
    """Who runs this fund: one row, made by `flask setup`."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name_en: Mapped[str]
    name_th: Mapped[str]
    contact_email: Mapped[str]


class StaffRole(Base):
    """A seat held from a moment until another; open-ended while `until_at` is empty.

    The database keeps apart administration and every seat with power over money or votes or a
    view of identities.
    """

    __tablename__ = "staff_role"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]

    def is_held(self, now: datetime) -> bool:
        return self.from_at <= now and (self.until_at is None or now < self.until_at)


class Staff(Base, Stateful, Versioned):
    """One who signs in. `email` is lower case; `sealed_totp` is a base32 secret under `key_id`.

    A second factor counts once `totp_enrolled_at` is set; `totp_last_counter` is the 30-second
    step of the last code taken, so that none works twice. A session ends when `session_epoch`
    goes up.
    """

    __tablename__ = "staff"
    TRANSITIONS = {
        "invited": frozenset({"active", "left"}),
        "active": frozenset({"left"}),
        "left": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="invited")
    password_hash: Mapped[str | None]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_totp: Mapped[bytes | None]
    totp_enrolled_at: Mapped[datetime | None]
    totp_last_counter: Mapped[int | None]
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=1)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    roles: Mapped[list[StaffRole]] = relationship(lazy="selectin", order_by=StaffRole.id)

    @property
    def has_second_factor(self) -> bool:
        return self.totp_enrolled_at is not None

    @property
    def session_id(self) -> str:
        """What the session cookie names this person by, until the epoch moves on."""
        return f"{self.id}:{self.session_epoch}"

    @property
    def totp_context(self) -> str:
        return f"staff.sealed_totp:{self.id}"

    def actor_at(self, now: datetime) -> Actor:
        """This person with the roles held at `now`; none once they left."""
        if self.state != "active":
            return Actor("staff", self.id)
        return Actor(
            "staff", self.id, frozenset(Role(r.role) for r in self.roles if r.is_held(now))
        )


class Invitation(Base):
    """A letter that lets one person set a password, once, until `expires_at`.

    The token in the letter is this row's id, signed (`people.tokens`): nothing here opens it.
    """

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Supervises(Base):
    """A supervisor's team: whose cases they see and whose applications they endorse."""

    __tablename__ = "supervises"

    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    caseworker_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, index=True
    )
