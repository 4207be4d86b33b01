"""Paints photographs of 24 megapixels with portraits in them, as a camera would keep them."""

import importlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from desktop_app.domain.photo import RgbImage
from desktop_app.operations.eyes import Eyes

SIZE = (6000, 4000)
KINDS = ("wall", "soft", "busy")
GROUPS = (  # heights of the faces in a photo, in pixels
    (900,),
    (360, 330, 300, 380),
    (150, 160, 170, 140, 180, 150, 160, 145),
    (520, 40, 48, 60, 80),
)
_OCTAVES = {"wall": (6,), "soft": (6, 24)}
_THINGS = ("brick.png", "grass.png", "gravel.png", "coffee.png", "rocket.jpg", "page.png")
_THINGS += ("hubble_deep_field.jpg", "motorcycle_left.png", "coins.png")
_PIECE = 1000  # pixels of one thing
_STRENGTH, _GRAIN = 22, 3  # of 255, standard deviations


@dataclass(frozen=True)
class Head:
    """A portrait around its one face, whose box is (left, top, right, bottom)."""

    pixels: RgbImage
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """Where a face of this height stands in a frame."""

    x: float
    y: float
    height: int
    who: int  # number of the head


def heads(portraits: Path, count: int, eyes: Eyes) -> list[Head]:
    """Faces at least 150 px high, with hair and shoulders, of portraits drawn by chance."""
    files = sorted(portraits.rglob("*.jpg"))
    found: list[Head] = []
    for number in np.random.default_rng(5).permutation(len(files)):
        image = np.asarray(Image.open(files[number]).convert("RGB"))
        faces = eyes.detector.detect(image)
        if len(faces) != 1 or faces[0].bbox.height < 150:
            continue
        box = faces[0].bbox
        left, top = (
            int(max(v, 0)) for v in (box.left - 0.6 * box.width, box.top - 0.6 * box.height)
        )
        cut = image[
            top : int(box.bottom + 0.5 * box.height), left : int(box.right + 0.6 * box.width)
        ]
        place = (box.left - left, box.top - top, box.right - left, box.bottom - top)
        found.append(Head(cut, place))
        if len(found) == count:
            break
    return found


def frame(number: int, cast: Sequence[Head]) -> tuple[RgbImage, list[Placed]]:
    """The `number`-th photo: kinds of surroundings and groups of faces in turn."""
    rng = np.random.default_rng(number)
    picture = _surroundings(KINDS[number % len(KINDS)], rng)
    heights = GROUPS[(number // len(KINDS)) % len(GROUPS)]
    placed = []
    for place, height in enumerate(heights):
        who = (5 * number + place) % len(cast)
        head = cast[who]
        ratio = height / (head.box[3] - head.box[1])
        how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
        small = cv2.resize(head.pixels, None, fx=ratio, fy=ratio, interpolation=how)
        left = 100 + place * (5600 // len(heights)) + int(rng.integers(0, 60))
        top = 100 + int(rng.integers(0, max(1, SIZE[1] - 200 - small.shape[0])))
        picture[top : top + small.shape[0], left : left + small.shape[1]] = small
        placed.append(
            Placed(
                left + (head.box[0] + head.box[2]) / 2 * ratio,
                top + (head.box[1] + head.box[3]) / 2 * ratio,
                height,
                who,
            )
        )
    return picture, placed


def paint(folder: Path, count: int, cast: Sequence[Head]) -> Iterator[list[Placed]]:
    """Writes JPEGs of quality 92 with a date, a camera and an EXIF thumbnail."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture, placed = frame(number, cast)
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Likeness", "Painted"
        exif.get_ifd(0x8769)[0x9003] = f"2019:06:{number % 28 + 1:02} 12:00:00"
        Image.fromarray(picture).save(
            folder / f"{number:04}.jpg", quality=92, exif=_with_thumbnail(exif, picture)
        )
        yield placed


def _with_thumbnail(exif: Image.Exif, picture: RgbImage) -> bytes:
    """The EXIF block with a second directory that holds a JPEG of 160 px, as cameras write it."""
    small = Image.fromarray(cv2.resize(picture, (160, 107), interpolation=cv2.INTER_AREA))
    held = io.BytesIO()
    small.save(held, "JPEG", quality=80)
    plain = exif.tobytes()
    # Exif 2.32, 4.5.8: IFD1 follows IFD0's entries; Pillow writes little-endian unless asked
    body = bytearray(plain[6:])
    order = "little" if body[:2] == b"II" else "big"
    start = int.from_bytes(body[4:8], order)
    entries = int.from_bytes(body[start : start + 2], order)
    link = start + 2 + 12 * entries
    body[link : link + 4] = len(body).to_bytes(4, order)
    data = held.getvalue()
    rows = ((0x0103, 3, 6), (0x0201, 4, len(body) + 2 + 36 + 4), (0x0202, 4, len(data)))
    second = len(rows).to_bytes(2, order)
    for tag, kind, value in rows:
        second += tag.to_bytes(2, order) + kind.to_bytes(2, order) + (1).to_bytes(4, order)
        second += value.to_bytes(2, order) + bytes(2) if kind == 3 else value.to_bytes(4, order)
    return plain[:6] + bytes(body) + second + bytes(4) + data


def _surroundings(kind: str, rng: np.random.Generator) -> RgbImage:
    """A grainy wall, what is out of focus, or sharp things of all sorts side by side."""
    if kind == "busy":
        return _things(rng)
    picture = np.full((SIZE[1], SIZE[0], 3), 110, np.float32)
    for across in _OCTAVES[kind]:
        spots = rng.normal(0, _STRENGTH, (across * 2 // 3, across, 3)).astype(np.float32)
        picture += cv2.resize(spots, SIZE, interpolation=cv2.INTER_CUBIC)
    picture += rng.normal(0, _GRAIN, (SIZE[1], SIZE[0], 1)).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _things(rng: np.random.Generator) -> RgbImage:
    """Bricks, grass, gravel, machines, cups, stars: pictures of scikit-image beside each other."""
    skimage = importlib.import_module("skimage")
    folder = Path(skimage.__file__).parent / "data"
    picture = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
    for top in range(0, SIZE[1], _PIECE):
        for left in range(0, SIZE[0], _PIECE):
            thing = np.asarray(Image.open(folder / str(rng.choice(_THINGS))).convert("RGB"))
            ratio = _PIECE / min(thing.shape[:2]) * float(rng.uniform(1.0, 1.5))
            how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
            thing = cv2.resize(thing, None, fx=ratio, fy=ratio, interpolation=how)
            place = picture[top : top + _PIECE, left : left + _PIECE]
            place[:] = thing[: place.shape[0], : place.shape[1]]
    for top in range(0, SIZE[1], _PIECE):  # the grain that enlarging took
        band = picture[top : top + _PIECE]
        grain = rng.normal(0, _GRAIN, (*band.shape[:2], 1)).astype(np.float32)
        band[:] = np.clip(band + grain, 0, 255)
    return picture
