"""The first catalog: folders, photos, faces, people, references, restorations, decisions."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Whether a photo shows a face, and whether one waits for the user: kept with the photo, so that
# a hundred thousand photos are filtered by reading one index.
FLAGS = """
    UPDATE photos SET has_faces = 1 - has_faces WHERE id = {photo}.photo_id AND has_faces <>
        EXISTS (SELECT 1 FROM faces WHERE photo_id = {photo}.photo_id AND status <> 'not_a_face');
    UPDATE photos SET needs_review = 1 - needs_review WHERE id = {photo}.photo_id
        AND needs_review <> EXISTS (
            SELECT 1 FROM faces WHERE photo_id = {photo}.photo_id
            AND (status = 'suggested' OR (status = 'none' AND poor = 0))
        );
"""

STATEMENTS = (
    """
    CREATE TABLE folders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        added_at TEXT NOT NULL,
        last_indexed TEXT,
        offline INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
        relative BLOB NOT NULL,
        search_text TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('found', 'indexed', 'failed', 'missing')),
        reason TEXT NOT NULL DEFAULT '',
        content_hash TEXT NOT NULL DEFAULT '',
        width INTEGER NOT NULL DEFAULT 0,
        height INTEGER NOT NULL DEFAULT 0,
        file_format TEXT NOT NULL DEFAULT '',
        camera TEXT NOT NULL DEFAULT '',
        orientation INTEGER NOT NULL DEFAULT 1,
        has_place INTEGER NOT NULL DEFAULT 0,
        taken_earliest TEXT,
        taken_latest TEXT,
        taken_precision TEXT NOT NULL DEFAULT 'unknown',
        date_by_hand INTEGER NOT NULL DEFAULT 0,
        detector TEXT NOT NULL DEFAULT '',
        has_faces INTEGER NOT NULL DEFAULT 0,
        needs_review INTEGER NOT NULL DEFAULT 0,
        UNIQUE (folder_id, relative)
    )
    """,
    "CREATE INDEX photos_by_hash ON photos (content_hash) WHERE content_hash <> ''",
    "CREATE INDEX photos_by_state ON photos (state, folder_id)",
    "CREATE INDEX photos_by_date ON photos "
    "(taken_earliest, id, state, folder_id, has_faces, needs_review)",
    "CREATE INDEX photos_by_name ON photos "
    "(search_text, id, state, folder_id, has_faces, needs_review)",
    """
    CREATE TABLE people (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        born INTEGER,
        born_about INTEGER NOT NULL DEFAULT 0,
        died INTEGER,
        died_about INTEGER NOT NULL DEFAULT 0,
        ignored INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE faces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
        box_left REAL NOT NULL,
        box_top REAL NOT NULL,
        box_right REAL NOT NULL,
        box_bottom REAL NOT NULL,
        landmarks BLOB NOT NULL CHECK (length(landmarks) = 40),
        det_score REAL NOT NULL,
        sharpness REAL NOT NULL,
        frontal REAL NOT NULL,
        light REAL NOT NULL,
        eye_distance REAL NOT NULL,
        poor INTEGER NOT NULL,
        grade REAL NOT NULL,
        person_id INTEGER REFERENCES people(id),
        status TEXT NOT NULL DEFAULT 'none'
            CHECK (status IN ('none', 'suggested', 'confirmed', 'ignored', 'not_a_face')),
        suggestion_score REAL NOT NULL DEFAULT 0,
        cluster INTEGER,
        drawn_by_hand INTEGER NOT NULL DEFAULT 0,
        CHECK ((person_id IS NOT NULL) = (status IN ('suggested', 'confirmed')))
    )
    """,
    "CREATE INDEX faces_by_photo ON faces (photo_id, status, poor)",
    "CREATE INDEX faces_by_person ON faces (person_id, status, grade, photo_id)",
    "CREATE INDEX faces_by_status ON faces (status, poor, photo_id)",
    "CREATE INDEX faces_by_cluster ON faces (cluster, status, grade) WHERE cluster IS NOT NULL",
    f"CREATE TRIGGER faces_added AFTER INSERT ON faces BEGIN {FLAGS.format(photo='NEW')} END",
    f"CREATE TRIGGER faces_removed AFTER DELETE ON faces BEGIN {FLAGS.format(photo='OLD')} END",
    f"""
    CREATE TRIGGER faces_changed AFTER UPDATE OF status, poor ON faces
    WHEN OLD.status <> NEW.status OR OLD.poor <> NEW.poor
    BEGIN {FLAGS.format(photo="NEW")} END
    """,
    """
    CREATE TABLE embeddings (
        id INTEGER PRIMARY KEY,
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        model TEXT NOT NULL,
        vector BLOB NOT NULL,
        crc32 INTEGER NOT NULL,
        UNIQUE (face_id, model)
    )
    """,
    """
    CREATE TABLE rejections (
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
        PRIMARY KEY (face_id, person_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX rejections_by_person ON rejections (person_id)",
    """
    CREATE TABLE reference_choices (
        person_id INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        choice TEXT NOT NULL CHECK (choice IN ('pinned', 'excluded')),
        PRIMARY KEY (person_id, face_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX reference_choices_by_face ON reference_choices (face_id)",
    """
    CREATE TABLE restorations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        person_id INTEGER REFERENCES people(id) ON DELETE SET NULL,
        engine TEXT NOT NULL,
        model_hash TEXT NOT NULL,
        device TEXT NOT NULL,
        seed INTEGER NOT NULL,
        strength REAL NOT NULL,
        keep_tone INTEGER NOT NULL,
        grain INTEGER NOT NULL,
        likeness_before REAL,
        likeness_after REAL,
        likeness_spread REAL,
        likeness_faces INTEGER,
        nearest_other REAL,
        nearest_other_name TEXT,
        state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'accepted', 'refused')),
        stale INTEGER NOT NULL DEFAULT 0,
        made_at TEXT NOT NULL,
        source_hash TEXT NOT NULL
    )
    """,
    "CREATE INDEX restorations_by_photo ON restorations (photo_id, state)",
    "CREATE INDEX restorations_by_face ON restorations (face_id)",
    "CREATE INDEX restorations_by_person ON restorations (person_id)",
    """
    CREATE TABLE restoration_references (
        restoration_id INTEGER NOT NULL REFERENCES restorations(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        face_id INTEGER NOT NULL REFERENCES faces(id) ON DELETE CASCADE,
        PRIMARY KEY (restoration_id, position)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX restoration_references_by_face ON restoration_references (face_id)",
    """
    CREATE TABLE restoration_crops (
        restoration_id INTEGER PRIMARY KEY REFERENCES restorations(id) ON DELETE CASCADE,
        crop_png BLOB NOT NULL,
        reference_map BLOB
    )
    """,
    """
    CREATE TABLE decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        wish INTEGER NOT NULL,
        kind TEXT NOT NULL,
        person_id INTEGER,
        made_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX decisions_by_wish ON decisions (wish)",
    """
    CREATE TABLE decision_changes (
        decision_id INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
        subject TEXT NOT NULL,
        key INTEGER NOT NULL,
        other_key INTEGER NOT NULL DEFAULT 0,
        before TEXT,
        PRIMARY KEY (decision_id, subject, key, other_key)
    ) WITHOUT ROWID
    """,
    "PRAGMA application_id = 1282105195",  # "Lk_k", so that `file` and we know our own
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
