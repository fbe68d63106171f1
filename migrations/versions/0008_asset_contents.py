"""Where the bytes of assets are, and the digests by which they are known."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assets", sa.Column("content_key", sa.Text()))
    op.add_column("assets", sa.Column("content_sha256", sa.String(length=64)))
    op.add_column("assets", sa.Column("content_crc32", sa.BigInteger()))
    op.create_check_constraint(
        op.f("assets_content_whole_check"),
        "assets",
        "num_nonnulls(content_key, content_sha256, content_crc32) IN (0, 3)",
    )
    op.create_index(
        "assets_content_key_index",
        "assets",
        ["content_key"],
        unique=True,
        postgresql_where=sa.text("content_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "assets_content_key_index",
        table_name="assets",
        postgresql_where=sa.text("content_key IS NOT NULL"),
    )
    op.drop_constraint(op.f("assets_content_whole_check"), "assets")
    op.drop_column("assets", "content_crc32")
    op.drop_column("assets", "content_sha256")
    op.drop_column("assets", "content_key")
