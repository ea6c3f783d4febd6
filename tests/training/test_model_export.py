"""Exports: the other framework runs on the file and gives the same outputs."""

import json

import numpy as np
import pytest
from prelu import PReLU
from tiny import CLASSES, FEATURES, tiny_config, tiny_dataset, train_tiny

from mlp_core import Dataset, RunConfig, train
from mlp_core.nn import Linear, Network, initialize
from mlp_core.training import Model, ModelError
from mlp_core.training.export import export_onnx, export_torch

PIXELS = tiny_dataset().test_features
CASES = [
    {"hidden_sizes": ()},
    {"hidden_sizes": (5, 4), "activation": "relu"},
    {"activation": "gelu", "init_std": 2.0, "init": "normal"},
    {"activation": "sigmoid"},
    {"activation": "naive_sigmoid"},
    {"activation": "tanh", "loss": "nll"},
    {"dropout": 0.5, "dtype": "float64"},
    {"loss": "hinge"},
]
cases = pytest.mark.parametrize("changes", CASES, ids=str)


def wide_model():
    """Features of very different sizes: their scaling must not be lost in float32."""
    rng = np.random.default_rng(0)
    x = rng.normal([0, 1e6], [1, 10], (50, 2))
    data = Dataset.from_arrays(x, (x[:, 0] > 0).astype(int), input_scaling="standardized")
    return train(RunConfig(epochs=5, init="he"), data).model, x


def run_onnx(path, inputs):
    """Return what the graph gives by every evaluator that is installed."""
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    proto = onnx.load(path)
    names = [output.name for output in proto.graph.output]
    results = [reference.ReferenceEvaluator(proto).run(None, {"inputs": inputs})]
    try:
        import onnxruntime
    except ImportError:
        pass
    else:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        results.append(session.run(None, {"inputs": inputs}))
    return [dict(zip(names, result, strict=True)) for result in results], proto


def tolerance(model):
    return {"rtol": 1e-12} if model.config.dtype == "float64" else {"rtol": 2e-5, "atol": 1e-5}


@cases
def test_onnx_gives_the_same_outputs_and_probabilities(tmp_path, changes):
    pytest.importorskip("onnx")
    model = train_tiny(**changes).model
    path = tmp_path / "tiny.onnx"
    export_onnx(model, path)
    results, proto = run_onnx(path, PIXELS.astype(model.config.dtype))
    for result in results:
        np.testing.assert_allclose(result["outputs"], model.outputs(PIXELS), **tolerance(model))
        assert ("probabilities" in result) == model.gives_probabilities
        if model.gives_probabilities:
            expected = model.predict_proba(PIXELS)
            np.testing.assert_allclose(result["probabilities"], expected, rtol=1e-4, atol=1e-6)
    (metadata,) = proto.metadata_props
    assert (metadata.key, json.loads(metadata.value)) == ("class_names", ["0", "1", "2"])


def test_gelu_is_exported_in_its_tanh_form(tmp_path):
    onnx = pytest.importorskip("onnx")
    export_onnx(train_tiny(activation="gelu").model, tmp_path / "m.onnx")
    (node,) = [n for n in onnx.load(tmp_path / "m.onnx").graph.node if n.op_type == "Gelu"]
    assert onnx.helper.get_attribute_value(node.attribute[0]) == b"tanh"
    program = export_torch(train_tiny(activation="gelu").model, tmp_path / "m.npz")
    assert 'nn.GELU(approximate="tanh")' in program


def test_features_of_very_different_sizes(tmp_path):
    pytest.importorskip("onnx")
    model, x = wide_model()
    export_onnx(model, tmp_path / "wide.onnx")
    for result in run_onnx(tmp_path / "wide.onnx", x.astype("float32"))[0]:
        expected = model.outputs(x.astype("float32"))
        np.testing.assert_allclose(result["outputs"], expected, **tolerance(model))


@cases
def test_the_printed_lines_give_the_same_outputs_in_pytorch(tmp_path, changes):
    torch = pytest.importorskip("torch")
    model = train_tiny(**changes).model
    program = export_torch(model, tmp_path / "tiny.torch.npz")
    assert len(program.splitlines()) == 10
    names = {"x": torch.from_numpy(PIXELS.copy())}
    exec(program, names)
    found = names["outputs"].detach().numpy()
    np.testing.assert_allclose(found, model.outputs(PIXELS), **tolerance(model))


@pytest.mark.parametrize("changes", [{"hidden_sizes": (5, 4)}, {"dropout": 0.5, "loss": "nll"}])
def test_the_state_dict_has_pytorchs_names_and_shapes(tmp_path, changes):
    """What `load_state_dict` asks for, checked without PyTorch."""
    model = train_tiny(**changes).model
    export_torch(model, tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as file:
        state = {name: file[name] for name in file.files}
    assert set(state) == {"scale", "offset", *model.network.arrays()}
    for number, layer in enumerate(model.network.layers):
        if isinstance(layer, Linear):
            np.testing.assert_array_equal(state[f"{number}.weight"], layer.weight.T)
            np.testing.assert_array_equal(state[f"{number}.bias"], layer.bias)


@pytest.mark.parametrize("export", [export_onnx, export_torch])
def test_a_layer_without_a_form_is_named(tmp_path, export):
    if export is export_onnx:
        pytest.importorskip("onnx")
    network = Network([Linear(FEATURES, 4), PReLU(4), Linear(4, CLASSES)])
    initialize(network, "he", np.random.default_rng(0))
    model = Model.of(network, tiny_config(), tiny_dataset())
    with pytest.raises(ModelError, match="a layer 'prelu' cannot be exported; those that can are"):
        export(model, tmp_path / "m")
    assert not list(tmp_path.iterdir())
