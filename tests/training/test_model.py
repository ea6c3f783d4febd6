"""Models: they answer on raw arrays, survive their file, and can be gone on with."""

import json
import zipfile

import numpy as np
import pytest
from prelu import PReLU
from tiny import CLASSES, FEATURES, fill_the_disk, tiny_config, tiny_dataset, train_tiny

from mlp_core import Dataset, RunConfig, evaluate, load_dataset, train
from mlp_core.data import DataError
from mlp_core.files import whole_file
from mlp_core.nn import (
    LAYERS,
    Activation,
    Dropout,
    Linear,
    Network,
    ReLU,
    initialize,
    make_loss,
)
from mlp_core.training import Checkpoint, ConfigError, Model, ModelError, Run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tiny.model.npz"


@pytest.fixture(scope="module")
def model():
    return train_tiny(epochs=20).model


def own_network(seed=0, **settings):
    rng = np.random.default_rng(seed)
    layers = [Linear(FEATURES, 5), PReLU(5), Dropout(5, 0.3, rng), Linear(5, CLASSES)]
    network = Network(layers, **settings)
    initialize(network, "he", rng)
    return network


# --- raw arrays ---------------------------------------------------------------------------------

PIXELS = tiny_dataset().test_features
FORMS = {
    "bytes": PIXELS,
    "int64": PIXELS.astype(np.int64),
    "float32": PIXELS.astype(np.float32),
    "Fortran order": np.asfortranarray(PIXELS.astype(float)),
    "a slice": np.repeat(PIXELS, 2, axis=1)[:, ::2],
    "images": PIXELS.reshape(-1, 2, 3),
    "lists": PIXELS.tolist(),
}


@pytest.mark.parametrize("form", [*FORMS, "a frame"])
def test_raw_values_of_any_kind_give_the_outputs_that_were_evaluated(model, form):
    data = tiny_dataset()
    inputs = data.inputs("test")
    raw = FORMS[form] if form in FORMS else pytest.importorskip("pandas").DataFrame(PIXELS)
    np.testing.assert_array_equal(model.outputs(raw), model.network.forward(inputs))
    accuracy = (model.predict(raw) == data.test_labels).mean()
    assert accuracy == evaluate(model.network, make_loss("cross_entropy"), data)[1]


@pytest.mark.parametrize("loss", ["cross_entropy", "nll"])
def test_probabilities_are_the_softmax_of_the_outputs(loss):
    model = train_tiny(loss=loss, epochs=20).model
    probabilities, outputs = model.predict_proba(PIXELS), model.outputs(PIXELS).astype(float)
    powers = np.exp(outputs)
    np.testing.assert_allclose(probabilities, powers / powers.sum(axis=1, keepdims=True), 1e-6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), model.predict(PIXELS))


@pytest.mark.parametrize("loss", ["hinge", "mse"])
def test_scores_are_not_called_probabilities(loss):
    model = train_tiny(loss=loss).model
    assert model.predict(PIXELS).shape == (len(PIXELS),)
    with pytest.raises(ModelError, match=f"trained with {loss} gives scores, not probabilities"):
        model.predict_proba(PIXELS)


def test_classes_are_given_back_by_their_names():
    rng = np.random.default_rng(0)
    x, y = rng.normal(1e6, 3, (60, 2)), np.array(["no", "yes"] * 30)
    x[y == "yes"] += 20
    run = train(RunConfig(epochs=40, init="he", batch_size=10), (x, y))
    assert set(run.model.predict(x)) == {"no", "yes"}
    assert (run.model.predict(x) == y).all()
    assert run.model.predict([[1e6 + 20, 1e6 + 20]]).tolist() == ["yes"]
    x, y = rng.normal(0, 1, (60, 2)), np.array([3, 7] * 30)
    assert set(train(RunConfig(epochs=1), (x, y)).model.predict(x)) <= {3, 7}


