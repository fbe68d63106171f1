"""What is known of the verification of an export's file, and which run and queue entry it has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_jobs", sa.Column("verification", JSONB()))
    op.add_column("export_jobs", sa.Column("verification_run", sa.Uuid()))
    op.add_column("export_jobs", sa.Column("verification_entry", sa.BigInteger()))
    op.create_check_constraint(
        op.f("export_jobs_verification_status_check"),
        "export_jobs",
        "verification ->> 'status' IN ('pending', 'running', 'equal', 'different', 'failed')",
    )
    op.create_check_constraint(
        op.f("export_jobs_verifying_has_run_check"),
        "export_jobs",
        "verification ->> 'status' <> 'running' OR verification_run IS NOT NULL",
    )
    op.create_index(
        "export_jobs_verifying_index",
        "export_jobs",
        ["id"],
        postgresql_where=sa.text("verification ->> 'status' IN ('pending', 'running')"),
    )


def downgrade() -> None:
    op.drop_index("export_jobs_verifying_index", "export_jobs")
    op.drop_constraint(op.f("export_jobs_verifying_has_run_check"), "export_jobs")
    op.drop_constraint(op.f("export_jobs_verification_status_check"), "export_jobs")
    op.drop_column("export_jobs", "verification_entry")
    op.drop_column("export_jobs", "verification_run")
    op.drop_column("export_jobs", "verification")
