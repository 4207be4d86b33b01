"""Turns rows of the catalog into the values of the domain, and back."""

import os
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CompoundSelect, Connection, Row, Select, func, select

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import (
    AssignmentStatus,
    BBox,
    DetectedFace,
    Embedding,
    Face,
    FaceQuality,
)
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId
from desktop_app.domain.person import Person, Year
from desktop_app.domain.photo import DatePrecision, Photo, PhotoDate, PhotoState


def now() -> str:
    """This moment in UTC, as the catalog writes moments."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def photo_path(folder: bytes, relative: bytes) -> str:
    """The absolute path; bytes that are no text come back as os.fsdecode's surrogates."""
    below = os.fsdecode(relative)
    return str(Path(os.fsdecode(folder), below))


def folded(text: str) -> str:
    """Text as it is compared: composed, without case, with single spaces."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return " ".join(unicodedata.normalize("NFC", composed.casefold()).split())


def photo_from(row: Row[Any]) -> Photo:
    return Photo(
        PhotoId(row.id),
        FolderId(row.folder_id),
        photo_path(row.folder_path, row.relative),
        PhotoState(row.state),
        row.width,
        row.height,
        row.content_hash,
        PhotoDate(
            _day(row.taken_earliest), _day(row.taken_latest), DatePrecision(row.taken_precision)
        ),
        row.reason,
        row.file_format,
        row.camera,
        row.turned,
    )


def date_columns(taken: PhotoDate) -> dict[str, str | None]:
    """The columns of a date. Raises `BadRequest` where it ends before it begins."""
    if (taken.earliest is None) != (taken.latest is None):
        raise BadRequest("A date needs its first and its last day, or neither.")
    if taken.earliest is None or taken.latest is None:
        return {
            "taken_earliest": None,
            "taken_latest": None,
            "taken_precision": DatePrecision.UNKNOWN.value,
        }
    if taken.latest < taken.earliest:
        raise BadRequest("The date ends before it begins. Exchange the two days.")
    return {
        "taken_earliest": taken.earliest.isoformat(),
        "taken_latest": taken.latest.isoformat(),
        "taken_precision": taken.precision.value,
    }


def face_from(row: Row[Any]) -> Face:
    return Face(
        FaceId(row.id),
        PhotoId(row.photo_id),
        BBox(row.box_left, row.box_top, row.box_right, row.box_bottom),
        np.frombuffer(row.landmarks, "<f4").reshape(5, 2).astype(np.float32),
        row.det_score,
        FaceQuality(
            row.sharpness,
            row.frontal,
            row.light,
            row.eye_distance,
            None if row.one_tone is None else bool(row.one_tone),
        ),
        None if row.person_id is None else PersonId(row.person_id),
        AssignmentStatus(row.status),
        row.suggestion_score,
        row.cluster,
        bool(row.drawn_by_hand),
    )


def geometry_columns(detected: DetectedFace, quality: FaceQuality) -> dict[str, Any]:
    """The columns that describe where a face is and how good it is."""
    landmarks = np.asarray(detected.landmarks, dtype="<f4")
    if landmarks.shape != (5, 2):
        raise ValueError(f"landmarks must be (5, 2), not {landmarks.shape}")
    return {
        "box_left": float(detected.bbox.left),
        "box_top": float(detected.bbox.top),
        "box_right": float(detected.bbox.right),
        "box_bottom": float(detected.bbox.bottom),
        "landmarks": landmarks.tobytes(),
        "det_score": float(detected.det_score),
        "sharpness": float(quality.sharpness),
        "frontal": float(quality.frontal),
        "light": float(quality.light),
        "eye_distance": float(quality.size),
        "one_tone": None if quality.one_tone is None else int(quality.one_tone),
        "poor": int(quality.poor),
        "grade": _grade(quality),
    }


def person_from(row: Row[Any]) -> Person:
    return Person(
        PersonId(row.id),
        row.name,
        None if row.born is None else Year(row.born, bool(row.born_about)),
        None if row.died is None else Year(row.died, bool(row.died_about)),
        bool(row.ignored),
    )


def year_columns(born: Year | None, died: Year | None) -> Mapping[str, int | None]:
    """The columns of a life. Raises `BadRequest` where it ends before it begins."""
    if born is not None and died is not None and died.year < born.year:
        raise BadRequest(
            f"The year of death ({died.year}) is before the year of birth ({born.year})."
        )
    return {
        "born": None if born is None else born.year,
        "born_about": int(born is not None and born.about),
        "died": None if died is None else died.year,
        "died_about": int(died is not None and died.about),
    }


def packed(embedding: Embedding) -> tuple[bytes, int]:
    """An embedding as float16 little-endian, and the CRC-32 of these bytes."""
    vector = np.ascontiguousarray(embedding, dtype="<f2")
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise ValueError("an embedding is a finite vector")
    blob = vector.tobytes()
    return blob, zlib.crc32(blob)


def unpacked(blobs: list[bytes]) -> NDArray[np.float32]:
    """(n, dimensions) float32 of unit length."""
    if not blobs:
        return np.zeros((0, 0), np.float32)
    vectors = np.frombuffer(b"".join(blobs), "<f2").astype(np.float32).reshape(len(blobs), -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def plain(connection: Connection, statement: Select[Any]) -> list[Any]:
    """The rows as the driver gives them: tuples, four times faster than SQLAlchemy's rows.

    For a hundred thousand rows of numbers, text and bytes at a time.
    """
    return [row for part in plain_parts(connection, statement) for row in part]


def numbers(
    connection: Connection, statement: Select[tuple[int]] | CompoundSelect[tuple[int]]
) -> NDArray[np.int64]:
    """(n,) numbers, the one column that is asked for, in the statement's order.

    SQLite writes them into one text. The driver would give way to other threads at every row,
    which for 100,000 rows takes three times as long, and longer where others are at work.
    """
    # with a limit it is a table of its own, whose order SQLite keeps
    listed = statement.limit(-1).subquery()
    text = connection.scalar(select(func.group_concat(listed.columns[0])))
    return np.fromstring(text or "", np.int64, sep=",")


def plain_parts(
    connection: Connection, statement: Select[Any], size: int = 4096
) -> Iterator[list[Any]]:
    """The same, `size` rows at a time, for rows that are large together."""
    result = connection.execute(statement)
    try:
        while result.cursor is not None and (part := list(result.cursor.fetchmany(size))):
            yield part
    finally:
        result.close()


def sound(blob: bytes, crc32: int) -> bool:
    return zlib.crc32(blob) == crc32


def _grade(quality: FaceQuality) -> float:
    """How well a face shows its person in a list: sharp first, then looking at us, well lit."""
    front = 0.5 + 0.5 * float(quality.frontal)
    return float(quality.sharpness) * front * (0.5 + 0.5 * float(quality.light))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
