"""Measures indexing: photos a second by stage and end to end, against the plain way and the floor.

Parts: `speed` (the default) and `quality`. Portraits of ../shared stand in photos of 24 megapixels:
a third on a grainy wall, a third in soft surroundings, a third in busy ones.

  ours     `index_folder` (the quick look) and `look_closer`, on all cores, in a process of their
           own (its VmHWM is told); the photos with one face apart
  (a)      Pillow's full decode, one pass of the detector at 640 px, one thread, a commit a photo
  (b)      the library face_recognition, its own pipeline with its defaults (skipped where missing)
  (c)      the floor: simplejpeg (libjpeg-turbo) decoding at the same scale on the same cores
"""

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import FoundPhoto, IndexedPhoto, NewFace
from desktop_app.domain.face import BBox, DetectedFace, Embedding
from desktop_app.domain.progress import silent
from desktop_app.faces.yunet import YuNetDetector
from desktop_app.faces.yunet_network import YuNetNetwork
from desktop_app.imaging.content_hash import content_hash, hold_photo
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.thumbnails import ThumbnailStore, make_thumbnail
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_at_photo import Rooms, describe_faces, look_at_photo, see_faces
from desktop_app.operations.look_at_photos import cores
from desktop_app.operations.look_closer import look_closer
from desktop_app.operations.room_for_work import RoomForWork
from desktop_app.settings.places import resources
from tests.benchmarks.index_frames import KINDS, heads, paint

PORTRAITS = Path(__file__).resolve().parents[3] / "shared" / "data" / "portraits"
YUNET = resources() / "models" / "face_detection_yunet_2023mar.onnx"
MOST = 200_000_000
CAST = 120  # portraits that the photos are made of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="speed", choices=("speed", "quality"))
    parser.add_argument("--photos", type=int, default=96, help="a multiple of 12 has all kinds")
    parser.add_argument("--plain", type=int, default=12, help="photos that (a) is measured on")
    parser.add_argument("--library", type=int, default=1, help="photos that (b) is measured on")
    parser.add_argument("--folder", type=Path, help="keeps the photos there for another run")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        index(asked.child, asked.folder)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        photos = folder / "photos"
        told = folder / "placed.json"
        if not told.exists():
            cast = heads(PORTRAITS, CAST, eyes())
            placed = [
                [(p.x, p.y, p.height, p.who) for p in each]
                for each in paint(photos, asked.photos, cast)
            ]
            own = [see_faces(head.pixels, eyes())[0].embedding.tolist() for head in cast]
            told.write_text(json.dumps({"placed": placed, "own": own}))
        files = sorted(photos.glob("*.jpg"))[: asked.photos]
        if asked.part == "quality":
            quality(files, folder, json.loads(told.read_text()))
        else:
            speed(files, folder, asked.plain, asked.library)


def eyes() -> Eyes:
    return open_eyes(ModelStore(resources() / "models", Path("nowhere")), device="cpu")


