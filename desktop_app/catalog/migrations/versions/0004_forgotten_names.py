"""Names that were forgotten are known again when a file brings them, without being kept."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        """
        CREATE TABLE forgotten_names (
            name_hash BLOB NOT NULL PRIMARY KEY,
            salt BLOB NOT NULL
        ) WITHOUT ROWID
        """
    )
