"""A face-embedding network for tests: real ONNX through OpenCV's real code, and of no use for telling people apart.

It sees where a face is redder than blue, as faces are. So a bluish one is the very opposite: "another person".
"""

from pathlib import Path

import numpy as np

from agent.frame import BgrImage
from contract.chain import sha256_hex
from contract.manifest import Manifest
from tests.support.onnx_file import node, tensor, write_onnx
from tests.support.weights import real_weights

NAME = "toy_faces.onnx"
CELLS = 8


def toy_network(path: Path) -> Path:
    """112 × 112 RGB to 128 numbers, as SFace."""
    mix = np.random.default_rng(0).normal(size=(CELLS * CELLS, 128)).astype(np.float32)
    weights = np.concatenate([mix, np.zeros_like(mix), -mix])
    size = 112 // CELLS
    nodes = [
        node("AveragePool", ["data"], ["cells"], kernel_shape=[size, size], strides=[size, size]),
        node("Flatten", ["cells"], ["row"], axis=1),
        node("MatMul", ["row", "weights"], ["fc1"]),
    ]
    constants = [tensor("weights", weights)]
    return write_onnx(path, nodes, constants, {"data": (1, 3, 112, 112)}, {"fc1": (1, 128)})


def toy_weights(folder: Path) -> tuple[Manifest, Path]:
    """The real weights for faces in `folder`, and the toy in place of the network that the manifest names."""
    manifest, real = real_weights()
    faces = [entry for entry in manifest.weights if entry.detector == "faces"]
    for entry in faces:
        (folder / entry.name).symlink_to(real / entry.name)
    data = toy_network(folder / NAME).read_bytes()
    (sface,) = [entry for entry in manifest.weights if entry.detector == "identity"]
    toy = sface.model_copy(update={"name": NAME, "sha256": sha256_hex(data), "size_bytes": len(data)})
    return Manifest(weights=(*faces, toy)), folder


def opposite(image: BgrImage) -> BgrImage:
    """As by moonlight, bluer than red: for the toy, somebody else."""
    grey = image.mean(axis=2, keepdims=True)
    return np.asarray(np.clip(grey + np.array((15, 0, -15)), 0, 255), np.uint8)
