"""What each suggestion rests on, and what changed since, so that few faces are asked again."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NOTE = "INSERT INTO changed_evidence (face_id) VALUES ({face});"

STATEMENTS = (
    # Of a face that nobody said anything about: the named face that it is most like, and a face
    # that speaks against the name. They may be gone; the face itself may not.
    """
    CREATE TABLE suggestion_grounds (
        face_id INTEGER NOT NULL PRIMARY KEY REFERENCES faces(id) ON DELETE CASCADE,
        nearest INTEGER NOT NULL,
        score REAL NOT NULL,
        against INTEGER
    )
    """,
    "CREATE INDEX suggestion_grounds_by_nearest ON suggestion_grounds (nearest)",
    "CREATE INDEX suggestion_grounds_by_against ON suggestion_grounds (against, score)",
    """
    CREATE TABLE changed_evidence (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        face_id INTEGER NOT NULL
    )
    """,
    # One row, or none: by what faces were asked, and up to which.
    """
    CREATE TABLE suggestions_made (
        model TEXT NOT NULL,
        rule TEXT NOT NULL,
        asked_to INTEGER NOT NULL,
        PRIMARY KEY (model, rule)
    )
    """,
    f"""
    CREATE TRIGGER faces_said AFTER UPDATE OF status, person_id, suggestion_score, poor ON faces
    WHEN OLD.status <> NEW.status OR OLD.person_id IS NOT NEW.person_id
        OR OLD.suggestion_score <> NEW.suggestion_score OR OLD.poor <> NEW.poor
    BEGIN {_NOTE.format(face="NEW.id")} END
    """,
    """
    CREATE TRIGGER people_ignored AFTER UPDATE OF ignored ON people
    WHEN OLD.ignored <> NEW.ignored
    BEGIN
        INSERT INTO changed_evidence (face_id)
        SELECT id FROM faces WHERE person_id = NEW.id AND status = 'confirmed';
    END
    """,
    *(
        f"CREATE TRIGGER {table}_{what} AFTER {event} ON {table} "
        f"BEGIN {_NOTE.format(face=f'{row}.face_id')} END"
        for table in ("embeddings", "rejections")
        for what, event, row in (("said", "INSERT", "NEW"), ("unsaid", "DELETE", "OLD"))
    ),
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
