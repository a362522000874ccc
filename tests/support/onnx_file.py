"""Writes small ONNX files, so that OpenCV's reader and runtime are tested with real networks of ours.

Only the fields of ONNX's protobuf that these tests need; names and numbers are those of `onnx.proto`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7
"""TensorProto.DataType."""
OPSET = 11


def node(op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]) -> bytes:
    """NodeProto; attributes are whole numbers or lists of them."""
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs] + [_text(4, op)]
    for name, value in attributes.items():
        whole = isinstance(value, int)
        payload = _number(3, value) if isinstance(value, int) else b"".join(_number(8, each) for each in value)
        parts.append(_field(5, _text(1, name) + payload + _number(20, 2 if whole else 7)))
    return b"".join(parts)


def tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    """TensorProto with raw data."""
    kind = INT64 if values.dtype == np.int64 else FLOAT
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _text(8, name) + _field(9, np.ascontiguousarray(values).tobytes())


def write_onnx(
    path: Path,
    nodes: Sequence[bytes],
    constants: Sequence[bytes],
    inputs: Mapping[str, Sequence[int]],
    outputs: Mapping[str, Sequence[int]],
) -> Path:
    """ModelProto of one graph; `inputs` and `outputs` are shapes of float32."""
    graph = b"".join(_field(1, each) for each in nodes) + _text(2, "test") + b"".join(_field(5, c) for c in constants)
    graph += b"".join(_field(11, _value(name, shape)) for name, shape in inputs.items())
    graph += b"".join(_field(12, _value(name, shape)) for name, shape in outputs.items())
    path.write_bytes(_number(1, 6) + _field(7, graph) + _field(8, _text(1, "") + _number(2, OPSET)))
    return path


def _value(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_field(1, _number(1, size)) for size in shape)
    return _text(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, dims)))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, payload: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _text(field: int, value: str) -> bytes:
    return _field(field, value.encode())
