"""Writes the trained network as the two files that the application ships."""

import copy
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from desktop_app.domain.whole_file import write_whole
from desktop_app.restoration.compact import MEMORY
from desktop_app.restoration.training.network import CompactNetwork

ENCODER, RESTORER = "compact_encoder.onnx", "compact_restorer.onnx"
OPSET = 18
SMALL = 64  # numbers: a smaller weight is not worth halving


class ReferenceEncoder(nn.Module):  # type: ignore[misc]
    """References (1, 3, side, side) to keys, values and face embeddings."""

    def __init__(self, network: CompactNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, references: Tensor) -> tuple[Tensor, ...]:
        return *self.network.remember(references), self.network.embed(references)


class FaceRestorer(nn.Module):  # type: ignore[misc]
    """A degraded face and a memory to the restored face and the coarse attention."""

    def __init__(self, network: CompactNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        degraded: Tensor,
        key_coarse: Tensor,
        value_coarse: Tensor,
        key_fine: Tensor,
        value_fine: Tensor,
        identity: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """(1, 3, side, side), and (tokens, 1 + tokens of the memory): the mean over the heads."""
        memory = (key_coarse, value_coarse, key_fine, value_fine)
        restored, query, key, _, _ = self.network.restore(degraded, memory, identity)
        logits = query @ key.transpose(2, 3) * query.shape[3] ** -0.5
        return restored, logits.softmax(dim=3).mean(dim=1)[0]


def rounded(network: CompactNetwork) -> CompactNetwork:
    """The network with its weights as the files keep them, at half precision; it computes in
    single precision."""
    network = copy.deepcopy(network).float().eval()
    for weight in (*network.parameters(), *network.buffers()):
        if weight.numel() >= SMALL and weight.is_floating_point():
            weight.data.copy_(weight.data.half().float())
    return network


def export(network: CompactNetwork, folder: Path) -> None:
    """Writes both files into `folder` and their sums into its checksums.json."""
    network = rounded(network)
    config = network.config
    face = torch.zeros(1, 3, config.side, config.side)
    coarse = torch.zeros(1, config.heads_coarse, 2 * (config.side // 16) ** 2, config.head_width)
    fine = torch.zeros(1, config.heads_fine, 2 * (config.side // 8) ** 2, config.head_width)
    tokens = {name: torch.export.Dim(name) for name in ("coarse", "fine")}
    encoder = torch.onnx.export(
        ReferenceEncoder(network),
        (face,),
        input_names=["references"],
        output_names=[*MEMORY, "identity"],
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    restorer = torch.onnx.export(
        FaceRestorer(network),
        (face, coarse, coarse.clone(), fine, fine.clone(), torch.zeros(1, 512)),
        input_names=["degraded", *MEMORY, "identity"],
        output_names=["restored", "attention"],
        dynamic_shapes={
            "degraded": None,
            "key_coarse": {2: tokens["coarse"]},
            "value_coarse": {2: tokens["coarse"]},
            "key_fine": {2: tokens["fine"]},
            "value_fine": {2: tokens["fine"]},
            "identity": None,
        },
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    sums_file = folder / "checksums.json"
    sums = json.loads(sums_file.read_text(encoding="utf-8")) if sums_file.exists() else {}
    for name, program in ((ENCODER, encoder), (RESTORER, restorer)):
        data = _halved(program.model_proto).SerializeToString()
        with write_whole(folder / name) as file:
            file.write(data)
        sums[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    with write_whole(sums_file) as file:
        file.write((json.dumps(sums, indent=1) + "\n").encode())


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large weights kept as float16 and cast back when the file is opened."""
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        value = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or value.size < SMALL:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    model.producer_name = "likeness"
    onnx.checker.check_model(model)
    return model


def seconds_a_face(folder: Path, references: int) -> float:
    """How long the shipped files take for one face with a warm memory, the best of five."""
    from desktop_app.restoration.compact import SIDE, CompactRestorer

    restorer = CompactRestorer(folder / ENCODER, folder / RESTORER, "cpu")
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (references + 1, SIDE, SIDE, 3), np.uint8)
    memory = restorer.encode_references(list(faces[1:]))
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        restorer.restore(faces[0], memory, seed=0)
        took.append(time.perf_counter() - begun)
    return min(took)
