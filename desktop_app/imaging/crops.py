"""Turns restored crops and reference maps into bytes that the catalog keeps, and back."""

import io

import cv2
import numpy as np

from desktop_app.domain.errors import CatalogDamaged
from desktop_app.domain.restoration import KeptCrop, ReferenceMap

_DAMAGED = "A kept restoration is damaged. Restore this face again."


def crop_to_png(crop: KeptCrop) -> bytes:
    """A PNG of 16 bits a sample, lossless but for rounding; the mask is its opacity."""
    planes = [crop.picture[:, :, ::-1]]
    if crop.mask is not None:
        planes.append(crop.mask[:, :, None])
    samples = np.round(np.clip(np.concatenate(planes, axis=2), 0, 1) * 65535).astype(np.uint16)
    done, encoded = cv2.imencode(".png", samples)
    assert done
    return bytes(encoded)


def crop_from_png(png: bytes) -> KeptCrop:
    """Raises `CatalogDamaged` where these are not the bytes of a crop."""
    samples = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED) if png else None
    if samples is None or samples.dtype != np.uint16 or samples.ndim != 3:
        raise CatalogDamaged(_DAMAGED)
    planes = samples.astype(np.float32) / np.float32(65535)
    mask = np.ascontiguousarray(planes[:, :, 3]) if planes.shape[2] == 4 else None
    return KeptCrop(np.ascontiguousarray(planes[:, :, 2::-1]), mask)


def map_to_bytes(reference_map: ReferenceMap) -> bytes:
    """Both arrays of the map in numpy's own archive."""
    file = io.BytesIO()
    np.savez_compressed(file, winner=reference_map.winner, share=reference_map.share)
    return file.getvalue()


def map_from_bytes(data: bytes) -> ReferenceMap:
    """Raises `CatalogDamaged` where these are not the bytes of a map."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return ReferenceMap(
                arrays["winner"].astype(np.int8), arrays["share"].astype(np.float32)
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise CatalogDamaged(_DAMAGED) from error
