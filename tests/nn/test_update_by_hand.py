"""One update of a 2-2-2 network, worked by hand: every intermediate is a short decimal."""

import numpy as np

from mlp_core.nn import MLP, SGD, make_loss


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-15)


def test_one_update_with_momentum_and_weight_decay():
    network = MLP(2, (2,), 2, "relu", dtype="float64")
    first, second = network.linear_layers
    first.weight[...] = [[1, -1], [2, 0.5]]
    first.bias[...] = [0.5, 0.25]
    second.weight[...] = [[1, -1], [0, 2]]
    second.bias[...] = [0, -0.5]

    # An update before this one is to leave a velocity of 1 everywhere and the parameters as
    # above: it starts 0.1 higher, from a gradient of 1 less the weight decay.
    optimizer = SGD(learning_rate=0.1, momentum=0.9, weight_decay=0.01)
    network.parameters += 0.1
    optimizer.step(network.parameters, 1 - 0.01 * network.parameters)
    close(first.weight, [[1, -1], [2, 0.5]])
    inputs = np.array([[1.0, 0.0], [-1.0, 1.0]])
    labels = np.array([0, 1])
    loss = make_loss("mse")

    # Hidden units before ReLU, x W1 + b1:
    #   [1, -1] + [0.5, 0.25]            = [1.5, -0.75]
    #   [-1 + 2, 1 + 0.5] + [0.5, 0.25]  = [1.5,  1.75]
    # After ReLU: [[1.5, 0], [1.5, 1.75]].
    # Outputs, h W2 + b2:
    #   [1.5, -1.5] + [0, -0.5]                = [1.5, -2  ]
    #   [1.5, -1.5 + 2 * 1.75] + [0, -0.5]     = [1.5,  1.5]
    outputs = network.forward(inputs)
    close(first.outputs, [[1.5, -0.75], [1.5, 1.75]])
    close(network.activation_layers[0].outputs, [[1.5, 0], [1.5, 1.75]])
    close(outputs, [[1.5, -2], [1.5, 1.5]])

    # Targets are [1, 0] and [0, 1], so the differences are [0.5, -2] and [1.5, 0.5].
    # Losses: (0.25 + 4)/2 = 2.125 and (2.25 + 0.25)/2 = 1.25.
    # Gradient of their mean: the differences over 2 rows.
    close(loss.forward(outputs, labels), [2.125, 1.25])
    grad_outputs = loss.backward()
    close(grad_outputs, [[0.25, -1], [0.75, 0.25]])

    # Second layer:
    #   biases:  column sums                   = [0.25 + 0.75, -1 + 0.25] = [1, -0.75]
    #   weights: h^T g, first row              = 1.5 [0.25 + 0.75, -1 + 0.25] = [1.5, -1.125]
    #            second row                    = 1.75 [0.75, 0.25] = [1.3125, 0.4375]
    #   inputs:  g W2^T, first example         = [0.25 + 1, -2]     = [1.25, -2]
    #            second example                = [0.75 - 0.25, 0.5] = [0.5, 0.5]
    # Through ReLU, which was active in [[yes, no], [yes, yes]]: [[1.25, 0], [0.5, 0.5]].
    # First layer:
    #   biases:  [1.75, 0.5]
    #   weights: x^T g = [[1.25 - 0.5, -0.5], [0.5, 0.5]] = [[0.75, -0.5], [0.5, 0.5]]
    network.backward(grad_outputs)
    close(second.grad_bias, [1, -0.75])
    close(second.grad_weight, [[1.5, -1.125], [1.3125, 0.4375]])
    close(first.grad_bias, [1.75, 0.5])
    close(first.grad_weight, [[0.75, -0.5], [0.5, 0.5]])

    # Learning rate 0.1, momentum 0.9, weight decay 0.01, and a velocity of 1 from the update
    # before: v = 0.9 + g + 0.01 theta, theta <- theta - 0.1 v.
    #   W1: v = 0.9 + [[0.75, -0.5], [0.5, 0.5]] + [[0.01, -0.01], [0.02, 0.005]]
    #         = [[1.66, 0.39], [1.42, 1.405]]
    #       [[1, -1], [2, 0.5]] - 0.1 v = [[0.834, -1.039], [1.858, 0.3595]]
    #   b1: v = 0.9 + [1.75, 0.5] + [0.005, 0.0025] = [2.655, 1.4025]
    #       [0.5, 0.25] - 0.1 v = [0.2345, 0.10975]
    #   W2: v = 0.9 + [[1.5, -1.125], [1.3125, 0.4375]] + [[0.01, -0.01], [0, 0.02]]
    #         = [[2.41, -0.235], [2.2125, 1.3575]]
    #       [[1, -1], [0, 2]] - 0.1 v = [[0.759, -0.9765], [-0.22125, 1.86425]]
    #   b2: v = 0.9 + [1, -0.75] + [0, -0.005] = [1.9, 0.145]
    #       [0, -0.5] - 0.1 v = [-0.19, -0.5145]
    optimizer.step(network.parameters, network.gradients)
    close(first.weight, [[0.834, -1.039], [1.858, 0.3595]])
    close(first.bias, [0.2345, 0.10975])
    close(second.weight, [[0.759, -0.9765], [-0.22125, 1.86425]])
    close(second.bias, [-0.19, -0.5145])
