"""Tables of the vault (schema `vault`): what is sealed here opens only with the survivor's key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fund.db import Base, Stateful, Versioned

VAULT = {"schema": "vault"}


class Survivor(Versioned, Base):
    """A record: code, region and birth year in clear; who it is, sealed.

    The birth year is all that an age band of two years needs, so that nobody opens the vault
    for it. The indices find a person again without being readable.
    """

    __tablename__ = "survivor"
    __table_args__ = VAULT

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_code: Mapped[str] = mapped_column(unique=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("vault.data_key.id"))
    sealed_identity: Mapped[bytes]
    sealed_label: Mapped[bytes | None]
    name_index: Mapped[bytes | None] = mapped_column(index=True)
    national_id_index: Mapped[bytes | None] = mapped_column(unique=True)
    birth_year: Mapped[int]
    region: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]


class CaseAssignment(Base):
    """A caseworker works on a case, from and until; who may open it follows from here."""

    __tablename__ = "case_assignment"
    __table_args__ = (
        Index(
            "ix_case_assignment_open",
            "staff_id",
            "survivor_id",
            unique=True,
            postgresql_where=text("until_at IS NULL"),
        ),
        VAULT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class Attestation(Base):
    """A second person met the survivor or checked the papers; never who added the record."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("survivor_id", "staff_id"), VAULT)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    way: Mapped[str]
    attested_at: Mapped[datetime]


class Document(Stateful, Base):
    """A paper of a survivor, about the record itself or an application, award or instalment.

    `pending` until its sealed bytes lie in storage; `failed` if they never arrived there.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("id", "survivor_id"), VAULT)

    TRANSITIONS = {
        "pending": frozenset({"stored", "failed"}),
        "stored": frozenset(),
        "failed": frozenset(),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    document_class: Mapped[str]
    content_type: Mapped[str]
    pages: Mapped[int]
    size: Mapped[int]
    storage_key: Mapped[str] = mapped_column(unique=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending")


class ConsentWording(Base):
    """A text that is read to who consents; a change is a new version, old ones stay."""

    __tablename__ = "consent_wording"
    __table_args__ = (UniqueConstraint("kind", "language", "version"), VAULT)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[int]
    language: Mapped[str]
    text: Mapped[str]
    added_at: Mapped[datetime]


class Guardian(Base):
    """Who holds parental responsibility; nobody is contacted unless marked safe."""

    __tablename__ = "guardian"
    __table_args__ = (UniqueConstraint("id", "survivor_id"), VAULT)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    sealed_name: Mapped[bytes]
    relation: Mapped[str]
    is_safe_to_contact: Mapped[bool]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]


class Consent(Base):
    """A consent, or another lawful basis in its place, with the child's assent beside it.

    It stays as given; only the confirmation of another basis by a second person, and the
    withdrawal, are added, each once. `expires_on` of another basis is its day of review.
    Which consent counts on a day, `vault.find_valid_consent` alone decides.
    """

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(
            ["guardian_id", "survivor_id"], ["vault.guardian.id", "vault.guardian.survivor_id"]
        ),
        ForeignKeyConstraint(
            ["document_id", "survivor_id"], ["vault.document.id", "vault.document.survivor_id"]
        ),
        VAULT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("vault.survivor.id"), index=True)
    giver_kind: Mapped[str]
    relation: Mapped[str | None]
    guardian_id: Mapped[UUID | None]
    wording_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.consent_wording.id"))
    given_how: Mapped[str | None]
    given_on: Mapped[date]
    expires_on: Mapped[date] = mapped_column(index=True)
    document_id: Mapped[UUID | None]
    lawful_basis: Mapped[str | None]
    sealed_reason: Mapped[bytes | None]
    assent_wording_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.consent_wording.id"))
    assent_how: Mapped[str | None]
    assented_on: Mapped[date | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
