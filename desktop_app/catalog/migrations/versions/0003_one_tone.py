"""Faces know whether their photo is grey or brown throughout."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # NULL: found before this was looked at.
    op.get_bind().exec_driver_sql(
        "ALTER TABLE faces ADD COLUMN one_tone INTEGER CHECK (one_tone IN (0, 1))"
    )
