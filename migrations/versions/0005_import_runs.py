"""What imports need to run: retries, what the file says of itself, who executes, the export before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_jobs", sa.Column("retries", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("import_jobs", sa.Column("source_facts", JSONB()))
    op.add_column("import_jobs", sa.Column("executor_id", sa.BigInteger()))
    op.add_column("import_jobs", sa.Column("undo_job_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("import_jobs_executor_id_fkey"),
        "import_jobs",
        "users",
        ["executor_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_check_constraint(
        op.f("import_jobs_running_has_run_check"),
        "import_jobs",
        "status <> 'running' OR run_token IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("import_jobs_running_has_run_check"), "import_jobs")
    op.drop_constraint(op.f("import_jobs_executor_id_fkey"), "import_jobs")
    op.drop_column("import_jobs", "undo_job_id")
    op.drop_column("import_jobs", "executor_id")
    op.drop_column("import_jobs", "source_facts")
    op.drop_column("import_jobs", "retries")
