"""Describes the faces of the catalog with another model, photo by photo, in the background."""

from itertools import groupby
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.decode import decode_photo
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.look_at_photo import embeddings_of


def describe_faces_anew(
    catalog: Catalog, eyes: Eyes, report: Report, max_pixels: int = MAX_PIXELS
) -> CatalogChanges:
    """Embeds every face that the eyes' embedder has not described yet.

    Embeddings of other models stay, and never compare with these. A photo that cannot be read
    now is left for the next time.
    """
    total = catalog.facts().faces
    waiting = catalog.faces.many(catalog.faces.without_embedding(eyes.embedder.id, limit=total))
    waiting.sort(key=lambda face: face.photo_id)
    changes = CatalogChanges()
    done = 0
    for photo_id, faces_of_photo in groupby(waiting, key=lambda face: face.photo_id):
        faces = list(faces_of_photo)
        photo = catalog.photos.get(photo_id)
        path = Path(photo.path)
        report(Progress(done, len(waiting), path.name))
        done += len(faces)
        try:
            image = decode_photo(path, max_pixels=max_pixels, turned=photo.turned).image
        except ExpectedError:
            continue
        vectors = embeddings_of(image, [face.landmarks for face in faces], eyes.embedder)
        described = list(zip([face.id for face in faces], vectors, strict=True))
        changes |= catalog.faces.add_embeddings(eyes.embedder.id, described)
    report(Progress(len(waiting), len(waiting)))
    return changes
