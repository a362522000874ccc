"""What one look at who sits there costs: cutting the face out, judging it, and the embedding network.

The network's weights are optional and 39 MB. Where they are not there, a network of the same layers with random numbers
stands in for them: what it says is of no use, but it multiplies as much.
"""

import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from agent.frame import BgrImage
from agent.vision.face_embedding import FaceEmbedding, SFace, load_face_embedding
from agent.vision.identity import good_crop
from agent.vision.observation import FivePoints
from contract.manifest import Manifest
from contract.wire import InvalidError
from tests.benchmarks.rows import Row
from tests.support.onnx_file import node, tensor, write_onnx
from tests.support.portrait import scene

CHANNELS: Final = ((32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2))
"""Blocks of SFace's MobileFaceNet: channels in, channels out, stride; five of 512 and two of 1024 follow."""
POINTS: Final[FivePoints] = ((303.0, 206.0), (346.0, 203.0), (326.0, 234.0), (308.0, 253.0), (345.0, 251.0))
"""Of the face in the test scene."""


def measure(manifest: Manifest, weights_dir: Path, turns: int) -> Row:
    """Processor time of one look; the clock's time is half of it or less on several cores."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            embedding, what = load_face_embedding(manifest, weights_dir), "SFace"
        except InvalidError:
            embedding, what = (
                SFace(same_layers(Path(folder) / "same_layers.onnx"), {}),
                "SFace's layers, random weights",
            )
        image = scene()
        _look(embedding, image)
        took_s = median(_look(embedding, image) for _ in range(turns))
    return Row(f"identity, one look ({what})", 1000 * took_s, "ms", "lower")


def _look(embedding: FaceEmbedding, image: BgrImage) -> float:
    before_s = time.process_time()
    crop = embedding.crop(image, POINTS)
    if good_crop(crop):
        embedding.embed(crop)
    return time.process_time() - before_s


def same_layers(path: Path) -> Path:
    """As `face_recognition_sface_2021dec.onnx`: 38.5 MB of weights, 112 × 112 to 128."""
    rng = np.random.default_rng(0)
    blocks = (*CHANNELS, *[(512, 512, 1)] * 5, (512, 1024, 2), (1024, 1024, 1))
    layers = [(3, 32, 3, 1, 1)]
    for wide, out, stride in blocks:
        layers += [(wide, wide, 3, stride, wide), (wide, out, 1, 1, 1)]
    names = ["data", *(f"out{number}" for number in range(len(layers)))]
    nodes, constants = [], []
    for number, ((before, after), layer) in enumerate(zip(pairwise(names), layers, strict=True)):
        channels, out, size, stride, groups = layer
        shape = (out, channels // groups, size, size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        constants.append(tensor(f"weights{number}", (rng.normal(size=shape) * scale).astype(np.float32)))
        constants.append(tensor(f"slope{number}", np.full((out, 1, 1), 0.25, np.float32)))
        shape_of = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "pads": [size // 2] * 4}
        nodes.append(node("Conv", [before, f"weights{number}"], [f"sum{number}"], group=groups, **shape_of))
        nodes.append(node("PRelu", [f"sum{number}", f"slope{number}"], [after]))
    full = (rng.normal(size=(128, 1024 * 49)) / 200).astype(np.float32)
    constants += [tensor("full", full), tensor("bias", np.zeros(128, np.float32))]
    nodes += [
        node("Flatten", [names[-1]], ["row"], axis=1),
        node("Gemm", ["row", "full", "bias"], ["fc1"], transB=1),
    ]
    return write_onnx(path, nodes, constants, {"data": (1, 3, 112, 112)}, {"fc1": (1, 128)})
