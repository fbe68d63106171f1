"""Projects, and what is in them."""

from typing import Self

from pydantic import Field, StrictStr

from storyarn_export.accounts.projects import MAX_DESCRIPTION_LENGTH, Role
from storyarn_export.accounts.slugs import MAX_SLUG_LENGTH, SLUG_PATTERN
from storyarn_export.accounts.users import MAX_NAME_LENGTH
from storyarn_export.api.schemas.common import Answer, Moment, Request
from storyarn_export.collector.census import Census
from storyarn_export.collector.translation import Translation
from storyarn_export.db.models import Project
from storyarn_export.domain.lifecycle import Mode
from storyarn_export.domain.story import Section


class NewProject(Request):
    """A project to be made in the caller's own workspace."""

    name: StrictStr = Field(min_length=1, max_length=MAX_NAME_LENGTH, examples=["The Long Night"])
    slug: StrictStr | None = Field(
        default=None,
        max_length=MAX_SLUG_LENGTH,
        pattern=f"^{SLUG_PATTERN.pattern}$",
        description="Made from the name when absent.",
    )
    description: StrictStr | None = Field(default=None, max_length=MAX_DESCRIPTION_LENGTH)


class ProjectOut(Answer):
    """A project as the caller sees it."""

    id: str
    name: str
    slug: str
    description: str | None
    role: Role
    counts: dict[Section, int] = Field(description="Entities of each section.")
    created_at: Moment

    @classmethod
    def of(cls, project: Project, role: Role, census: Census) -> Self:
        """The project with the caller's role and what was counted."""
        return cls(
            id=str(project.id),
            name=project.name,
            slug=project.slug,
            description=project.description,
            role=role,
            counts=dict(census.by_section),
            created_at=project.inserted_at,
        )


class CountsOut(Answer):
    """What an export with the given options would hold, and where it would run."""

    counts: dict[str, int] = Field(description="Entities of each kind.")
    by_section: dict[Section, int]
    total: int
    mode: Mode
    threshold: int = Field(description="Entities up to which an export runs inside the request.")

    @classmethod
    def of(cls, census: Census, mode: Mode, threshold: int) -> Self:
        """What was counted."""
        return cls(
            counts={kind.value: rows for kind, rows in census.counts.items()},
            by_section=dict(census.by_section),
            total=census.total,
            mode=mode,
            threshold=threshold,
        )


class LanguageOut(Answer):
    """A language of a project, and how far it is translated."""

    locale_code: str = Field(examples=["de-DE"])
    name: str = Field(examples=["German"])
    is_source: bool
    texts: int = Field(description="Texts in this language.")
    final: int = Field(description="Those with the status `final`.")
    percent: int = Field(ge=0, le=100, description="Final texts of a hundred, rounded down.")

    @classmethod
    def of(cls, one: Translation) -> Self:
        """The language as it was counted."""
        return cls(
            locale_code=one.locale_code,
            name=one.name,
            is_source=one.is_source,
            texts=one.texts,
            final=one.final,
            percent=one.percent,
        )
