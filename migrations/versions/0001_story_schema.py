"""All story tables, accounts, tokens and jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A float of ours as the file format shows it: always with a fraction or an exponent, shortest form that reads
# back the same (PostgreSQL's own output from 1e15 on has an exponent). STABLE, as the casts in it are: only then is
# it inlined, which makes it ten times as fast.
STORY_NUMBER = """
CREATE FUNCTION story_number(value double precision) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN value = trunc(value) AND abs(value) < 1e15 THEN (value::text || '.0')::json
    ELSE to_json(value)
END
"""

# A time as the file format shows it: RFC 3339 in UTC, as precise as stored. The session's time zone is UTC.
STORY_TIME = """
CREATE FUNCTION story_time(value timestamptz) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
RETURN replace(to_json(value)::text, '+00:00"', 'Z"')::json
"""


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("hashed_password", sa.String(length=255), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("display_name", sa.String(length=255), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name=op.f("users_email_length_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    op.create_index("users_email_key", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("api_tokens_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("api_tokens_pkey")),
    )
    op.create_index(op.f("api_tokens_user_id_index"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "workspaces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("banner_url", sa.Text(), nullable=True),
        sa.Column("color", sa.String(length=20), nullable=True),
        sa.Column("source_locale", sa.String(length=10), server_default=sa.text("'en'"), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("workspaces_slug_format_check")),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 0 AND 1000", name=op.f("workspaces_description_length_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("workspaces_name_length_check")),
        sa.CheckConstraint("char_length(slug) BETWEEN 1 AND 100", name=op.f("workspaces_slug_length_check")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("workspaces_owner_id_fkey"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("workspaces_pkey")),
        sa.UniqueConstraint("slug", name=op.f("workspaces_slug_key")),
    )
    op.create_index(op.f("workspaces_owner_id_index"), "workspaces", ["owner_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("projects_slug_format_check")),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 0 AND 1000", name=op.f("projects_description_length_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("projects_name_length_check")),
        sa.CheckConstraint("char_length(slug) BETWEEN 1 AND 100", name=op.f("projects_slug_length_check")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("projects_owner_id_fkey"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("projects_workspace_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("projects_pkey")),
        sa.UniqueConstraint("workspace_id", "slug", name=op.f("projects_workspace_id_slug_key")),
    )
    op.create_index(op.f("projects_owner_id_index"), "projects", ["owner_id"], unique=False)
    op.create_table(
        "workspace_memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("workspace_memberships_role_check")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("workspace_memberships_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("workspace_memberships_workspace_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("workspace_memberships_pkey")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", name=op.f("workspace_memberships_workspace_id_user_id_key")
        ),
    )
    op.create_index(
        op.f("workspace_memberships_user_id_index"), "workspace_memberships", ["user_id"], unique=False
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column(
            "metadata",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("is_external", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "content_type IN ('image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/svg+xml', 'audio/mpeg', 'audio/wav', 'audio/ogg', 'audio/webm', 'application/pdf')",
            name=op.f("assets_content_type_check"),
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 20000000", name=op.f("assets_size_range_check")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("assets_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["users.id"], name=op.f("assets_uploaded_by_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("assets_pkey")),
        sa.UniqueConstraint("project_id", "key", name=op.f("assets_project_id_key_key")),
    )
    op.create_index("assets_project_id_index", "assets", ["project_id", "id"], unique=False)
    op.create_index(
        "assets_uploaded_by_id_index",
        "assets",
        ["uploaded_by_id"],
        unique=False,
        postgresql_where=sa.text("uploaded_by_id IS NOT NULL"),
    )
    op.create_table(
        "export_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.String(length=255), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("options_sha256", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=255), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("entities_total", sa.BigInteger(), nullable=True),
        sa.Column("entities_processed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "sections",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("resumed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("run_token", sa.Uuid(), nullable=True),
        sa.Column("queue_job_id", sa.BigInteger(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("checkpoint", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("filename", sa.String(length=255), nullable=True),
        sa.Column("content_type", sa.String(length=255), nullable=True),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("validation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "losses",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("error_code", sa.String(length=255), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'failed') = (error_code IS NOT NULL)", name=op.f("export_jobs_failed_has_error_check")
        ),
        sa.CheckConstraint("mode IN ('sync', 'async')", name=op.f("export_jobs_mode_check")),
        sa.CheckConstraint(
            "status <> 'completed' OR (progress = 100 AND file_key IS NOT NULL AND file_size IS NOT NULL AND sha256 IS NOT NULL AND completed_at IS NOT NULL)",
            name=op.f("export_jobs_completed_has_file_check"),
        ),
        sa.CheckConstraint(
            "status <> 'processing' OR run_token IS NOT NULL",
            name=op.f("export_jobs_processing_has_run_check"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')",
            name=op.f("export_jobs_status_check"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("export_jobs_progress_range_check")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("export_jobs_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("export_jobs_user_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("export_jobs_pkey")),
    )
    op.create_index(
        "export_jobs_active_key",
        "export_jobs",
        ["project_id", "user_id", "format", "options_sha256"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.create_index(
        "export_jobs_expires_at_index",
        "export_jobs",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("export_jobs_project_id_index", "export_jobs", ["project_id", "id"], unique=False)
    op.create_index(
        "export_jobs_project_id_status_index", "export_jobs", ["project_id", "status"], unique=False
    )
    op.create_index("export_jobs_user_id_index", "export_jobs", ["user_id", "id"], unique=False)
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.String(length=255), server_default=sa.text("'storyarn'"), nullable=False),
        sa.Column("status", sa.String(length=255), server_default=sa.text("'parsing'"), nullable=False),
        sa.Column("stage", sa.String(length=255), nullable=True),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("entities_total", sa.BigInteger(), nullable=True),
        sa.Column("entities_processed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("run_token", sa.Uuid(), nullable=True),
        sa.Column("queue_job_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("conflict_resolution", sa.String(length=255), nullable=True),
        sa.Column("source_filename", sa.String(length=255), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_size", sa.BigInteger(), nullable=True),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "warnings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("error_code", sa.String(length=255), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'failed') = (error_code IS NOT NULL)", name=op.f("import_jobs_failed_has_error_check")
        ),
        sa.CheckConstraint(
            "conflict_resolution IN ('skip', 'overwrite', 'merge', 'rename')",
            name=op.f("import_jobs_conflict_resolution_check"),
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR completed_at IS NOT NULL",
            name=op.f("import_jobs_completed_has_end_check"),
        ),
        sa.CheckConstraint(
            "status <> 'running' OR started_at IS NOT NULL", name=op.f("import_jobs_running_has_start_check")
        ),
        sa.CheckConstraint(
            "status IN ('parsing', 'ready', 'queued', 'running', 'retrying', 'completed', 'failed', 'cancelled', 'expired')",
            name=op.f("import_jobs_status_check"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("import_jobs_progress_range_check")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("import_jobs_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("import_jobs_user_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("import_jobs_pkey")),
    )
    op.create_index(
        "import_jobs_expires_at_index",
        "import_jobs",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("import_jobs_project_id_index", "import_jobs", ["project_id", "id"], unique=False)
    op.create_index(
        "import_jobs_project_id_status_index", "import_jobs", ["project_id", "status"], unique=False
    )
    op.create_index("import_jobs_user_id_index", "import_jobs", ["user_id", "id"], unique=False)
    op.create_table(
        "localization_glossary_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("source_term", sa.String(length=255, collation="C"), nullable=False),
        sa.Column("source_locale", sa.String(length=10, collation="C"), nullable=False),
        sa.Column("target_term", sa.Text(), nullable=True),
        sa.Column("target_locale", sa.String(length=10, collation="C"), nullable=False),
        sa.Column("context", sa.String(collation="C"), nullable=True),
        sa.Column("do_not_translate", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("localization_glossary_entries_project_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("localization_glossary_entries_pkey")),
        sa.UniqueConstraint(
            "project_id",
            "source_term",
            "source_locale",
            "target_locale",
            name="localization_glossary_entries_term_key",
        ),
    )
    op.create_table(
        "project_languages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("locale_code", sa.String(length=10, collation="C"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_source", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "char_length(locale_code) BETWEEN 2 AND 10",
            name=op.f("project_languages_locale_code_length_check"),
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 100", name=op.f("project_languages_name_length_check")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("project_languages_project_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("project_languages_pkey")),
        sa.UniqueConstraint(
            "project_id", "locale_code", name=op.f("project_languages_project_id_locale_code_key")
        ),
    )
    op.create_index(
        "project_languages_project_id_is_source_key",
        "project_languages",
        ["project_id"],
        unique=True,
        postgresql_where=sa.text("is_source"),
    )
    op.create_table(
        "project_memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'editor', 'viewer')", name=op.f("project_memberships_role_check")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("project_memberships_project_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("project_memberships_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("project_memberships_pkey")),
        sa.UniqueConstraint("project_id", "user_id", name=op.f("project_memberships_project_id_user_id_key")),
    )
    op.create_index(
        op.f("project_memberships_user_id_index"), "project_memberships", ["user_id"], unique=False
    )
    op.create_table(
        "scenes",
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("default_zoom", sa.Double(), server_default=sa.text("1.0"), nullable=True),
        sa.Column("default_center_x", sa.Double(), server_default=sa.text("50.0"), nullable=True),
        sa.Column("default_center_y", sa.Double(), server_default=sa.text("50.0"), nullable=True),
        sa.Column("scale_unit", sa.String(length=50), nullable=True),
        sa.Column("scale_value", sa.Double(), nullable=True),
        sa.Column("background_asset_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("shortcut", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "default_zoom > 0 AND default_zoom < 'Infinity'", name=op.f("scenes_default_zoom_range_check")
        ),
        sa.CheckConstraint("height > 0", name=op.f("scenes_height_range_check")),
        sa.CheckConstraint(
            "scale_value > 0 AND scale_value < 'Infinity'", name=op.f("scenes_scale_value_range_check")
        ),
        sa.CheckConstraint(
            "shortcut ~ '^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$'", name=op.f("scenes_shortcut_format_check")
        ),
        sa.CheckConstraint("width > 0", name=op.f("scenes_width_range_check")),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 0 AND 2000", name=op.f("scenes_description_length_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("scenes_name_length_check")),
        sa.CheckConstraint(
            "char_length(shortcut) BETWEEN 1 AND 50", name=op.f("scenes_shortcut_length_check")
        ),
        sa.CheckConstraint(
            "default_center_x BETWEEN 0 AND 100", name=op.f("scenes_default_center_x_range_check")
        ),
        sa.CheckConstraint(
            "default_center_y BETWEEN 0 AND 100", name=op.f("scenes_default_center_y_range_check")
        ),
        sa.ForeignKeyConstraint(
            ["background_asset_id"],
            ["assets.id"],
            name=op.f("scenes_background_asset_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["scenes.id"], name=op.f("scenes_parent_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("scenes_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scenes_pkey")),
    )
    op.create_index(
        "scenes_background_asset_id_index",
        "scenes",
        ["background_asset_id"],
        unique=False,
        postgresql_where=sa.text("background_asset_id IS NOT NULL"),
    )
    op.create_index(
        "scenes_live_index",
        "scenes",
        ["project_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "scenes_parent_id_index",
        "scenes",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "scenes_project_id_shortcut_key",
        "scenes",
        ["project_id", "shortcut"],
        unique=True,
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "scenes_trash_index",
        "scenes",
        ["project_id", "deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("scenes_tree_index", "scenes", ["project_id", "parent_id", "position"], unique=False)
    op.create_table(
        "sheets",
        sa.Column("color", sa.String(length=20), nullable=True),
        sa.Column(
            "hidden_inherited_block_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("avatar_asset_id", sa.BigInteger(), nullable=True),
        sa.Column("banner_asset_id", sa.BigInteger(), nullable=True),
        sa.Column("current_version_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("shortcut", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "shortcut ~ '^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$'", name=op.f("sheets_shortcut_format_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("sheets_name_length_check")),
        sa.CheckConstraint(
            "char_length(shortcut) BETWEEN 1 AND 50", name=op.f("sheets_shortcut_length_check")
        ),
        sa.ForeignKeyConstraint(
            ["avatar_asset_id"], ["assets.id"], name=op.f("sheets_avatar_asset_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["banner_asset_id"], ["assets.id"], name=op.f("sheets_banner_asset_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["sheets.id"], name=op.f("sheets_parent_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("sheets_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sheets_pkey")),
    )
    op.create_index(
        "sheets_avatar_asset_id_index",
        "sheets",
        ["avatar_asset_id"],
        unique=False,
        postgresql_where=sa.text("avatar_asset_id IS NOT NULL"),
    )
    op.create_index(
        "sheets_banner_asset_id_index",
        "sheets",
        ["banner_asset_id"],
        unique=False,
        postgresql_where=sa.text("banner_asset_id IS NOT NULL"),
    )
    op.create_index(
        "sheets_current_version_id_index",
        "sheets",
        ["current_version_id"],
        unique=False,
        postgresql_where=sa.text("current_version_id IS NOT NULL"),
    )
    op.create_index(
        "sheets_live_index",
        "sheets",
        ["project_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "sheets_parent_id_index",
        "sheets",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "sheets_project_id_shortcut_key",
        "sheets",
        ["project_id", "shortcut"],
        unique=True,
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "sheets_trash_index",
        "sheets",
        ["project_id", "deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("sheets_tree_index", "sheets", ["project_id", "parent_id", "position"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "config",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column(
            "value",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("is_constant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("variable_name", sa.String(length=255), nullable=True),
        sa.Column("scope", sa.String(length=255), server_default=sa.text("'self'"), nullable=True),
        sa.Column("detached", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("required", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("column_group_id", sa.Uuid(), nullable=True),
        sa.Column("column_index", sa.Integer(), server_default=sa.text("0"), nullable=True),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("inherited_from_block_id", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("scope IN ('self', 'children')", name=op.f("blocks_scope_check")),
        sa.CheckConstraint(
            "type IN ('text', 'rich_text', 'number', 'select', 'multi_select', 'date', 'boolean', 'reference', 'table')",
            name=op.f("blocks_type_check"),
        ),
        sa.CheckConstraint("column_index BETWEEN 0 AND 2", name=op.f("blocks_column_index_range_check")),
        sa.ForeignKeyConstraint(
            ["inherited_from_block_id"],
            ["blocks.id"],
            name=op.f("blocks_inherited_from_block_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheets.id"], name=op.f("blocks_sheet_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("blocks_pkey")),
    )
    op.create_index(
        "blocks_inherited_from_block_id_index",
        "blocks",
        ["inherited_from_block_id"],
        unique=False,
        postgresql_where=sa.text("inherited_from_block_id IS NOT NULL"),
    )
    op.create_index("blocks_sheet_id_index", "blocks", ["sheet_id", "position", "id"], unique=False)
    op.create_index(
        "blocks_sheet_id_variable_name_key",
        "blocks",
        ["sheet_id", "variable_name"],
        unique=True,
        postgresql_where=sa.text("variable_name IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_table(
        "flows",
        sa.Column("is_main", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("scene_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("shortcut", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "shortcut ~ '^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$'", name=op.f("flows_shortcut_format_check")
        ),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 0 AND 2000", name=op.f("flows_description_length_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("flows_name_length_check")),
        sa.CheckConstraint(
            "char_length(shortcut) BETWEEN 1 AND 50", name=op.f("flows_shortcut_length_check")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["flows.id"], name=op.f("flows_parent_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("flows_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("flows_scene_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("flows_pkey")),
    )
    op.create_index(
        "flows_live_index",
        "flows",
        ["project_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "flows_parent_id_index",
        "flows",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "flows_project_id_is_main_key",
        "flows",
        ["project_id"],
        unique=True,
        postgresql_where=sa.text("is_main AND deleted_at IS NULL"),
    )
    op.create_index(
        "flows_project_id_shortcut_key",
        "flows",
        ["project_id", "shortcut"],
        unique=True,
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "flows_scene_id_index",
        "flows",
        ["scene_id"],
        unique=False,
        postgresql_where=sa.text("scene_id IS NOT NULL"),
    )
    op.create_index(
        "flows_trash_index",
        "flows",
        ["project_id", "deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("flows_tree_index", "flows", ["project_id", "parent_id", "position"], unique=False)
    op.create_table(
        "localized_texts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("source_type", sa.String(length=255, collation="C"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("source_field", sa.String(length=255, collation="C"), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=True),
        sa.Column("source_text_hash", sa.String(length=64), nullable=True),
        sa.Column("locale_code", sa.String(length=10, collation="C"), nullable=False),
        sa.Column("translated_text", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=255), server_default=sa.text("'pending'"), nullable=True),
        sa.Column("vo_status", sa.String(length=255), server_default=sa.text("'none'"), nullable=True),
        sa.Column("vo_asset_id", sa.BigInteger(), nullable=True),
        sa.Column("translator_notes", sa.Text(), nullable=True),
        sa.Column("reviewer_notes", sa.Text(), nullable=True),
        sa.Column("speaker_sheet_id", sa.BigInteger(), nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=True),
        sa.Column("machine_translated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_translated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_reviewed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("translated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source_type IN ('flow_node', 'block', 'sheet', 'flow', 'screenplay')",
            name=op.f("localized_texts_source_type_check"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'draft', 'in_progress', 'review', 'final')",
            name=op.f("localized_texts_status_check"),
        ),
        sa.CheckConstraint(
            "vo_status IN ('none', 'needed', 'recorded', 'approved')",
            name=op.f("localized_texts_vo_status_check"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("localized_texts_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"],
            ["users.id"],
            name=op.f("localized_texts_reviewed_by_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_sheet_id"],
            ["sheets.id"],
            name=op.f("localized_texts_speaker_sheet_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["translated_by_id"],
            ["users.id"],
            name=op.f("localized_texts_translated_by_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["vo_asset_id"], ["assets.id"], name=op.f("localized_texts_vo_asset_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("localized_texts_pkey")),
        sa.UniqueConstraint(
            "project_id",
            "source_type",
            "source_id",
            "source_field",
            "locale_code",
            name="localized_texts_source_key",
        ),
    )
    op.create_index(
        "localized_texts_reviewed_by_id_index",
        "localized_texts",
        ["reviewed_by_id"],
        unique=False,
        postgresql_where=sa.text("reviewed_by_id IS NOT NULL"),
    )
    op.create_index(
        "localized_texts_speaker_sheet_id_index",
        "localized_texts",
        ["speaker_sheet_id"],
        unique=False,
        postgresql_where=sa.text("speaker_sheet_id IS NOT NULL"),
    )
    op.create_index(
        "localized_texts_translated_by_id_index",
        "localized_texts",
        ["translated_by_id"],
        unique=False,
        postgresql_where=sa.text("translated_by_id IS NOT NULL"),
    )
    op.create_index(
        "localized_texts_vo_asset_id_index",
        "localized_texts",
        ["vo_asset_id"],
        unique=False,
        postgresql_where=sa.text("vo_asset_id IS NOT NULL"),
    )
    op.create_table(
        "scene_layers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("visible", sa.Boolean(), server_default=sa.text("true"), nullable=True),
        sa.Column("fog_enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fog_color", sa.String(length=20), server_default=sa.text("'#000000'"), nullable=True),
        sa.Column("fog_opacity", sa.Double(), server_default=sa.text("0.85"), nullable=True),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 200", name=op.f("scene_layers_name_length_check")
        ),
        sa.CheckConstraint("fog_opacity BETWEEN 0 AND 1", name=op.f("scene_layers_fog_opacity_range_check")),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("scene_layers_scene_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scene_layers_pkey")),
    )
    op.create_index(
        "scene_layers_scene_id_index", "scene_layers", ["scene_id", "position", "id"], unique=False
    )
    op.create_table(
        "sheet_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("change_summary", sa.Text(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["users.id"],
            name=op.f("sheet_versions_changed_by_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheets.id"], name=op.f("sheet_versions_sheet_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sheet_versions_pkey")),
        sa.UniqueConstraint(
            "sheet_id", "version_number", name=op.f("sheet_versions_sheet_id_version_number_key")
        ),
    )
    op.create_index(
        op.f("sheet_versions_changed_by_id_index"), "sheet_versions", ["changed_by_id"], unique=False
    )
    op.create_table(
        "flow_nodes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("position_x", sa.Double(), server_default=sa.text("0.0"), nullable=False),
        sa.Column("position_y", sa.Double(), server_default=sa.text("0.0"), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("source", sa.String(length=255), server_default=sa.text("'manual'"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("flow_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "position_x > '-Infinity' AND position_x < 'Infinity'",
            name=op.f("flow_nodes_position_x_finite_check"),
        ),
        sa.CheckConstraint(
            "position_y > '-Infinity' AND position_y < 'Infinity'",
            name=op.f("flow_nodes_position_y_finite_check"),
        ),
        sa.CheckConstraint("source IN ('manual', 'screenplay_sync')", name=op.f("flow_nodes_source_check")),
        sa.CheckConstraint(
            "type IN ('entry', 'exit', 'dialogue', 'condition', 'instruction', 'hub', 'jump', 'subflow', 'scene')",
            name=op.f("flow_nodes_type_check"),
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flows.id"], name=op.f("flow_nodes_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_nodes_pkey")),
    )
    op.create_index("flow_nodes_flow_id_index", "flow_nodes", ["flow_id", "id"], unique=False)
    op.create_table(
        "scene_annotations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position_x", sa.Double(), nullable=False),
        sa.Column("position_y", sa.Double(), nullable=False),
        sa.Column("font_size", sa.String(length=255), server_default=sa.text("'md'"), nullable=True),
        sa.Column("color", sa.String(length=20), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("font_size IN ('sm', 'md', 'lg')", name=op.f("scene_annotations_font_size_check")),
        sa.CheckConstraint(
            "char_length(text) BETWEEN 1 AND 500", name=op.f("scene_annotations_text_length_check")
        ),
        sa.CheckConstraint(
            "position_x BETWEEN 0 AND 100", name=op.f("scene_annotations_position_x_range_check")
        ),
        sa.CheckConstraint(
            "position_y BETWEEN 0 AND 100", name=op.f("scene_annotations_position_y_range_check")
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"],
            ["scene_layers.id"],
            name=op.f("scene_annotations_layer_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("scene_annotations_scene_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scene_annotations_pkey")),
    )
    op.create_index(
        "scene_annotations_layer_id_index",
        "scene_annotations",
        ["layer_id"],
        unique=False,
        postgresql_where=sa.text("layer_id IS NOT NULL"),
    )
    op.create_index(
        "scene_annotations_scene_id_index", "scene_annotations", ["scene_id", "position", "id"], unique=False
    )
    op.create_table(
        "scene_pins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("position_x", sa.Double(), nullable=False),
        sa.Column("position_y", sa.Double(), nullable=False),
        sa.Column("pin_type", sa.String(length=255), server_default=sa.text("'location'"), nullable=True),
        sa.Column("icon", sa.String(length=100), nullable=True),
        sa.Column("color", sa.String(length=20), nullable=True),
        sa.Column("opacity", sa.Double(), server_default=sa.text("1.0"), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("target_type", sa.String(length=255), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("tooltip", sa.Text(), nullable=True),
        sa.Column("size", sa.String(length=255), server_default=sa.text("'md'"), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("condition", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("condition_effect", sa.String(length=255), server_default=sa.text("'hide'"), nullable=True),
        sa.Column("action_type", sa.String(length=255), server_default=sa.text("'none'"), nullable=True),
        sa.Column(
            "action_data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=True),
        sa.Column("sheet_id", sa.BigInteger(), nullable=True),
        sa.Column("icon_asset_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action_type IN ('none', 'instruction', 'display')", name=op.f("scene_pins_action_type_check")
        ),
        sa.CheckConstraint(
            "condition_effect IN ('hide', 'disable')", name=op.f("scene_pins_condition_effect_check")
        ),
        sa.CheckConstraint(
            "pin_type IN ('location', 'character', 'event', 'custom')", name=op.f("scene_pins_pin_type_check")
        ),
        sa.CheckConstraint("size IN ('sm', 'md', 'lg')", name=op.f("scene_pins_size_check")),
        sa.CheckConstraint(
            "target_type IN ('sheet', 'flow', 'scene', 'url')", name=op.f("scene_pins_target_type_check")
        ),
        sa.CheckConstraint(
            "(target_type IS NULL) = (target_id IS NULL)", name=op.f("scene_pins_target_pair_check")
        ),
        sa.CheckConstraint(
            "char_length(tooltip) BETWEEN 0 AND 500", name=op.f("scene_pins_tooltip_length_check")
        ),
        sa.CheckConstraint("opacity BETWEEN 0 AND 1", name=op.f("scene_pins_opacity_range_check")),
        sa.CheckConstraint("position_x BETWEEN 0 AND 100", name=op.f("scene_pins_position_x_range_check")),
        sa.CheckConstraint("position_y BETWEEN 0 AND 100", name=op.f("scene_pins_position_y_range_check")),
        sa.ForeignKeyConstraint(
            ["icon_asset_id"], ["assets.id"], name=op.f("scene_pins_icon_asset_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["scene_layers.id"], name=op.f("scene_pins_layer_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("scene_pins_scene_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheets.id"], name=op.f("scene_pins_sheet_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scene_pins_pkey")),
    )
    op.create_index(
        "scene_pins_icon_asset_id_index",
        "scene_pins",
        ["icon_asset_id"],
        unique=False,
        postgresql_where=sa.text("icon_asset_id IS NOT NULL"),
    )
    op.create_index(
        "scene_pins_layer_id_index",
        "scene_pins",
        ["layer_id"],
        unique=False,
        postgresql_where=sa.text("layer_id IS NOT NULL"),
    )
    op.create_index("scene_pins_scene_id_index", "scene_pins", ["scene_id", "position", "id"], unique=False)
    op.create_index(
        "scene_pins_sheet_id_index",
        "scene_pins",
        ["sheet_id"],
        unique=False,
        postgresql_where=sa.text("sheet_id IS NOT NULL"),
    )
    op.create_table(
        "scene_zones",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("vertices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fill_color", sa.String(length=20), nullable=True),
        sa.Column("border_color", sa.String(length=20), nullable=True),
        sa.Column("border_width", sa.Integer(), server_default=sa.text("2"), nullable=True),
        sa.Column("border_style", sa.String(length=255), server_default=sa.text("'solid'"), nullable=True),
        sa.Column("opacity", sa.Double(), server_default=sa.text("0.3"), nullable=True),
        sa.Column("target_type", sa.String(length=255), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("tooltip", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("action_type", sa.String(length=255), server_default=sa.text("'none'"), nullable=True),
        sa.Column(
            "action_data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("condition", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("condition_effect", sa.String(length=255), server_default=sa.text("'hide'"), nullable=True),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action_type IN ('none', 'instruction', 'display', 'navigate')",
            name=op.f("scene_zones_action_type_check"),
        ),
        sa.CheckConstraint(
            "border_style IN ('solid', 'dashed', 'dotted')", name=op.f("scene_zones_border_style_check")
        ),
        sa.CheckConstraint(
            "condition_effect IN ('hide', 'disable')", name=op.f("scene_zones_condition_effect_check")
        ),
        sa.CheckConstraint(
            "target_type IN ('sheet', 'flow', 'scene')", name=op.f("scene_zones_target_type_check")
        ),
        sa.CheckConstraint(
            "(target_type IS NULL) = (target_id IS NULL)", name=op.f("scene_zones_target_pair_check")
        ),
        sa.CheckConstraint("border_width >= 0", name=op.f("scene_zones_border_width_range_check")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("scene_zones_name_length_check")),
        sa.CheckConstraint(
            "char_length(tooltip) BETWEEN 0 AND 500", name=op.f("scene_zones_tooltip_length_check")
        ),
        sa.CheckConstraint("opacity BETWEEN 0 AND 1", name=op.f("scene_zones_opacity_range_check")),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["scene_layers.id"], name=op.f("scene_zones_layer_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("scene_zones_scene_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scene_zones_pkey")),
    )
    op.create_index(
        "scene_zones_layer_id_index",
        "scene_zones",
        ["layer_id"],
        unique=False,
        postgresql_where=sa.text("layer_id IS NOT NULL"),
    )
    op.create_index("scene_zones_scene_id_index", "scene_zones", ["scene_id", "position", "id"], unique=False)
    op.create_table(
        "screenplays",
        sa.Column("linked_flow_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_of_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_label", sa.String(length=255), nullable=True),
        sa.Column("draft_status", sa.String(length=255), server_default=sa.text("'active'"), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("shortcut", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "shortcut ~ '^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$'", name=op.f("screenplays_shortcut_format_check")
        ),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 0 AND 2000", name=op.f("screenplays_description_length_check")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("screenplays_name_length_check")),
        sa.CheckConstraint(
            "char_length(shortcut) BETWEEN 1 AND 50", name=op.f("screenplays_shortcut_length_check")
        ),
        sa.ForeignKeyConstraint(
            ["draft_of_id"], ["screenplays.id"], name=op.f("screenplays_draft_of_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["linked_flow_id"],
            ["flows.id"],
            name=op.f("screenplays_linked_flow_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["screenplays.id"], name=op.f("screenplays_parent_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("screenplays_project_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("screenplays_pkey")),
    )
    op.create_index(
        "screenplays_draft_of_id_index",
        "screenplays",
        ["draft_of_id"],
        unique=False,
        postgresql_where=sa.text("draft_of_id IS NOT NULL"),
    )
    op.create_index(
        "screenplays_linked_flow_id_key",
        "screenplays",
        ["linked_flow_id"],
        unique=True,
        postgresql_where=sa.text("linked_flow_id IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "screenplays_live_index",
        "screenplays",
        ["project_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "screenplays_parent_id_index",
        "screenplays",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "screenplays_project_id_shortcut_key",
        "screenplays",
        ["project_id", "shortcut"],
        unique=True,
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "screenplays_trash_index",
        "screenplays",
        ["project_id", "deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "screenplays_tree_index", "screenplays", ["project_id", "parent_id", "position"], unique=False
    )
    op.create_table(
        "table_columns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("block_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=255), server_default=sa.text("'number'"), nullable=False),
        sa.Column("is_constant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "config",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "type IN ('number', 'text', 'boolean', 'select', 'multi_select', 'date', 'reference')",
            name=op.f("table_columns_type_check"),
        ),
        sa.ForeignKeyConstraint(
            ["block_id"], ["blocks.id"], name=op.f("table_columns_block_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("table_columns_pkey")),
        sa.UniqueConstraint("block_id", "slug", name=op.f("table_columns_block_id_slug_key")),
    )
    op.create_index(
        "table_columns_block_id_index", "table_columns", ["block_id", "position", "id"], unique=False
    )
    op.create_table(
        "table_rows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("block_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "cells",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["block_id"], ["blocks.id"], name=op.f("table_rows_block_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("table_rows_pkey")),
        sa.UniqueConstraint("block_id", "slug", name=op.f("table_rows_block_id_slug_key")),
    )
    op.create_index("table_rows_block_id_index", "table_rows", ["block_id", "position", "id"], unique=False)
    op.create_table(
        "flow_connections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_pin", sa.String(length=100), nullable=False),
        sa.Column("target_pin", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("flow_id", sa.BigInteger(), nullable=False),
        sa.Column("source_node_id", sa.BigInteger(), nullable=False),
        sa.Column("target_node_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source_node_id <> target_node_id", name=op.f("flow_connections_no_self_loop_check")
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flows.id"], name=op.f("flow_connections_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_node_id"],
            ["flow_nodes.id"],
            name=op.f("flow_connections_source_node_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_node_id"],
            ["flow_nodes.id"],
            name=op.f("flow_connections_target_node_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_connections_pkey")),
        sa.UniqueConstraint(
            "source_node_id", "source_pin", "target_node_id", "target_pin", name="flow_connections_wire_key"
        ),
    )
    op.create_index("flow_connections_flow_id_index", "flow_connections", ["flow_id", "id"], unique=False)
    op.create_index(
        op.f("flow_connections_target_node_id_index"), "flow_connections", ["target_node_id"], unique=False
    )
    op.create_table(
        "scene_connections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_style", sa.String(length=255), server_default=sa.text("'solid'"), nullable=True),
        sa.Column("line_width", sa.Integer(), server_default=sa.text("2"), nullable=True),
        sa.Column("color", sa.String(length=20), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("show_label", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("bidirectional", sa.Boolean(), server_default=sa.text("true"), nullable=True),
        sa.Column(
            "waypoints",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=True,
        ),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column("from_pin_id", sa.BigInteger(), nullable=False),
        sa.Column("to_pin_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "line_style IN ('solid', 'dashed', 'dotted')", name=op.f("scene_connections_line_style_check")
        ),
        sa.CheckConstraint("from_pin_id <> to_pin_id", name=op.f("scene_connections_no_self_loop_check")),
        sa.CheckConstraint(
            "line_width BETWEEN 0 AND 10", name=op.f("scene_connections_line_width_range_check")
        ),
        sa.ForeignKeyConstraint(
            ["from_pin_id"],
            ["scene_pins.id"],
            name=op.f("scene_connections_from_pin_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("scene_connections_scene_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_pin_id"],
            ["scene_pins.id"],
            name=op.f("scene_connections_to_pin_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scene_connections_pkey")),
    )
    op.create_index(
        op.f("scene_connections_from_pin_id_index"), "scene_connections", ["from_pin_id"], unique=False
    )
    op.create_index("scene_connections_scene_id_index", "scene_connections", ["scene_id", "id"], unique=False)
    op.create_index(
        op.f("scene_connections_to_pin_id_index"), "scene_connections", ["to_pin_id"], unique=False
    )
    op.create_table(
        "screenplay_elements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), server_default=sa.text("''"), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
        sa.Column("depth", sa.Integer(), server_default=sa.text("0"), nullable=True),
        sa.Column("branch", sa.String(length=255), nullable=True),
        sa.Column("screenplay_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_node_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inserted_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("branch IN ('true', 'false')", name=op.f("screenplay_elements_branch_check")),
        sa.CheckConstraint(
            "type IN ('scene_heading', 'action', 'character', 'dialogue', 'parenthetical', 'transition', 'dual_dialogue', 'conditional', 'instruction', 'response', 'hub_marker', 'jump_marker', 'note', 'section', 'page_break', 'title_page')",
            name=op.f("screenplay_elements_type_check"),
        ),
        sa.CheckConstraint("depth >= 0", name=op.f("screenplay_elements_depth_range_check")),
        sa.CheckConstraint("position >= 0", name=op.f("screenplay_elements_position_range_check")),
        sa.ForeignKeyConstraint(
            ["linked_node_id"],
            ["flow_nodes.id"],
            name=op.f("screenplay_elements_linked_node_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["screenplay_id"],
            ["screenplays.id"],
            name=op.f("screenplay_elements_screenplay_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("screenplay_elements_pkey")),
    )
    op.create_index(
        "screenplay_elements_linked_node_id_index",
        "screenplay_elements",
        ["linked_node_id"],
        unique=False,
        postgresql_where=sa.text("linked_node_id IS NOT NULL"),
    )
    op.create_index(
        "screenplay_elements_screenplay_id_index",
        "screenplay_elements",
        ["screenplay_id", "position", "id"],
        unique=False,
    )
    op.create_foreign_key(
        "sheets_current_version_id_fkey",
        "sheets",
        "sheet_versions",
        ["current_version_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.execute(STORY_NUMBER)
    op.execute(STORY_TIME)


def downgrade() -> None:
    op.execute("DROP FUNCTION story_time(timestamptz)")
    op.execute("DROP FUNCTION story_number(double precision)")
    op.drop_constraint("sheets_current_version_id_fkey", "sheets", type_="foreignkey")
    op.drop_index("screenplay_elements_screenplay_id_index", table_name="screenplay_elements")
    op.drop_index(
        "screenplay_elements_linked_node_id_index",
        table_name="screenplay_elements",
        postgresql_where=sa.text("linked_node_id IS NOT NULL"),
    )
    op.drop_table("screenplay_elements")
    op.drop_index(op.f("scene_connections_to_pin_id_index"), table_name="scene_connections")
    op.drop_index("scene_connections_scene_id_index", table_name="scene_connections")
    op.drop_index(op.f("scene_connections_from_pin_id_index"), table_name="scene_connections")
    op.drop_table("scene_connections")
    op.drop_index(op.f("flow_connections_target_node_id_index"), table_name="flow_connections")
    op.drop_index("flow_connections_flow_id_index", table_name="flow_connections")
    op.drop_table("flow_connections")
    op.drop_index("table_rows_block_id_index", table_name="table_rows")
    op.drop_table("table_rows")
    op.drop_index("table_columns_block_id_index", table_name="table_columns")
    op.drop_table("table_columns")
    op.drop_index("screenplays_tree_index", table_name="screenplays")
    op.drop_index(
        "screenplays_trash_index",
        table_name="screenplays",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "screenplays_project_id_shortcut_key",
        table_name="screenplays",
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(
        "screenplays_parent_id_index",
        table_name="screenplays",
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.drop_index(
        "screenplays_live_index", table_name="screenplays", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "screenplays_linked_flow_id_key",
        table_name="screenplays",
        postgresql_where=sa.text("linked_flow_id IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(
        "screenplays_draft_of_id_index",
        table_name="screenplays",
        postgresql_where=sa.text("draft_of_id IS NOT NULL"),
    )
    op.drop_table("screenplays")
    op.drop_index("scene_zones_scene_id_index", table_name="scene_zones")
    op.drop_index(
        "scene_zones_layer_id_index",
        table_name="scene_zones",
        postgresql_where=sa.text("layer_id IS NOT NULL"),
    )
    op.drop_table("scene_zones")
    op.drop_index(
        "scene_pins_sheet_id_index", table_name="scene_pins", postgresql_where=sa.text("sheet_id IS NOT NULL")
    )
    op.drop_index("scene_pins_scene_id_index", table_name="scene_pins")
    op.drop_index(
        "scene_pins_layer_id_index", table_name="scene_pins", postgresql_where=sa.text("layer_id IS NOT NULL")
    )
    op.drop_index(
        "scene_pins_icon_asset_id_index",
        table_name="scene_pins",
        postgresql_where=sa.text("icon_asset_id IS NOT NULL"),
    )
    op.drop_table("scene_pins")
    op.drop_index("scene_annotations_scene_id_index", table_name="scene_annotations")
    op.drop_index(
        "scene_annotations_layer_id_index",
        table_name="scene_annotations",
        postgresql_where=sa.text("layer_id IS NOT NULL"),
    )
    op.drop_table("scene_annotations")
    op.drop_index("flow_nodes_flow_id_index", table_name="flow_nodes")
    op.drop_table("flow_nodes")
    op.drop_index(op.f("sheet_versions_changed_by_id_index"), table_name="sheet_versions")
    op.drop_table("sheet_versions")
    op.drop_index("scene_layers_scene_id_index", table_name="scene_layers")
    op.drop_table("scene_layers")
    op.drop_index(
        "localized_texts_vo_asset_id_index",
        table_name="localized_texts",
        postgresql_where=sa.text("vo_asset_id IS NOT NULL"),
    )
    op.drop_index(
        "localized_texts_translated_by_id_index",
        table_name="localized_texts",
        postgresql_where=sa.text("translated_by_id IS NOT NULL"),
    )
    op.drop_index(
        "localized_texts_speaker_sheet_id_index",
        table_name="localized_texts",
        postgresql_where=sa.text("speaker_sheet_id IS NOT NULL"),
    )
    op.drop_index(
        "localized_texts_reviewed_by_id_index",
        table_name="localized_texts",
        postgresql_where=sa.text("reviewed_by_id IS NOT NULL"),
    )
    op.drop_table("localized_texts")
    op.drop_index("flows_tree_index", table_name="flows")
    op.drop_index("flows_trash_index", table_name="flows", postgresql_where=sa.text("deleted_at IS NOT NULL"))
    op.drop_index(
        "flows_scene_id_index", table_name="flows", postgresql_where=sa.text("scene_id IS NOT NULL")
    )
    op.drop_index(
        "flows_project_id_shortcut_key",
        table_name="flows",
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(
        "flows_project_id_is_main_key",
        table_name="flows",
        postgresql_where=sa.text("is_main AND deleted_at IS NULL"),
    )
    op.drop_index(
        "flows_parent_id_index", table_name="flows", postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.drop_index("flows_live_index", table_name="flows", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_table("flows")
    op.drop_index(
        "blocks_sheet_id_variable_name_key",
        table_name="blocks",
        postgresql_where=sa.text("variable_name IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index("blocks_sheet_id_index", table_name="blocks")
    op.drop_index(
        "blocks_inherited_from_block_id_index",
        table_name="blocks",
        postgresql_where=sa.text("inherited_from_block_id IS NOT NULL"),
    )
    op.drop_table("blocks")
    op.drop_index("sheets_tree_index", table_name="sheets")
    op.drop_index(
        "sheets_trash_index", table_name="sheets", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "sheets_project_id_shortcut_key",
        table_name="sheets",
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(
        "sheets_parent_id_index", table_name="sheets", postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.drop_index("sheets_live_index", table_name="sheets", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(
        "sheets_current_version_id_index",
        table_name="sheets",
        postgresql_where=sa.text("current_version_id IS NOT NULL"),
    )
    op.drop_index(
        "sheets_banner_asset_id_index",
        table_name="sheets",
        postgresql_where=sa.text("banner_asset_id IS NOT NULL"),
    )
    op.drop_index(
        "sheets_avatar_asset_id_index",
        table_name="sheets",
        postgresql_where=sa.text("avatar_asset_id IS NOT NULL"),
    )
    op.drop_table("sheets")
    op.drop_index("scenes_tree_index", table_name="scenes")
    op.drop_index(
        "scenes_trash_index", table_name="scenes", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "scenes_project_id_shortcut_key",
        table_name="scenes",
        postgresql_where=sa.text("shortcut IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(
        "scenes_parent_id_index", table_name="scenes", postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.drop_index("scenes_live_index", table_name="scenes", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(
        "scenes_background_asset_id_index",
        table_name="scenes",
        postgresql_where=sa.text("background_asset_id IS NOT NULL"),
    )
    op.drop_table("scenes")
    op.drop_index(op.f("project_memberships_user_id_index"), table_name="project_memberships")
    op.drop_table("project_memberships")
    op.drop_index(
        "project_languages_project_id_is_source_key",
        table_name="project_languages",
        postgresql_where=sa.text("is_source"),
    )
    op.drop_table("project_languages")
    op.drop_table("localization_glossary_entries")
    op.drop_index("import_jobs_user_id_index", table_name="import_jobs")
    op.drop_index("import_jobs_project_id_status_index", table_name="import_jobs")
    op.drop_index("import_jobs_project_id_index", table_name="import_jobs")
    op.drop_index(
        "import_jobs_expires_at_index",
        table_name="import_jobs",
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.drop_table("import_jobs")
    op.drop_index("export_jobs_user_id_index", table_name="export_jobs")
    op.drop_index("export_jobs_project_id_status_index", table_name="export_jobs")
    op.drop_index("export_jobs_project_id_index", table_name="export_jobs")
    op.drop_index(
        "export_jobs_expires_at_index",
        table_name="export_jobs",
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.drop_index(
        "export_jobs_active_key",
        table_name="export_jobs",
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.drop_table("export_jobs")
    op.drop_index(
        "assets_uploaded_by_id_index",
        table_name="assets",
        postgresql_where=sa.text("uploaded_by_id IS NOT NULL"),
    )
    op.drop_index("assets_project_id_index", table_name="assets")
    op.drop_table("assets")
    op.drop_index(op.f("workspace_memberships_user_id_index"), table_name="workspace_memberships")
    op.drop_table("workspace_memberships")
    op.drop_index(op.f("projects_owner_id_index"), table_name="projects")
    op.drop_table("projects")
    op.drop_index(op.f("workspaces_owner_id_index"), table_name="workspaces")
    op.drop_table("workspaces")
    op.drop_index(op.f("api_tokens_user_id_index"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index("users_email_key", table_name="users")
    op.drop_table("users")