@pytest.mark.parametrize(
    "labels",
    [["0", "1"], [0, 1], [1.0, 2.0], [False, True], ["no", "yes"], [-1, 1]],
    ids=lambda labels: f"{labels[0]!r}",
)
def test_predictions_can_be_compared_with_the_labels_that_were_given(path, labels):
    """`predict(X) == y` is False everywhere, without a word, if one is text and one numbers."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 2)), np.array(labels)[np.arange(60) % 2]
    x[:, 0] += 5 * (np.arange(60) % 2)
    model = train(RunConfig(epochs=40, init="he"), (x, y)).model
    model.save(path)
    for each in (model, Model.load(path)):
        assert (each.predict(x) == y).mean() > 0.9
        assert each.predict(x).dtype.kind == ("i" if y.dtype.kind == "f" else y.dtype.kind)


def test_columns_of_a_frame_are_found_by_name(path):
    rng = np.random.default_rng(0)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(rng.normal([0, 9, 99], 1, (60, 3)), columns=["a", "b", "c"])
    model = train(RunConfig(epochs=2), (frame, np.arange(60) % 2)).model
    model.save(path)
    outputs = model.outputs(frame)
    for each in (model, Model.load(path)):
        np.testing.assert_array_equal(each.outputs(frame[["c", "a", "b"]].assign(d=1)), outputs)
        np.testing.assert_array_equal(each.outputs(frame.to_numpy()), outputs)
    with pytest.raises(ModelError, match="X has no column 'b', which the model was trained on"):
        model.predict(frame.rename(columns={"b": "B"}))
    other = Dataset.from_arrays(frame[["b", "a", "c"]], np.arange(60) % 2)
    with pytest.raises(ModelError, match="other columns than in training: their order"):
        model.evaluate(other)
    named, unnamed = (Dataset.from_arrays(x, np.arange(60) % 2) for x in (frame, frame.to_numpy()))
    assert model.evaluate(named) == model.evaluate(unnamed)


@pytest.mark.parametrize("input_scaling", ["centered", "unit", "standardized", "raw"])
def test_images_may_be_below_0_if_those_in_training_were(input_scaling):
    x = np.random.default_rng(0).uniform(-1, 1, (60, 7, 7))
    config = RunConfig(epochs=1, input_scaling=input_scaling)
    model = train(config, (x, np.arange(60) % 2)).model
    assert model.pixel_max == 1
    assert model.predict(x[:5]).shape == (5,)
    with pytest.raises(ModelError, match="must be raw pixels from -1 to 1"):
        model.predict(3 * x)


def test_a_model_is_equal_to_itself_alone_and_can_be_a_key(path, model):
    model.save(path)
    loaded = Model.load(path)
    assert model == model and model != loaded
    assert {model: "one", loaded: "other"}[model] == "one"


def test_a_model_of_shares_is_loaded_again(path):
    x = np.random.default_rng(0).uniform(0, 1, (60, 7, 7))
    model = train(RunConfig(epochs=1), (x, np.arange(60) % 2)).model
    model.save(path)
    assert Model.load(path).pixel_max == model.pixel_max == 1


def test_measured_values_may_exceed_those_in_training():
    x = np.random.default_rng(0).uniform(0, 37.2, (60, 7, 7))
    model = train(RunConfig(epochs=1), (x, np.arange(60) % 2)).model
    assert model.predict(1.1 * x).shape == (60,)
    with pytest.raises(ModelError, match="must be raw pixels from 0 to 7"):
        model.predict(10 * x)


@pytest.mark.parametrize(("factor", "legal"), [(2, True), (0.5, True), (2.1, False), (0.4, False)])
def test_pixels_of_half_to_double_the_range_are_of_the_same(factor, legal):
    x = np.random.default_rng(0).uniform(0, 1, (60, 7, 7))
    x[:, 0, 0] = 1
    one, other = (Dataset.from_arrays(k * x, np.arange(60) % 2) for k in (1, factor))
    model = train(RunConfig(epochs=1), one).model
    assert other.pixel_max == factor * model.pixel_max
    if legal:
        _, accuracy = model.evaluate(other)
        assert 0 <= accuracy <= 1
    else:
        with pytest.raises(ModelError, match="into the same range"):
            model.evaluate(other)


def test_pixels_of_another_range_are_refused():
    pixels = np.random.default_rng(0).integers(0, 256, (60, 7, 7), dtype=np.uint8)
    labels = np.arange(60) % 2
    bytes_, shares = (Dataset.from_arrays(x, labels) for x in (pixels, pixels / 255))
    for one, other in ((bytes_, shares), (shares, bytes_)):
        run = train(RunConfig(epochs=1), one)
        with pytest.raises(ModelError, match=r"has pixels up to \d+, .* into the same range"):
            run.model.evaluate(other)
        with pytest.raises(ModelError, match="into the same range"):
            train(run.config, other, start_from=run.model)


def test_a_split_without_examples_is_named(model):
    with pytest.raises(ModelError, match="split='validation' is not legal: tiny has no such"):
        model.evaluate(tiny_dataset(), "validation")


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            PIXELS[:, :5],
            ModelError,
            r"X of shape \(11, 5\) .* must be of shape \(n, 6\) or \(n, 2,",
        ),
        (PIXELS[0], DataError, "one row per example"),
        (PIXELS / 255, ModelError, "must be raw pixels from 0 to 255, which the model scales"),
        (PIXELS - 128.0, ModelError, "X from -1.. to .* must be raw pixels from 0 to 255"),
        (PIXELS * 2.0, ModelError, "is not legal: must be raw pixels"),
        (np.full((2, 6), np.nan), DataError, "must be a finite number"),
        ([["a"] * 6], DataError, "X"),
    ],
)
def test_other_values_are_refused(model, values, error, message):
    with pytest.raises(error, match=message):
        model.predict(values)


def test_evaluate_scales_as_the_model_was_trained():
    """Not as the new data would scale themselves."""
    data = load_dataset()
    model = train(RunConfig(epochs=20, input_scaling="standardized")).model
    expected = evaluate(
        model.network, make_loss("cross_entropy"), load_dataset(input_scaling="standardized")
    )
    assert model.evaluate(data) == expected
    assert model.evaluate(data, "train")[1] > 0.95
    with pytest.raises(
        ModelError, match=r"tiny has 6 features and the classes 0, 1, 2; .* 64 feat"
    ):
        model.evaluate(tiny_dataset())


# --- the file -----------------------------------------------------------------------------------

KINDS = {
    "plain": {},
    "linear": {"hidden_sizes": ()},
    "deep": {"hidden_sizes": (5, 4), "activation": "gelu", "dtype": "float64"},
    "log_softmax": {"loss": "nll", "activation": "tanh"},
    "dropout": {"dropout": 0.4, "activation": "sigmoid"},
    "named": {"activation": "prelu"},
    "own": {"network": own_network()},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_loaded_model_is_the_one_that_was_saved(path, kind):
    model = train_tiny(**KINDS[kind]).model
    model.save(path)
    again = Model.load(path)
    np.testing.assert_array_equal(again.outputs(PIXELS), model.outputs(PIXELS))
    assert not again.network.training
    assert [str(x) for x in again.network.layers] == [str(x) for x in model.network.layers]
    for name in ("config", "class_names", "image_shape", "pixel_max", "fingerprint", "environment"):
        assert getattr(again, name) == getattr(model, name)
    assert str(again).splitlines()[1:] == str(model).splitlines()[1:]
    again.save(path)  # what was loaded can be saved
    assert Model.load(path).digest == model.digest
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_features_that_are_no_pixels_keep_their_scaling(path):
    rng = np.random.default_rng(0)
    x = rng.normal([0, 1e4], [1, 1e3], (50, 2))
    data = Dataset.from_arrays(x, (x[:, 0] > 0).astype(int), input_scaling="standardized")
    model = train(RunConfig(epochs=5, init="he"), data).model
    model.save(path)
    np.testing.assert_array_equal(Model.load(path).outputs(x), model.outputs(x))
    assert Model.load(path).evaluate(data) == model.evaluate(data)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(path, model, monkeypatch):
    model.save(path)
    before = path.read_bytes()
    fill_the_disk(monkeypatch)
    with pytest.raises(OSError, match="no space left"):
        model.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_is_no_dataset_or_no_folder_is_named(model, tmp_path):
    with pytest.raises(ModelError, match="data of type tuple are not legal: must be a Dataset"):
        model.evaluate((PIXELS, PIXELS))
    with pytest.raises(FileNotFoundError, match=r"m\.npz cannot be written: there is no folder"):
        model.save(tmp_path / "nowhere" / "m.npz")


def test_two_writers_do_not_share_a_part(path):
    with whole_file(path) as one, whole_file(path) as other:
        one.write(b"1")
        other.write(b"2")
    assert path.read_bytes() == b"1"


class Unnamed(ReLU):
    pass


def test_what_could_not_be_read_again_is_not_written(path, model):
    network = own_network()
    network.layers[0].weight[0, 0] = np.inf
    broken = Model.of(network, tiny_config(), tiny_dataset())
    with pytest.raises(ModelError, match="the network's parameters are not finite"):
        broken.save(path)
    layers = Network([Linear(FEATURES, 4), Unnamed(4), Linear(4, CLASSES)])
    with pytest.raises(ModelError, match="Unnamed has no name in files"):
        Model.of(layers, tiny_config(), tiny_dataset()).save(path)
    assert not path.exists()


class Drawn(Activation):
    """Draws signs when it is made, of which a file knows nothing."""

    def __init__(self, features, rng):
        super().__init__(features)
        self.signs = rng.choice([-1.0, 1.0], features)

    def forward(self, inputs):
        return np.multiply(inputs, self.signs, out=self.outputs)

    def backward(self, grad_outputs):
        return np.multiply(grad_outputs, self.signs, out=grad_outputs)


def test_a_model_that_would_answer_otherwise_after_loading_is_not_written(path, monkeypatch):
    monkeypatch.setitem(LAYERS, "drawn", Drawn)
    layers = [Linear(FEATURES, 9), Drawn(9, np.random.default_rng(0)), Linear(9, CLASSES)]
    network = Network(layers)
    initialize(network, "he", np.random.default_rng(0))
    model = train_tiny(network=network).model
    with pytest.raises(ModelError, match=r"Drawn\(9\), built again .* gives other outputs"):
        model.save(path)
    assert not path.exists()


def test_a_layer_that_is_not_registered_is_named(path, monkeypatch):
    train_tiny(activation="prelu").model.save(path)
    monkeypatch.delitem(LAYERS, "prelu")
    with pytest.raises(ModelError, match="there is no layer 'prelu' here: import the module"):
        Model.load(path)


class Wider(Activation):
    """As PReLU, but its file has a parameter of another shape."""

    def __init__(self, features):
        super().__init__(features)
        self.parameters = {"slope": (features, 2)}


def test_a_file_of_another_activation_is_refused(path, monkeypatch):
    """Parameters alone would fit any activation: the file says which it is."""
    train_tiny(activation="tanh").model.save(path)
    assert [type(x).__name__ for x in Model.load(path).network.activation_layers] == ["Tanh"]
    train_tiny(activation="prelu").model.save(path)
    monkeypatch.setitem(LAYERS, "prelu", Wider)
    with pytest.raises(ModelError, match=r"its layers need .*'1\.slope': \(4, 2\)"):
        Model.load(path)


def rewrite(path, header=None, drop=(), **arrays):
    """Write a model's file anew with some of its parts changed."""
    with np.load(path) as file:
        parts = {name: file[name] for name in file.files if name not in drop}
    if header is not None and "model" in parts:
        parts["model"] = np.array(json.dumps(header(json.loads(str(parts["model"])))))
    np.savez(path, **{**parts, **arrays})


