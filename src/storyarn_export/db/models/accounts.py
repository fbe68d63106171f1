"""Users, workspaces, projects, memberships and API tokens."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from storyarn_export.db.models.base import (
    EMPTY_OBJECT,
    SLUG,
    Base,
    Json,
    LongText,
    Moment,
    Name,
    PrimaryKey,
    Second,
    Timestamped,
    length,
    one_of,
)


class User(Timestamped, Base):
    """A person. The address is unique whatever its case."""

    __tablename__ = "users"
    __table_args__ = (Index("users_email_key", text("lower(email)"), unique=True), length("email", 3, 254))

    id: Mapped[PrimaryKey]
    email: Mapped[Name]
    hashed_password: Mapped[Name | None]
    confirmed_at: Mapped[Moment | None]
    display_name: Mapped[Name | None]
    avatar_url: Mapped[LongText | None]


class Workspace(Timestamped, Base):
    """A team's room for projects."""

    __tablename__ = "workspaces"
    __table_args__ = (
        length("name", 1, 100),
        length("slug", 1, 100),
        CheckConstraint(f"slug ~ '{SLUG}'", name="slug_format"),
        length("description", 0, 1000),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    slug: Mapped[str] = mapped_column(String(255), unique=True)
    description: Mapped[LongText | None]
    banner_url: Mapped[LongText | None]
    color: Mapped[str | None] = mapped_column(String(20))
    source_locale: Mapped[str] = mapped_column(String(10), server_default=text("'en'"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


class WorkspaceMembership(Timestamped, Base):
    """A user's role in a workspace; it maps down to a project role where there is no direct membership."""

    __tablename__ = "workspace_memberships"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id"),
        one_of("role", "owner", "admin", "member", "viewer"),
    )

    id: Mapped[PrimaryKey]
    role: Mapped[Name]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class Project(Timestamped, Base):
    """One story with all that belongs to it."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("workspace_id", "slug"),
        length("name", 1, 100),
        length("slug", 1, 100),
        CheckConstraint(f"slug ~ '{SLUG}'", name="slug_format"),
        length("description", 0, 1000),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    slug: Mapped[Name]
    description: Mapped[LongText | None]
    settings: Mapped[Json | None] = mapped_column(server_default=EMPTY_OBJECT)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


class ProjectMembership(Timestamped, Base):
    """A user's role in a project."""

    __tablename__ = "project_memberships"
    __table_args__ = (
        UniqueConstraint("project_id", "user_id"),
        one_of("role", "owner", "editor", "viewer"),
    )

    id: Mapped[PrimaryKey]
    role: Mapped[Name]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class StreamTicket(Base):
    """What opens one event stream in the place of a token, of which only the SHA-256 is kept; gone once used."""

    __tablename__ = "stream_tickets"
    __table_args__ = (Index("stream_tickets_expires_at_index", "expires_at"),)

    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Moment]


class ApiToken(Base):
    """A bearer token `sa_<id>_<secret>`, of which only the SHA-256 of the secret is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[Name | None]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    inserted_at: Mapped[Second]
    last_used_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
