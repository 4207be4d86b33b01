"""Turns one photograph of the sample library into an old, damaged print of itself.

    python packaging/make_old_print.py

Reads `resources/samples/samples.json` for the photograph, the cut and the seed, and writes the cut
(the truth to compare with) and the print made of it. The print keeps the pixel grid of the cut:
a pixel of the one shows the same point as that pixel of the other.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

SAMPLES = Path(__file__).resolve().parents[1] / "resources" / "samples"

Plane: TypeAlias = NDArray[np.float32]
"""(height, width), 0 black to 1 white."""

SHADOW_TONE = (0.16, 0.11, 0.07)  # sRGB of a faded brown-toned black
PAPER_TONE = (0.91, 0.84, 0.70)  # sRGB of yellowed paper


@dataclass(frozen=True)
class Cut:
    """The part of the photograph that the print shows, in its pixels, and the size of the print."""

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int


def cut_out(photo: Path, cut: Cut) -> Image.Image:
    """The part of the photo that the print shows, in sRGB, `cut.width` by `cut.height`."""
    with Image.open(photo) as opened:
        rgb = opened.convert("RGB")
        profile = opened.info.get("icc_profile")
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(rgb, source, ImageCms.createProfile("sRGB"), inPlace=True)
    box = (cut.left, cut.top, cut.right, cut.bottom)
    return rgb.resize((cut.width, cut.height), Image.Resampling.LANCZOS, box=box)


def make_old_print(picture: Image.Image, seed: int) -> Image.Image:
    """An aged print of `picture`: soft, faded, brown, grained, scratched, dusty and stained."""
    rng = np.random.default_rng(seed)
    rgb = np.asarray(picture, dtype=np.float32) / 255
    grey: Plane = np.asarray(rgb @ (0.299, 0.587, 0.114), dtype=np.float32)
    grey = _soften(grey)
    grey = _grain(grey, rng)
    grey = _fade(grey, rng)
    grey = _scratches(grey, rng)
    grey = _crease(grey, rng)
    grey = _dust(grey, rng)
    grey *= 1 + 0.045 * _paper(grey.shape, rng)
    toned = _tone(np.clip(grey, 0, 1))
    toned = _stain(toned, rng)
    toned = _border(toned, rng)
    return Image.fromarray((np.clip(toned, 0, 1) * 255 + 0.5).astype(np.uint8))


def _clouds(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Plane:
    """Smooth random clouds with a mean of 0 and a standard deviation of 1, `sigma` pixels wide."""
    noise = rng.standard_normal(shape).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), sigma)
    smooth -= smooth.mean()
    return np.asarray(smooth / smooth.std(), dtype=np.float32)


def _soften(grey: Plane) -> Plane:
    """A simple lens, slightly moved, and an enlargement from a small negative."""
    grey = cv2.GaussianBlur(grey, (0, 0), sigmaX=1.5, sigmaY=1.1)
    height, width = grey.shape
    small = (round(width / 1.9), round(height / 1.9))
    grey = cv2.resize(grey, small, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32
    )


def _grain(grey: Plane, rng: np.random.Generator) -> Plane:
    """Clumps of silver, strongest in the middle tones."""
    clumps = 0.7 * _clouds(grey.shape, 0.8, rng) + 0.5 * _clouds(grey.shape, 1.6, rng)
    grained = grey + 0.04 * clumps * (0.4 + 2.4 * grey * (1 - grey))
    return np.asarray(grained, dtype=np.float32)


def _fade(grey: Plane, rng: np.random.Generator) -> Plane:
    """Blacks turned grey, whites turned dull, more in some places and along one edge."""
    width = grey.shape[1]
    span = 0.68 + 0.04 * _clouds(grey.shape, width / 5, rng)
    faded = 0.16 + np.clip(grey, 0, 1) ** 0.7 * span
    edge = np.linspace(0, 1, width, dtype=np.float32)[np.newaxis, :] ** 4
    return np.asarray(faded + 0.20 * edge * (1 - faded), dtype=np.float32)


def _line(shape: tuple[int, ...], points: NDArray[np.float32], thickness: int) -> Plane:
    """1 along the line through `points` (n, 2), 0 elsewhere, antialiased."""
    canvas = np.zeros(shape, dtype=np.uint8)
    fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(canvas, [fixed], False, 255, thickness, cv2.LINE_AA, shift=4)
    return np.asarray(canvas / 255, dtype=np.float32)


def _wandering(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    wobble: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """(24, 2) points of a line from `start` to `end` that wanders by about `wobble` pixels."""
    along = np.linspace(0, 1, 24)[:, np.newaxis]
    straight = start * (1 - along) + end * along
    off = np.cumsum(rng.normal(0, wobble / 5, (24, 2)), axis=0)
    return (straight + off).astype(np.float32)


def _scratches(grey: Plane, rng: np.random.Generator) -> Plane:
    """Some fine scratches, most of them steep, as a frame or a drawer makes them."""
    height, width = grey.shape
    for _ in range(13):
        start = rng.uniform(0, 1, 2) * (width, height)
        steep = rng.normal(np.pi / 2, 0.35)
        length = rng.uniform(0.06, 0.4) * height
        end = start + length * np.array([np.cos(steep), np.sin(steep)])
        mask = _line(grey.shape, _wandering(start, end, 3, rng), 1)
        broken = np.clip(_clouds(grey.shape, 9, rng) + 0.8, 0, 1)
        strength = rng.uniform(0.25, 0.75)
        bright = 0.92 if rng.random() < 0.8 else 0.2
        cover = mask * broken * strength
        grey = grey * (1 - cover) + bright * cover
    return np.asarray(grey, dtype=np.float32)


def _crease(grey: Plane, rng: np.random.Generator) -> Plane:
    """One fold from edge to edge below the face, its emulsion broken off in flakes."""
    height, width = grey.shape
    start = np.array([-5.0, 0.60 * height])
    end = np.array([width + 5.0, 0.52 * height])
    points = _wandering(start, end, 5, rng)
    shade = cv2.GaussianBlur(_line(grey.shape, points, 5), (0, 0), 4)
    grey = grey * (1 - 0.35 * shade)
    flakes = _line(grey.shape, points, 4) * (_clouds(grey.shape, 2.5, rng) > 0.35)
    cover = np.maximum(0.75 * _line(grey.shape, points, 1), 0.85 * flakes)
    return np.asarray(grey * (1 - cover) + 0.93 * cover, dtype=np.float32)


def _dust(grey: Plane, rng: np.random.Generator) -> Plane:
    """Specks of dust, white where they lay on the negative and dark where they lie on the print."""
    height, width = grey.shape
    for _ in range(190):
        centre = rng.uniform(0, 1, 2) * (width, height)
        radius = float(np.clip(rng.lognormal(-0.1, 0.5), 0.5, 3.0))
        speck = np.zeros(grey.shape, dtype=np.uint8)
        at = (round(centre[0] * 16), round(centre[1] * 16))
        cv2.circle(speck, at, round(radius * 16), 255, -1, cv2.LINE_AA, shift=4)
        soft = cv2.GaussianBlur(speck.astype(np.float32) / 255, (0, 0), 0.6)
        cover = soft * rng.uniform(0.4, 1.0)
        bright = 0.95 if rng.random() < 0.7 else 0.12
        grey = grey * (1 - cover) + bright * cover
    for _ in range(7):  # hairs
        start = rng.uniform(0, 1, 2) * (width, height)
        end = start + rng.normal(0, 26, 2)
        cover = 0.6 * _line(grey.shape, _wandering(start, end, 14, rng), 1)
        grey = grey * (1 - cover) + 0.9 * cover
    return np.asarray(grey, dtype=np.float32)


def _paper(shape: tuple[int, ...], rng: np.random.Generator) -> Plane:
    """The tooth of a matt paper: fine fibres over coarser unevenness, deviating by about 1."""
    fibres = rng.standard_normal(shape).astype(np.float32)
    fibres = 0.5 * cv2.GaussianBlur(fibres, (0, 0), sigmaX=2.4, sigmaY=0.6) / 0.2
    return np.asarray(0.5 * fibres + 0.5 * _clouds(shape, 6, rng), dtype=np.float32)


def _tone(grey: Plane) -> NDArray[np.float32]:
    """(height, width, 3): black becomes brown, white becomes yellowed paper."""
    shadow, paper = np.array(SHADOW_TONE), np.array(PAPER_TONE)
    return np.asarray(shadow + grey[..., np.newaxis] * (paper - shadow), dtype=np.float32)


def _stain(toned: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The rim of a cup in the lower left corner, and foxing: small rust-brown spots."""
    height, width = toned.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(columns - 0.13 * width, rows - 0.90 * height) / (0.17 * width)
    far += 0.015 * _clouds((height, width), 12, rng)
    amount = 0.35 * np.exp(-(((far - 1) / 0.045) ** 2)) + 0.12 * (far < 1)
    for _ in range(26):
        at = rng.uniform(0, 1, 2) * (width, height)
        radius = rng.uniform(1.5, 5)
        spot = np.exp(-((columns - at[0]) ** 2 + (rows - at[1]) ** 2) / (2 * radius**2))
        amount = np.maximum(amount, rng.uniform(0.1, 0.35) * spot)
    brown = np.array([0.62, 0.43, 0.22])
    return np.asarray(toned * (1 - amount[..., np.newaxis] * (1 - brown)), dtype=np.float32)