NAN = np.full((6, 4), np.nan, "float32")
DAMAGES = {
    "no header": ({"drop": ["model"]}, "it holds no model"),
    "a format to come": ({"header": lambda h: {**h, "format": 2}}, "its format is 2, this version"),
    "no format": ({"header": lambda h: {"layers": []}}, "its format is None"),
    "header is a list": ({"header": lambda h: []}, "not a model that can"),
    "a key too few": ({"header": lambda h: {k: h[k] for k in h if k != "layers"}}, "header has"),
    "a key too many": ({"header": lambda h: {**h, "more": 1}}, "its header has"),
    "a parameter too few": ({"drop": ["0.bias"]}, "it holds .*, its layers need"),
    "a parameter too many": ({"3.weight": NAN}, "it holds .*, its layers need"),
    "another shape": ({"0.weight": NAN.T}, "it holds .*, its layers need"),
    "a value that is not finite": ({"0.weight": NAN}, r"0\.weight has values that are not finite"),
    "another precision": ({"0.bias": np.zeros(4)}, r"0\.bias is of float64, not float32"),
    "text": ({"0.bias": np.array(list("abcd"))}, r"0\.bias is of <U1, not float32"),
    "whole numbers": ({"header": lambda h: {**h, "dtype": "int8"}}, "its precision is 'int8'"),
    "no layer": ({"header": lambda h: {**h, "layers": []}}, "its layers need"),
    "an unknown layer": (
        {"header": lambda h: {**h, "layers": [{"layer": "conv"}]}}, "there is no layer 'conv' here"
    ),
    "a layer that is no mapping": ({"header": lambda h: {**h, "layers": [3]}}, "is not a model"),
    "a layer of another width": (
        {"header": lambda h: {**h, "layers": [{**h["layers"][0], "out_features": 10**9}]}},
        "is wider than all that is stored",
    ),
    "layers that do not fit": (
        {"header": lambda h: {**h, "layers": [h["layers"][0], {"layer": "relu", "features": 3},
                                              h["layers"][2]]}}, "cannot follow",
    ),
    "a class too few": ({"header": lambda h: {**h, "class_names": ["a"]}}, "it has 3 outputs"),
    "a class without name": ({"header": lambda h: {**h, "class_names": [*"12", 3]}}, "no name"),
    "an illegal config": ({"header": lambda h: {**h, "config": {"epochs": 0}}}, "epochs=0"),
    "a config that is a list": ({"header": lambda h: {**h, "config": [1]}}, "not a model that can"),
    "a scaling of another length": ({"scale": np.ones(2)}, "its scaling is damaged"),
    "a scaling that is not finite": ({"offset": np.array(np.inf)}, "its scaling is damaged"),
    "no scaling": ({"drop": ["scale"]}, "scale"),
    "images of another shape": ({"header": lambda h: {**h, "image_shape": [2, 2]}}, "of shape"),
    "another number of columns": (
        {"header": lambda h: {**h, "feature_names": ["a"]}}, "its columns are damaged"
    ),
    "columns in a text": ({"header": lambda h: {**h, "feature_names": ""}}, "columns are damaged"),
    "pixels below 0": ({"header": lambda h: {**h, "pixel_max": -1}}, "pixels up to -1"),
    "pixels up to 0": ({"header": lambda h: {**h, "pixel_max": 0}}, "pixels up to 0"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_part_of_a_file_is_checked(path, model, damage):
    changes, message = DAMAGES[damage]
    model.save(path)
    rewrite(path, **changes)
    with pytest.raises(ModelError, match=message) as caught:
        Model.load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_file(path, model, share):
    model.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match="is not a model that can be loaded"):
        Model.load(path)


def test_a_file_with_a_wrong_byte_is_refused_or_the_same(path, model):
    model.save(path)
    content, refused = path.read_bytes(), 0
    for place in range(0, len(content), 37):
        wrong = bytearray(content)
        wrong[place] ^= 0xFF
        path.write_bytes(wrong)
        try:
            assert Model.load(path).digest == model.digest
        except ModelError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04", bytes(1000)])
def test_a_file_of_another_kind(path, content):
    with pytest.raises(ModelError):
        Model.load(path)  # not there
    path.write_bytes(content)
    with pytest.raises(ModelError, match="is not a model that can be loaded"):
        Model.load(path)


def test_a_checkpoint_is_no_model_and_a_model_no_checkpoint(path, model):
    train_tiny(Checkpoint(path))
    with pytest.raises(ModelError, match="it holds no model"):
        Model.load(path)
    model.save(path)
    with pytest.raises(ConfigError, match="it holds no snapshot"):
        train_tiny(resume_from=path)


def test_sizes_that_a_file_claims_are_not_believed(path, model):
    """An array whose header says a terabyte costs nothing."""
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    huge = entries["0.bias.npy"].replace(b"(4,)", b"(999999999999,)")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**entries, "0.bias.npy": huge}.items():
            archive.writestr(name, content)
    with pytest.raises(ModelError):
        Model.load(path)


