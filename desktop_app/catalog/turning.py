"""Turns photos in the catalog: the file stays as it is, boxes and landmarks follow."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, bindparam, select, update

from desktop_app.catalog.schema import among, faces, photos
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PhotoId


def turn_to(connection: Connection, wanted: Iterable[tuple[PhotoId, int]]) -> CatalogChanges:
    """Turns each photo to so many degrees clockwise from its own upright."""
    degrees = dict(wanted)
    rows = connection.execute(
        select(photos.c.id, photos.c.width, photos.c.height, photos.c.turned).where(
            photos.c.id.in_(among(degrees))
        )
    ).all()
    touched: list[FaceId] = []
    for row in rows:
        quarters = (degrees[row.id] - row.turned) // 90 % 4
        if quarters == 0:
            continue
        width, height = (row.height, row.width) if quarters % 2 else (row.width, row.height)
        connection.execute(
            update(photos)
            .where(photos.c.id == row.id)
            .values(turned=degrees[row.id] % 360, width=width, height=height)
        )
        of_photo = connection.execute(select(faces).where(faces.c.photo_id == row.id)).all()
        turned = [_turned(face, row.width, row.height, quarters) for face in of_photo]
        if turned:
            connection.execute(update(faces).where(faces.c.id == bindparam("face")), turned)
        touched += [FaceId(face.id) for face in of_photo]
    return CatalogChanges.of(photos=(PhotoId(row.id) for row in rows), faces=touched)


def _turned(face: Row[Any], width: int, height: int, quarters: int) -> dict[str, Any]:
    corners = np.array([[face.box_left, face.box_top], [face.box_right, face.box_bottom]])
    points = np.frombuffer(face.landmarks, "<f4").reshape(5, 2).astype(np.float64)
    for _ in range(quarters):
        corners = np.stack([height - corners[:, 1], corners[:, 0]], axis=1)
        # a landmark counts from the middle of the first pixel, a box from its edge
        points = np.stack([height - 1 - points[:, 1], points[:, 0]], axis=1)
        width, height = height, width
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return {
        "face": face.id,
        "box_left": float(left),
        "box_top": float(top),
        "box_right": float(right),
        "box_bottom": float(bottom),
        "landmarks": points.astype("<f4").tobytes(),
    }
