"""The chapter on mistakes: which images are wrong, does the network know, what seeds can say."""

from mlp_book.chapters.where_it_fails.facts import (
    agreement,
    calibration,
    classes,
    digits,
    exercises,
    fashion,
    loss,
    mnist,
    promises,
)
from mlp_book.chapters.where_it_fails.fashion_mnist import load_mistakes
from mlp_book.chapters.where_it_fails.figures import (
    plot_agreement,
    plot_by_class,
    plot_confusion,
    plot_counts,
    plot_error_spread,
    plot_most_wrong,
    plot_reliability,
    table_of_agreement,
    table_of_groups,
)
from mlp_book.chapters.where_it_fails.predictions import (
    PredictionTrace,
    average,
    bin_by_confidence,
    bin_members,
    curves_of,
    predict_probabilities,
)

__all__ = [
    "PredictionTrace",
    "agreement",
    "average",
    "bin_by_confidence",
    "bin_members",
    "calibration",
    "classes",
    "curves_of",
    "digits",
    "exercises",
    "fashion",
    "load_mistakes",
    "loss",
    "mnist",
    "plot_agreement",
    "plot_by_class",
    "plot_confusion",
    "plot_counts",
    "plot_error_spread",
    "plot_most_wrong",
    "plot_reliability",
    "predict_probabilities",
    "promises",
    "table_of_agreement",
    "table_of_groups",
]