def _border(toned: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The unprinted margin of the paper, darker at its worn rim, one corner broken off."""
    height, width = toned.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    inward = np.minimum.reduce([rows, columns, height - 1 - rows, width - 1 - columns])
    margin = 0.03 * width
    paper = np.array(PAPER_TONE) * (1 + 0.02 * _paper((height, width), rng))[..., np.newaxis]
    paper = paper * (1 - 0.25 * np.exp(-inward / 3))[..., np.newaxis]
    inside = np.clip(inward - margin + 0.5, 0, 1)[..., np.newaxis]
    framed = paper * (1 - inside) + toned * inside
    corner = (width - 1 - columns) + 1.3 * rows + 3 * _clouds((height, width), 5, rng)
    torn = np.clip(0.075 * width - corner + 0.5, 0, 1)[..., np.newaxis]
    backing = np.array([0.23, 0.21, 0.19])
    return np.asarray(framed * (1 - torn) + backing * torn, dtype=np.float32)


def main() -> None:
    """Makes the cut and the print that `samples.json` describes."""
    about: dict[str, Any] = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    recipe = about["print"]
    cut = cut_out(SAMPLES / recipe["photograph"], Cut(**recipe["cut"]))
    cut.save(SAMPLES / recipe["truth"], optimize=True)
    aged = make_old_print(cut, recipe["seed"])
    target = SAMPLES / about["library"] / recipe["file"]
    aged.save(target, quality=82, dpi=(300, 300))
    print(f"{target.relative_to(SAMPLES)}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
