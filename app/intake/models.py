"""The product's Forms, and what was sent with them. The package is named intake: `forms.py` is WTForms here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, UtcDateTime


class IntakeForm(Base):
    """A public page that asks for something. `fields` are in their order: id, label, kind, required, choices."""

    __tablename__ = "intake_form"
    __table_args__ = (
        CheckConstraint("submissions >= 0", name="submissions"),
        Index("ix_intake_form_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)  # +1 at every change by a person
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")  # said once it was sent; empty says it in our words
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    allowed_origins: Mapped[list[str]] = mapped_column(
        JSON, default=list
    )  # sites whose own form may send here
    # Where such a form leads whoever has sent it; empty for our page that says thank you.
    return_to: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switched_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Stored, for counting a million costs more than the list that shows it.
    submissions: Mapped[int] = mapped_column(Integer, default=0)
    last_submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_on(self) -> bool:
        """True while the form can be sent."""
        return self.switched_off_at is None


class Submission(Base):
    """What one person sent. Answers keep the words they answered: the form may change."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_form", "form_id", "id"),
        Index("ix_submission_contact", "contact_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("intake_form.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # [{"id", "label", "kind", "answer"}]
    origin: Mapped[str] = mapped_column(
        String(255), default=""
    )  # the site it was sent from; empty for our page
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # the same again is a repeat
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
