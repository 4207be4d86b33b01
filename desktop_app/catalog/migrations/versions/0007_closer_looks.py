"""Whether a photo waits for its closer look stands in a column of its own."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE photos ADD COLUMN waits_for_closer INTEGER NOT NULL DEFAULT 0 "
    "CHECK (waits_for_closer IN (0, 1))",
    # Until then it stood behind the detector's name.
    """
    UPDATE photos
    SET waits_for_closer = 1, detector = substr(detector, 1, length(detector) - 13)
    WHERE substr(detector, -13) = ' (quick look)'
    """,
    "CREATE INDEX photos_waiting_for_closer ON photos (id, state, folder_id) "
    "WHERE waits_for_closer = 1",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
