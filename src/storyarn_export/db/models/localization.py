"""Languages, localized texts and the glossary."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    FALSE,
    ZERO,
    Base,
    Locale,
    LongText,
    Moment,
    Name,
    Ordered,
    PrimaryKey,
    Timestamped,
    length,
    one_of,
)
from storyarn_export.db.models.roots import reference_index


class ProjectLanguage(Timestamped, Base):
    """A language of a project; at most one is its source."""

    __tablename__ = "project_languages"
    __table_args__ = (
        length("locale_code", 2, 10),
        length("name", 1, 100),
        UniqueConstraint("project_id", "locale_code"),
        Index(
            "project_languages_project_id_is_source_key",
            "project_id",
            unique=True,
            postgresql_where=text("is_source"),
        ),
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    locale_code: Mapped[Locale]
    name: Mapped[Name]
    is_source: Mapped[bool] = mapped_column(server_default=FALSE)
    position: Mapped[int] = mapped_column(Integer, server_default=ZERO)


class LocalizedText(Timestamped, Base):
    """One text of a story in one language. Its owner is named by type and id, without a foreign key."""

    __tablename__ = "localized_texts"
    __table_args__ = (
        one_of("source_type", "flow_node", "block", "sheet", "flow", "screenplay"),
        one_of("status", "pending", "draft", "in_progress", "review", "final"),
        one_of("vo_status", "none", "needed", "recorded", "approved"),
        # Also the order of the strings in a file.
        UniqueConstraint(
            "project_id",
            "source_type",
            "source_id",
            "source_field",
            "locale_code",
            name="localized_texts_source_key",
        ),
        reference_index("localized_texts", "speaker_sheet_id"),
        reference_index("localized_texts", "vo_asset_id"),
        reference_index("localized_texts", "translated_by_id"),
        reference_index("localized_texts", "reviewed_by_id"),
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source_type: Mapped[Ordered]
    source_id: Mapped[int] = mapped_column(BigInteger)
    source_field: Mapped[Ordered]
    source_text: Mapped[LongText | None]
    source_text_hash: Mapped[str | None] = mapped_column(String(64))
    locale_code: Mapped[Locale]
    translated_text: Mapped[LongText | None]
    status: Mapped[Name | None] = mapped_column(server_default=text("'pending'"))
    vo_status: Mapped[Name | None] = mapped_column(server_default=text("'none'"))
    vo_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))
    translator_notes: Mapped[LongText | None]
    reviewer_notes: Mapped[LongText | None]
    speaker_sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheets.id", ondelete="SET NULL"))
    word_count: Mapped[int | None]
    machine_translated: Mapped[bool] = mapped_column(server_default=FALSE)
    last_translated_at: Mapped[Moment | None]
    last_reviewed_at: Mapped[Moment | None]
    translated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class GlossaryEntry(Timestamped, Base):
    """A term and its rendering in one target language."""

    __tablename__ = "localization_glossary_entries"
    __table_args__ = (
        UniqueConstraint(
            "project_id",
            "source_term",
            "source_locale",
            "target_locale",
            name="localization_glossary_entries_term_key",
        ),
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source_term: Mapped[Ordered]
    source_locale: Mapped[Locale]
    target_term: Mapped[LongText | None]
    target_locale: Mapped[Locale]
    context: Mapped[str | None] = mapped_column(String(collation="C"))
    do_not_translate: Mapped[bool] = mapped_column(server_default=FALSE)