# --- going on -----------------------------------------------------------------------------------


def test_going_on_begins_where_the_model_is(path, model):
    model.save(path)
    start = Model.load(path)
    before = start.network.parameters.copy()
    first = train_tiny(start_from=start, epochs=2, learning_rate=0.01)
    np.testing.assert_array_equal(start.network.parameters, before)  # it stays as it was
    assert first.history["running_loss"][0] < train_tiny(epochs=1).history["running_loss"][0]
    again = train_tiny(start_from=start, epochs=2, learning_rate=0.01)
    assert (again.history, again.run_id) == (first.history, first.run_id)
    assert first.given == {"start_from": start.digest}
    assert first.run_id != train_tiny(epochs=2, learning_rate=0.01).run_id
    assert Run.from_dict(first.to_dict()).run_id == first.run_id


def test_new_data_are_scaled_as_those_of_the_model():
    data = tiny_dataset()
    model = train(tiny_config(), data.with_input_scaling("standardized")).model
    brighter = Dataset.from_arrays(
        np.minimum(data.train_features.astype(int) + 20, 255), data.train_labels, name="brighter",
        image_shape=(2, 3),
    )  # fmt: skip
    run = train(model.config.replace(epochs=1), brighter, start_from=model)
    assert (run.config.dataset, run.config.input_scaling) == ("brighter", "standardized")
    assert run.model.scaling.scale == model.scaling.scale


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_sizes": (5,)}, r"hidden_sizes=\(5,\) is not legal: the model to start from has"),
        ({"activation": "tanh"}, "activation='tanh' is not legal"),
        ({"dtype": "float64"}, "dtype='float64' is not legal"),
        ({"loss": "nll"}, "loss='nll' is not legal: needs a network that ends in LogSoftmax"),
        ({"network": own_network()}, "network= and start_from= are not legal together"),
    ],
)
def test_another_network_cannot_be_gone_on_with(model, changes, message):
    with pytest.raises(ConfigError, match=message):
        train_tiny(start_from=model, **changes)
    with pytest.raises(ModelError, match="tiny has 6 features"):
        train(
            tiny_config(hidden_sizes=(128,)),
            tiny_dataset(),
            start_from=train(RunConfig(epochs=1)).model,
        )


def test_a_run_from_a_file_has_no_model():
    run = Run.from_dict(train_tiny().to_dict())
    assert (run.model, run.network) == (None, None)
