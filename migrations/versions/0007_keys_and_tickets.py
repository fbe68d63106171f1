"""Keys under which requests come that may come again, and tickets for event streams."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("export_job_id", sa.Uuid(), nullable=True),
        sa.Column("import_job_id", sa.Uuid(), nullable=True),
        sa.Column(
            "inserted_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "num_nonnulls(export_job_id, import_job_id) = 1", name=op.f("idempotency_keys_one_job_check")
        ),
        sa.CheckConstraint(
            "octet_length(request_sha256) = 32", name=op.f("idempotency_keys_request_sha256_check")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("idempotency_keys_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["export_job_id"],
            ["export_jobs.id"],
            name=op.f("idempotency_keys_export_job_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["import_job_id"],
            ["import_jobs.id"],
            name=op.f("idempotency_keys_import_job_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("idempotency_keys_pkey")),
    )
    for column in ("inserted_at", "export_job_id", "import_job_id"):
        op.create_index(f"idempotency_keys_{column}_index", "idempotency_keys", [column])
    op.create_table(
        "stream_tickets",
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("token_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("stream_tickets_token_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("stream_tickets_pkey")),
    )
    for column in ("expires_at", "token_id"):
        op.create_index(f"stream_tickets_{column}_index", "stream_tickets", [column])


def downgrade() -> None:
    op.drop_table("stream_tickets")
    op.drop_table("idempotency_keys")
