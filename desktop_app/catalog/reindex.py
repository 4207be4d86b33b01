"""Carries what people said about faces over to the faces of a photo that is read again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from desktop_app.catalog.rows import geometry_columns, packed
from desktop_app.catalog.schema import among, embeddings, faces, rejections, restorations
from desktop_app.catalog.values import IndexedPhoto, NewFace
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId, PersonId, PhotoId

SAME_FACE = 0.5
"""Intersection over union above which a face found again is the face known."""


def faces_of_a_photo_read_again(
    connection: Connection, result: IndexedPhoto, before: Row[Any]
) -> CatalogChanges:
    """Replaces the faces of a photo by those just found.

    A face whose box overlaps a known one by more than `SAME_FACE` is that face: it keeps its
    id, name, status, rejections and restorations, and takes the new box and embedding. (The
    known boxes are scaled first where the photo was resized.) Known faces that were not found
    again are dropped, unless a person decided about them and the photo kept its size, or they
    were restored. Embeddings of other models are dropped where the content changed.
    """
    known = connection.execute(select(faces).where(faces.c.photo_id == result.photo_id)).all()
    scale = _scale(before, result.metadata.width, result.metadata.height)
    pairs = matches(known, result, scale)
    ids: list[FaceId] = []
    for number, face in enumerate(result.faces):
        old = pairs.get(number)
        if old is None:
            ids.append(face_added(connection, result.photo_id, face))
        else:
            columns = geometry_columns(face.detected, face.quality)
            connection.execute(update(faces).where(faces.c.id == old).values(**columns))
            ids.append(FaceId(old))
    if pairs and before.content_hash != result.content_hash:
        connection.execute(
            delete(embeddings).where(embeddings.c.face_id.in_(among(pairs.values())))
        )
    elif pairs:
        connection.execute(
            delete(embeddings).where(
                embeddings.c.face_id.in_(among(pairs.values())),
                embeddings.c.model == result.embedding_model,
            )
        )
    keep_embeddings(connection, ids, result.faces, result.embedding_model)
    lost = {row.id for row in known} - set(pairs.values())
    gone = lost and lost - _kept_although_not_found(connection, lost, scale)
    if gone:
        connection.execute(delete(faces).where(faces.c.id.in_(among(gone))))
    return CatalogChanges.of(
        faces=[*ids, *(FaceId(number) for number in gone)],
        people=(PersonId(row.person_id) for row in known if row.person_id is not None),
    )


def face_added(connection: Connection, photo_id: PhotoId, face: NewFace) -> FaceId:
    """A face about which nobody has decided."""
    new = {
        "photo_id": photo_id,
        "status": "none",
        "suggestion_score": 0.0,
        "drawn_by_hand": 0,
    }
    columns = geometry_columns(face.detected, face.quality)
    added = connection.execute(insert(faces), new | columns).inserted_primary_key
    assert added is not None
    return FaceId(added[0])


def keep_embeddings(
    connection: Connection, ids: Sequence[FaceId], found: Sequence[NewFace], model: str
) -> None:
    rows = []
    for face_id, face in zip(ids, found, strict=True):
        if face.embedding is not None:
            vector, crc32 = packed(face.embedding)
            rows.append(
                {
                    "face_id": face_id,
                    "model": model,
                    "vector": vector,
                    "crc32": crc32,
                }
            )
    if rows:
        connection.execute(insert(embeddings), rows)


def face_seen_again(connection: Connection, face_id: int, face: NewFace, model: str) -> None:
    """The face, with the box, the points and the description of now; all else of it stays."""
    columns = geometry_columns(face.detected, face.quality)
    connection.execute(update(faces).where(faces.c.id == face_id).values(**columns))
    connection.execute(
        delete(embeddings).where(embeddings.c.face_id == face_id, embeddings.c.model == model)
    )
    keep_embeddings(connection, [FaceId(face_id)], [face], model)


def matches(
    known: "Sequence[Row[Any]]", result: IndexedPhoto, scale: tuple[float, float] | None
) -> dict[int, int]:
    """New face number -> known face id, best overlaps first, each used once."""
    if scale is None:
        return {}
    across, down = scale
    overlaps = []
    for row in known:
        box = BBox(
            row.box_left * across,
            row.box_top * down,
            row.box_right * across,
            row.box_bottom * down,
        )
        for number, face in enumerate(result.faces):
            overlap = box.overlap(_box(face))
            if overlap > SAME_FACE:
                overlaps.append((overlap, number, int(row.id)))
    pairs: dict[int, int] = {}
    for _, number, face_id in sorted(overlaps, key=lambda found: (-found[0], found[1:])):
        if number not in pairs and face_id not in pairs.values():
            pairs[number] = face_id
    return pairs


def _box(face: NewFace) -> BBox:
    return BBox(*face.detected.bbox)


def _scale(before: Row[Any], width: int, height: int) -> tuple[float, float] | None:
    """How a point of the photo before comes to the photo now; None where it was cut or turned."""
    if not (before.width and before.height and width and height):
        return 1.0, 1.0
    across, down = width / before.width, height / before.height
    if abs(across / down - 1) > 0.01:
        return None
    return across, down


def _kept_although_not_found(
    connection: Connection, lost: set[int], scale: tuple[float, float] | None
) -> set[int]:
    kept = set(
        connection.scalars(
            select(restorations.c.face_id).where(restorations.c.face_id.in_(among(lost)))
        )
    )
    if scale == (1.0, 1.0):
        kept |= set(
            connection.scalars(
                select(faces.c.id).where(
                    faces.c.id.in_(among(lost)),
                    faces.c.status.in_(("confirmed", "ignored", "not_a_face"))
                    | (faces.c.drawn_by_hand == 1),
                )
            )
        )
        kept |= set(
            connection.scalars(
                select(rejections.c.face_id).where(rejections.c.face_id.in_(among(lost)))
            )
        )
    return kept
