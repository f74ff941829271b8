"""The table of texts in two languages: what each said, and since when."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa


class TranslationText(tk.BaseModel):
    """One bilingual field of a record or of one of its files that says something."""

    __tablename__ = "ontario_translation_text"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    resource_id: Any = sa.Column(sa.Text, primary_key=True)
    """Of the file; ``""`` for the record itself."""
    field: Any = sa.Column(sa.Text, primary_key=True)
    en_hash: Any = sa.Column(sa.Text, nullable=False)
    """See :func:`~ckanext.ontario.translation.domain.digest`; ``""`` without a text."""
    fr_hash: Any = sa.Column(sa.Text, nullable=False)
    en_at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    """Since when the English is as it is; the same as ``fr_at`` when both say the same."""
    fr_at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)

    __table_args__ = (
        sa.CheckConstraint("en_hash <> '' OR fr_hash <> ''", name="ontario_translation_text_said"),
        sa.Index(
            "ontario_translation_text_waiting",
            "package_id",
            postgresql_where=sa.text("en_hash = '' OR fr_hash = '' OR en_at <> fr_at"),
        ),
    )


TEXT: Any = TranslationText.__table__
