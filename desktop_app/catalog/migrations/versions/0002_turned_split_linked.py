"""Photos turned by hand, groups split by hand, and which faces are alike."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Degrees clockwise by which the user turned the photo after its own orientation.
    "ALTER TABLE photos ADD COLUMN turned INTEGER NOT NULL DEFAULT 0 "
    "CHECK (turned IN (0, 90, 180, 270))",
    # Of photos that begin on one day the one known more exactly comes first.
    "DROP INDEX photos_by_date",
    "CREATE INDEX photos_by_date ON photos "
    "(taken_earliest, taken_latest, id, state, folder_id, has_faces, needs_review)",
    """
    CREATE TABLE splits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        made_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE split_faces (
        split_id INTEGER NOT NULL REFERENCES splits(id) ON DELETE CASCADE,
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        side INTEGER NOT NULL,
        PRIMARY KEY (split_id, face_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX split_faces_by_face ON split_faces (face_id)",
    """
    CREATE TABLE face_links (
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        model TEXT NOT NULL,
        crc32 INTEGER NOT NULL,
        round INTEGER NOT NULL,
        near BLOB NOT NULL,
        PRIMARY KEY (face_id, model)
    )
    """,
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
