"""A photo that the user turned is looked at, described and restored as it stands now."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import Face
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.source import decode_source
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.restore_photos import reference_crop


def test_the_aligned_crop_and_the_embedding_of_a_face_are_the_same_as_before(
    named: Catalog, face_in: Callable[[str], Face], eyes: Eyes
) -> None:
    before = face_in("Official portraits/oval-office-2012.jpg")
    photo = named.photos.get(before.photo_id)
    file = Path(photo.path).read_bytes()
    crop = reference_crop(photo, before.landmarks, 128, 10**8)
    named.photos.turn([photo.id], 90)
    turned, after = named.photos.get(photo.id), named.faces.get(before.id)
    image = decode_photo(Path(photo.path), turned=turned.turned).image
    assert image.shape[:2] == (turned.height, turned.width) == (photo.width, photo.height)
    source = decode_source(Path(photo.path), turned=turned.turned)
    assert source.size == (turned.width, turned.height)
    again = reference_crop(turned, after.landmarks, 128, 10**8)
    assert np.abs(again.astype(int) - crop).mean() < 1
    kept = named.faces.embedding(before.id, eyes.embedder.id)
    assert float(eyes.embedder.embed(image, after.landmarks) @ kept) > 0.99
    assert Path(photo.path).read_bytes() == file
