"""Draw the README's picture again, from the stored runs: python book/readme_picture.py."""

from pathlib import Path

from mlp_book import epochs, lines
from mlp_core.studies import load_runs

if __name__ == "__main__":
    figure = lines(
        epochs(load_runs("learning-rate")), "epoch", "test_error", color="learning_rate",
        log="xy", title="test error on MNIST, %",
    )  # fmt: skip
    figure.save(Path(__file__).parent / "images" / "readme.svg")
