"""Draw the README's picture again, from the stored runs: python book/readme_picture.py."""

from pathlib import Path

from mlp_core.report.figures import plot_curves
from mlp_core.report.style import styled
from mlp_core.studies import load_runs

if __name__ == "__main__":
    figure = plot_curves(load_runs("learning-rate"), "learning_rate", "test_error")
    with styled():
        figure.axes[0].set_title("test error on MNIST, %")
    figure.save(Path(__file__).parent / "images" / "readme.svg")