def speed(files: list[Path], folder: Path, plain: int, library: int) -> None:
    size = sum(file.stat().st_size for file in files) / len(files) / 1e6
    print(f"{len(files)} photos of 24 megapixels, {size:.1f} MB each, {cores()} cores")
    stages(files)
    floor, floor_cpu = (each / len(files) for each in _floor([f.read_bytes() for f in files]))
    print(f"(c) floor, decoding at 1/2 on all cores: {_told(floor, floor_cpu)}")
    done = _ours(files, folder)
    ours, cpu = done["seconds"], done["processor"]
    print(
        f"ours, the quick look: {_told(ours, cpu)}; {done['faces']} faces, {ours / floor:.2f} "
        f"times the floor ({cpu / floor_cpu:.2f} by processor)"
    )
    print(
        f"ours, the closer look: {_told(done['closer'], done['closer_processor'])}; "
        f"{done['all_faces']} faces in the end, VmHWM of both {done['peak'] / 1e6:.0f} MB"
    )
    few = [file for number, file in enumerate(files) if (number // len(KINDS)) % 4 == 0]
    one = _ours(few, folder)
    print(
        f"ours, the quick look at the {len(few)} photos with one face each: "
        f"{_told(one['seconds'], one['processor'])}; {one['faces']} faces, "
        f"{one['seconds'] / floor:.2f} times the floor ({one['processor'] / floor_cpu:.2f})"
    )
    if plain:
        each = _spread(files, plain)
        slow, slow_cpu = (one / len(each) for one in _seconds(lambda: _plain(each, folder)))
        print(f"(a) plain way: {_told(slow, slow_cpu)}")
        print(f"    ours {slow / ours:.1f} times as fast ({slow_cpu / cpu:.1f} by processor)")
    if library:
        _against_library(_spread(files, library), ours, cpu)


def _ours(files: list[Path], folder: Path) -> dict[str, float]:
    """What indexing these files took in a process of its own; seconds are for a photo."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        for file in files:
            (Path(made) / file.name).hardlink_to(file)
        command = [sys.executable, __file__, "--child", made, "--folder", str(folder)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    told: dict[str, float] = json.loads(said)
    return told


def _told(seconds: float, processor: float) -> str:
    return f"{1 / seconds:.2f} photos a second, {processor * 1e3:.0f} ms of processor each"


def stages(files: list[Path]) -> None:
    """Milliseconds of one thread for each stage, by kind of surroundings."""
    cv2.setNumThreads(1)
    looking = eyes()
    detector = looking.detector
    assert isinstance(detector, YuNetDetector)
    names = ("read", "hash", "metadata", "decode 1/2", "view", "thumbnail", "find", "describe")
    spent = {kind: np.zeros(len(names) + 2) for kind in KINDS}
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    store = ThumbnailStore(Path(tempfile.mkdtemp()), 10**9)
    for number, file in enumerate(files):
        clock = [time.process_time()]
        held = hold_photo(file, 10**8)
        clock.append(time.process_time())
        content_hash(held)
        clock.append(time.process_time())
        read_metadata(held)
        clock.append(time.process_time())
        image = decode_photo(held, max_side=detector.side_needed(6000), exactly=False).image
        clock.append(time.process_time())
        view = detector.quick_view(image)
        clock.append(time.process_time())
        store.put("a", make_thumbnail(view))
        clock.append(time.process_time())
        faces = detector.detect_quickly(image, view)
        clock.append(time.process_time())
        describe_faces(image, faces, looking)
        clock.append(time.process_time())
        look_at_photo(held, looking, MOST, 0, rooms)
        clock.append(time.process_time())
        look_at_photo(held, looking, MOST, 0, rooms, known=())
        clock.append(time.process_time())
        spent[KINDS[number % len(KINDS)]] += np.diff(clock)
    print("milliseconds of one core for a photo")
    print(f"{'':>6}" + "".join(f"{name:>12}" for name in (*names, "quick look", "thorough")))
    for kind, sums in spent.items():
        mean = sums / (len(files) / len(KINDS)) * 1e3
        print(f"{kind:>6}" + "".join(f"{one:12.1f}" for one in mean))


def index(photos: Path, folder: Path) -> None:
    """The whole operation, networks opened before the clock starts."""
    looking = eyes()
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Catalog.open(Path(place) / "catalog") as catalog,
    ):
        folder_id, _ = add_folder(catalog, photos)
        store = ThumbnailStore(Path(place) / "thumbnails", 10**9)
        quick, cpu = _seconds(lambda: index_folder(catalog, folder_id, looking, store, silent))
        facts = catalog.facts()
        closer, closer_cpu = _seconds(lambda: look_closer(catalog, None, looking, store, silent))
        told = {
            "seconds": quick / facts.photos,
            "processor": cpu / facts.photos,
            "faces": facts.faces,
            "closer": closer / facts.photos,
            "closer_processor": closer_cpu / facts.photos,
            "all_faces": catalog.facts().faces,
            "peak": _peak(),
        }
    print(json.dumps(told))


def _floor(data: list[bytes]) -> tuple[float, float]:
    """Seconds, and seconds of processor, with the files in memory."""

    def decode_all() -> None:
        with ThreadPoolExecutor(cores()) as threads:
            for shape in threads.map(_decode, data):
                assert shape == (2000, 3000, 3)

    return _seconds(decode_all)


def _decode(data: bytes) -> tuple[int, ...]:
    return tuple(simplejpeg.decode_jpeg(data, "RGB", min_width=3000, min_height=2000).shape)


def _plain(files: list[Path], folder: Path) -> None:
    """As a script would do it, with the same networks: one photo after another."""
    looking = eyes()
    network = YuNetNetwork(YUNET, "cpu")
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Catalog.open(Path(place) / "catalog") as catalog,
    ):
        folder_id = catalog.folders.add(files[0].parent)
        ids = catalog.photos.record_found(
            folder_id, [FoundPhoto(file.name.encode(), 1, 1) for file in files]
        )
        store = ThumbnailStore(Path(place) / "thumbnails", 10**9)
        for photo_id, file in zip(ids, files, strict=True):
            named = content_hash(file)
            image = Image.open(file).convert("RGB")
            pixels = np.asarray(image)
            small = np.asarray(image.resize((640, 427), Image.Resampling.LANCZOS))
            (rows,) = network.look([small], 0.6)
            scale = pixels.shape[1] / 640
            boxes = cv2.dnn.NMSBoxes(
                [[r[0], r[1], r[2] - r[0], r[3] - r[1]] for r in rows],
                rows[:, 14].tolist(),
                0.6,
                0.4,
            )
            found = [
                DetectedFace(
                    BBox(*(rows[n, :4] * scale)),
                    (rows[n, 4:14].reshape(5, 2) * scale).astype(np.float32),
                    float(rows[n, 14]),
                )
                for n in np.asarray(boxes, int).ravel()
            ]
            seen = describe_faces(pixels, found, looking)
            thumbnail = image.resize((320, 213), Image.Resampling.LANCZOS)
            store.put(named, np.asarray(thumbnail))
            kept = [NewFace(face.detected, face.quality, face.embedding) for face in seen]
            catalog.photos.record_indexed(
                [IndexedPhoto(photo_id, named, read_metadata(file), kept, "yunet", "fr_feature")]
            )


def _against_library(files: list[Path], ours: float, cpu: float) -> None:
    try:
        library = importlib.import_module("face_recognition")
    except BaseException as error:  # it ends the interpreter where its models are missing
        print(f"(b) face_recognition: skipped, it does not import here ({error!r})")
        return

    def look() -> None:
        for file in files:
            image = library.load_image_file(str(file))
            library.face_encodings(image, library.face_locations(image))

    slow, slow_cpu = (one / len(files) for one in _seconds(look))
    print(f"(b) face_recognition: {_told(slow, slow_cpu)} ({len(files)} photos)")
    print(f"    ours {slow / ours:.0f} times as fast ({slow_cpu / cpu:.0f} by processor)")


def quality(files: list[Path], folder: Path, told: dict[str, Any]) -> None:
    """Faces found, and the cosine of their embedding to that of the portrait they were made of.

    By the quick look, by it and the closer look together, and by the same detector in the whole
    decode.
    """
    looking = eyes()
    looks = [*_kept(files, folder, looking), {}]
    for file in files:
        seen = see_faces(decode_photo(file).image, looking)
        looks[-1][file.name] = [(face.detected.bbox, face.embedding) for face in seen]
    found: dict[int, list[tuple[bool, ...]]] = {}
    alike: dict[int, list[tuple[float, ...]]] = {}
    extra = np.array([sum(map(len, look.values())) for look in looks])
    for file, stands in zip(files, told["placed"], strict=False):
        for x, y, height, who in stands:
            near = [
                next((vector for box, vector in look[file.name] if _at(box, x, y, height)), None)
                for look in looks
            ]
            there = tuple(vector is not None for vector in near)
            extra -= there
            found.setdefault(height, []).append(there)
            own = np.array(told["own"][who], np.float32)
            alike.setdefault(height, []).append(
                tuple(np.nan if vector is None else float(vector @ own) for vector in near)
            )
    print("height: found by the quick look, by both, in the whole decode; mean cosine of each")
    for height in sorted(found):
        _say(str(height), found[height], alike[height])
    _say("all", [*chain(*found.values())], [*chain(*alike.values())])
    print(f"found besides: {extra.tolist()}")


_Seen = dict[str, list[tuple[BBox, Embedding]]]  # by the photo's name


def _kept(files: list[Path], folder: Path, looking: Eyes) -> list[_Seen]:
    """What the catalog knows after the quick look, and after both."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Catalog.open(Path(place) / "catalog") as catalog,
    ):
        photos = Path(place) / "photos"
        photos.mkdir()
        for file in files:
            (photos / file.name).hardlink_to(file)
        folder_id, _ = add_folder(catalog, photos)
        store = ThumbnailStore(Path(place) / "thumbnails", 10**9)
        looks: list[_Seen] = []
        for look in (index_folder, look_closer):
            look(catalog, folder_id, looking, store, silent)
            described = dict(zip(*catalog.faces.embeddings(looking.embedder.id), strict=True))
            looks.append(
                {
                    Path(photo.path).name: [
                        (face.bbox, described[face.id]) for face in catalog.faces.of_photo(photo.id)
                    ]
                    for photo in catalog.photos.many(catalog.photos.ids())
                }
            )
        return looks


def _say(what: str, found: Sequence[tuple[bool, ...]], alike: Sequence[tuple[float, ...]]) -> None:
    cosines = np.ma.masked_invalid(alike).mean(axis=0).filled(np.nan)
    counts = ", ".join(str(sum(one)) for one in zip(*found, strict=True))
    means = " ".join(f"{one:.4f}" for one in cosines)
    print(f"{what:>6}: {counts} of {len(found)}; {means}")


def _at(box: BBox, x: float, y: float, height: int) -> bool:
    middle = (box.left + box.right) / 2 - x, (box.top + box.bottom) / 2 - y
    return float(np.hypot(*middle)) < 0.35 * height


def _spread(files: list[Path], count: int) -> list[Path]:
    return files[:: max(1, len(files) // count)][:count]


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor (all threads)."""
    began, busy = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - began, time.process_time() - busy


def _peak() -> int:
    """VmHWM of this process in bytes: what was resident at the most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
