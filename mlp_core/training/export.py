"""Export: a model for other frameworks, as an ONNX graph or as PyTorch's state_dict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.files import whole_file
from mlp_core.nn import Linear, describe_layer
from mlp_core.training.model import Model
from mlp_core.training.model_file import ModelError

OPSET, IR_VERSION = 20, 9  # the first with GELU's tanh form, and what goes with it

# By the names of layers: the operation in ONNX with its attributes (None: it does nothing), and
# the module in PyTorch.
_FORMS: dict[str, tuple[tuple[str, dict[str, Any]] | None, str]] = {
    "linear": (("Gemm", {}), "nn.Linear({in_features}, {out_features})"),
    "relu": (("Relu", {}), "nn.ReLU()"),
    "gelu": (("Gelu", {"approximate": "tanh"}), 'nn.GELU(approximate="tanh")'),
    "sigmoid": (("Sigmoid", {}), "nn.Sigmoid()"),
    "naive_sigmoid": (("Sigmoid", {}), "nn.Sigmoid()"),
    "tanh": (("Tanh", {}), "nn.Tanh()"),
    "dropout": (None, "nn.Dropout({rate})"),
    "log_softmax": (("LogSoftmax", {"axis": 1}), "nn.LogSoftmax(dim=1)"),
}

_PROGRAM = """\
import numpy as np, torch
from torch import nn

layers = [{modules}]
network = nn.Sequential(*layers).{precision}().eval()
arrays = np.load({path}).items()
state = {{name: torch.from_numpy(array) for name, array in arrays}}
scale, offset = state.pop("scale"), state.pop("offset")
network.load_state_dict(state)

# x: raw examples, one per row
outputs = network((x.double() * scale + offset).{precision}())
"""


def export_onnx(model: Model, path: str | Path) -> None:
    """Write a graph from raw ``inputs`` to ``outputs``, and to ``probabilities`` if they are.

    The scaling of the inputs is part of the graph; the names of the classes are in its metadata
    under ``class_names``, as JSON. Needs the package onnx (the extra ``export``).

    Raises
    ------
    ModelError
        If a layer has no form in ONNX, or if the package is not installed.
    """
    try:
        import onnx
        from onnx import helper, numpy_helper
    except ImportError:
        raise ModelError("ONNX needs the package onnx: pip install 'mlp-core[export]'") from None
    network, forms = model.network, _forms(model)
    kind = helper.np_dtype_to_tensor_dtype(network.dtype)
    constants = {
        "scale": np.asarray(model.scaling.scale, np.float64),
        "offset": np.asarray(model.scaling.offset, np.float64),
        **network.arrays(),
    }
    nodes = [
        helper.make_node("Cast", ["inputs"], ["exact"], to=onnx.TensorProto.DOUBLE),
        helper.make_node("Mul", ["exact", "scale"], ["times_scale"]),
        helper.make_node("Add", ["times_scale", "offset"], ["scaled"]),
        helper.make_node("Cast", ["scaled"], ["layer_0"], to=kind),
    ]
    last = "layer_0"
    for number, (layer, (operation, _)) in enumerate(zip(network.layers, forms, strict=True)):
        if operation is not None:
            own = [f"{number}.weight", f"{number}.bias"] if isinstance(layer, Linear) else []
            name, attributes = operation
            output = f"layer_{number + 1}"
            nodes.append(helper.make_node(name, [last, *own], [output], **attributes))
            last = output
    nodes.append(helper.make_node("Identity", [last], ["outputs"]))
    results = ["outputs"]
    if model.gives_probabilities:
        nodes.append(helper.make_node("Softmax", [last], ["probabilities"], axis=1))
        results.append("probabilities")
    graph = helper.make_graph(
        nodes,
        "mlp_core",
        [helper.make_tensor_value_info("inputs", kind, ["examples", network.in_features])],
        [
            helper.make_tensor_value_info(name, kind, ["examples", network.out_features])
            for name in results
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opset = [helper.make_opsetid("", OPSET)]
    proto = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)
    helper.set_model_props(proto, {"class_names": json.dumps(model.class_names)})
    onnx.checker.check_model(proto, full_check=True)
    with whole_file(path) as file:
        file.write(proto.SerializeToString())


def export_torch(model: Model, path: str | Path) -> str:
    """Write the state_dict of the same network in PyTorch to an npz file, and the scaling.

    Returns the ten lines that read it; PyTorch is not needed to write it.

    Raises
    ------
    ModelError
        If a layer has no module in PyTorch.
    """
    modules = [
        module.format(**describe_layer(layer))
        for layer, (_, module) in zip(model.network.layers, _forms(model), strict=True)
    ]
    # PyTorch's weight is (out_features, in_features).
    state = {name: array.T.copy() for name, array in model.network.arrays().items()}
    with whole_file(path) as file:
        np.savez(file, scale=model.scaling.scale, offset=model.scaling.offset, **state)  # type: ignore[arg-type]
    precision = "double" if model.network.dtype == np.float64 else "float"
    return _PROGRAM.format(
        modules=", ".join(modules), path=json.dumps(str(path)), precision=precision
    )


def _forms(model: Model) -> list[Any]:
    """Return the forms of a model's layers, or raise a ModelError that names one without."""
    names = [describe_layer(layer)["layer"] for layer in model.network.layers]
    for name in names:
        if name not in _FORMS:
            raise ModelError(
                f"a layer {name!r} cannot be exported; those that can are {', '.join(_FORMS)}"
            )
    return [_FORMS[name] for name in names]


EXPORTS = {"onnx": (export_onnx, ".onnx"), "torch": (export_torch, ".torch.npz")}
