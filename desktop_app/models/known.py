"""Every model that the application can work with: what it is for, and under which terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class KnownModel:
    """A model by its facts; checksums of bundled files stand in `checksums.json` beside them."""

    id: str
    title: str
    purpose: str
    licence: str
    licence_source: str
    files: tuple[str, ...]  # the bundled files; none for what the user installs
    input_size: int  # side of the picture it looks at, in pixels; 0 for any
    devices: tuple[str, ...]
    note: str = ""
    home: str | None = None  # where its makers publish it
    published: tuple[str, ...] = ()  # the files that can be fetched there, the best one first

    @property
    def bundled(self) -> bool:
        return bool(self.files)


_ANY_DEVICE = ("cpu", "cuda", "coreml")

KNOWN: Mapping[str, KnownModel] = MappingProxyType(
    {
        model.id: model
        for model in (
            KnownModel(
                id="yunet",
                title="YuNet",
                purpose="finds faces and their five points",
                licence="MIT",
                licence_source="OpenCV Zoo, face_detection_yunet",
                files=("face_detection_yunet_2023mar.onnx",),
                input_size=0,
                devices=_ANY_DEVICE,
            ),
            KnownModel(
                id="fr_feature",
                title="MobileFaceNet",
                purpose="describes faces, so that one person's photos are recognised",
                licence="MIT",
                licence_source="npm package faceplugin-face-recognition-js",
                files=("fr_feature.onnx",),
                input_size=112,
                devices=_ANY_DEVICE,
                note="The data it was trained on is not documented.",
            ),
            KnownModel(
                id="fr_landmark",
                title="68 landmarks",
                purpose="finds the outline of a face",
                licence="MIT",
                licence_source="npm package faceplugin-face-recognition-js",
                files=("fr_landmark.onnx",),
                input_size=64,
                devices=_ANY_DEVICE,
                note="The data it was trained on is not documented.",
            ),
            KnownModel(
                id="compact",
                title="Built-in restorer",
                purpose="restores a face with references, on any machine",
                licence="Apache-2.0",
                licence_source="made by this project; see compact.md",
                files=("compact_encoder.onnx", "compact_restorer.onnx"),
                input_size=256,
                devices=_ANY_DEVICE,
            ),
            KnownModel(
                id="instant-restore",
                title="InstantRestore",
                purpose="restores a face with references, best on a GPU",
                licence="No licence stated; built on SD-Turbo, whose terms are non-commercial "
                "or under a revenue limit after registration",
                licence_source="github.com/snap-research/InstantRestore, "
                "huggingface.co/stabilityai/sd-turbo",
                files=(),
                input_size=512,
                devices=("cuda", "mps", "cpu"),
                note="Its weights are not part of this application: they come from their makers, "
                "when you say so.",
                home="https://huggingface.co/hwdz15508/InstantRestore",
                published=(
                    "final_model_ckpt.pt",
                    "lmattn_ablation_ckpt.pt",
                    "adain_ablation_ckpt.pt",
                    "base_ablation_ckpt.pt",
                ),
            ),
            KnownModel(
                id="taesd",
                title="TAESD",
                purpose="shows a fast preview of what InstantRestore will show",
                licence="MIT",
                licence_source="github.com/madebyollin/taesd",
                files=(),
                input_size=0,
                devices=("cuda", "mps", "cpu"),
                note="Needs InstantRestore. A preview is rough: restore in full before you decide.",
                home="https://huggingface.co/madebyollin/taesd",
                published=("diffusion_pytorch_model.safetensors",),
            ),
            KnownModel(
                id="insightface-pack",
                title="insightface pack",
                purpose="finds and describes faces with a model pack of yours, e.g. buffalo_l",
                licence="Non-commercial research only",
                licence_source="github.com/deepinsight/insightface",
                files=(),
                input_size=112,
                devices=_ANY_DEVICE,
                note="Never fetched by the application: choose the folder of a pack you have.",
            ),
        )
    }
)
