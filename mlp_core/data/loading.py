"""Loading: from the name of a dataset, or a path to one's own, to the dataset."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path
from typing import Any, NamedTuple

from mlp_core.data.dataset import Dataset
from mlp_core.data.digits import load_digits
from mlp_core.data.download import fetch_dataset
from mlp_core.data.errors import DataError, broken_file, damaged_is_data_error, legal_names
from mlp_core.data.files import Options, find_data, read_data
from mlp_core.data.folder import find_sets, read_idx_set
from mlp_core.data.names import Parts
from mlp_core.data.scaling import check_input_scaling
from mlp_core.data.sources import SOURCES, find_dataset

DATASETS = ("digits", *SOURCES)

# Few: a dataset of MNIST's size holds 55 MB.
_KEPT = 4
_PASSED = "Data of your own that are no files are passed: train(config, data)."


class _Location(NamedTuple):
    """Where a dataset is read from; equal locations hold equal data.

    The stamps (path, size and time of change of each file) let a changed file be read again.
    """

    name: str
    path: Path | None = None
    kind: str = ""  # empty if built in
    stamps: tuple[tuple[str, int, int], ...] = ()
    options: Options = Options()


def load_dataset(
    name_or_path: str | PathLike[str] = "digits",
    input_scaling: str = "centered",
    *,
    test: float | str | PathLike[str] | None = None,
    validation: float = 0.0,
    seed: int = 0,
    label: str | int | None = None,
    transpose: bool | None = None,
) -> Dataset:
    """Return a dataset, shared and read-only; the same arguments give the same object.

    What is not there, broken or of another kind raises a `DataError` that says what to do.

    Parameters
    ----------
    name_or_path : {"digits", "mnist", "fashion-mnist"} or path-like
        ``digits`` comes with the package. The others are read from the folder that the environment
        variable ``MLP_CORE_DATA_DIR`` names (``<name>/<file>.gz`` or ``<name>/<file>`` below it,
        or, of MNIST, the files directly in it), or else from the user's cache folder, into which
        they are downloaded the first time; their hashes are checked. A path is that of

        - a folder of IDX files, or such a folder and the beginning of their names, as in
          ``gzip/emnist-letters``;
        - a folder with one subfolder of pictures per class, or such folders ``train``, ``test``;
        - an npz file with arrays named as in Keras: ``x_train``, ``y_train``, ``x_test``, ...;
        - a CSV file with a column of labels.
    input_scaling : {"centered", "unit", "standardized", "raw"}
        See `fit_scaling`: by default, features that are no pixels are standardized.
    test : float or path, optional
        Where there are no test examples: the share of each class to test with (0.2 if not given),
        or another CSV file.
    validation : float
        Where there are no validation examples: the share of each class to set apart.
    seed : int
        Of what is drawn for these two.
    label : str or int, optional
        The column of a CSV file that holds the label, by name or by place.
    transpose : bool, optional
        Exchange rows and columns of images, as those of EMNIST need it.

    Examples
    --------
    >>> load_dataset().describe()
    'digits: 1,433 training and 364 test images of 8 x 8 pixels, 10 classes, centered input'
    >>> load_dataset("mnits")
    Traceback (most recent call last):
        ...
    mlp_core.data.errors.DataError: 'mnits' is neither a dataset nor a path. \
Legal names: 'digits', 'mnist', 'fashion-mnist'. Did you mean 'mnist'? \
Data of your own that are no files are passed: train(config, data).
    """
    check_input_scaling(input_scaling)
    options = Options(test, validation, seed, label, transpose)
    return _load_scaled(_locate(name_or_path, options), input_scaling)


def _locate(given: str | PathLike[str], options: Options) -> _Location:
    """Find where a dataset is, without reading it."""
    if isinstance(given, str) and given in DATASETS:
        options.check(given, "")
        if given not in SOURCES:
            return _Location(given)
        folder = find_dataset(given) or fetch_dataset(given)
        return _Location(given, folder, "", _stamps([*find_sets(folder)[""].values()]))
    try:
        path = Path(given).expanduser().resolve()
        if fspath(given) and (found := find_data(path)):
            name, kind, files = found
            options.check(path, kind)
            return _Location(name, path, kind, _stamps([*files, *options.test_files]), options)
    except DataError:
        raise
    except (TypeError, ValueError, RuntimeError, OSError) as error:
        short = " ".join(repr(given).split())[:60]  # of a frame, say, a line
        words = f"{short} is neither a dataset nor a path that can be read ({error!s:.200})"
        raise DataError(f"{words}. {legal_names('', DATASETS)} {_PASSED}") from None
    names = legal_names(path.name, DATASETS)
    if len(Path(given).parts) <= 1:
        raise DataError(f"{given!r:.60} is neither a dataset nor a path. {names} {_PASSED}")
    raise broken_file(path, "a folder or file", "nothing", f"Check the path. {names}")


def _stamps(paths: list[Path]) -> tuple[tuple[str, int, int], ...]:
    return tuple((str(path), (s := path.stat()).st_size, s.st_mtime_ns) for path in paths)


@lru_cache(maxsize=_KEPT)
def _load_unit(location: _Location) -> Dataset:
    """Read a dataset; all its input scalings share these arrays."""
    if location.path is None:
        return load_digits()
    if location.kind:
        name, _, kind, _, options = location
        with damaged_is_data_error(location.path, f"{kind} data"):
            return _build(location, *read_data(name, location.path, kind, options))
    source = SOURCES[location.name]
    parts = read_idx_set(location.path, find_sets(location.path)[""], source.sha256)
    dataset = _build(location, parts)
    names = source.class_names or dataset.class_names
    return replace(dataset, builtin=True, class_names=names)


def _build(location: _Location, parts: Parts, names: list[str] | None = None) -> Dataset:
    """Return the dataset that arrays make; what is not there is drawn as the options say."""
    options, X, y = location.options, *parts.pop("train")  # noqa: N806
    for name in ("test", "validation"):
        if name in parts and not options.test_files and getattr(options, name):
            raise DataError(f"{location.path}: {name}= is not legal: it holds {name} examples")
    shares: Any = {"test": 0.2 if options.test is None else options.test}
    shares |= {"validation": options.validation, **parts}
    try:
        return Dataset.from_arrays(
            X,
            y,
            **shares,
            seed=options.seed,
            name=location.name,
            input_scaling="unit",
            feature_names=names,
        )
    except DataError as error:
        raise DataError(f"{location.path}: {error}") from None


@lru_cache(maxsize=_KEPT * 3)
def _load_scaled(location: _Location, input_scaling: str) -> Dataset:
    return _load_unit(location).with_input_scaling(input_scaling)
