"""One small network as files of several tools: a convolution, a rectifier, a linear layer."""

from __future__ import annotations

import json

PROTOTXT = """name: "tiny"
input: "data" input_shape { dim: 1 dim: 1 dim: 8 dim: 8 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
        convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "f" type: "InnerProduct" bottom: "c" top: "f" inner_product_param { num_output: 4 } }
"""
CFG = """[net]
width=8
height=8
channels=1
[convolutional]
filters=2
size=3
activation=relu
[connected]
output=4
activation=linear
"""
KERAS = json.dumps(
    {
        "class_name": "Sequential",
        "config": {
            "name": "tiny",
            "layers": [
                {"class_name": name, "config": config}
                for name, config in [
                    ("InputLayer", {"name": "in", "batch_shape": [None, 8, 8, 1]}),
                    ("Conv2D", {"name": "c", "filters": 2, "kernel_size": 3}),
                    ("Activation", {"name": "r", "activation": "relu"}),
                    ("Flatten", {"name": "flat"}),
                    ("Dense", {"name": "f", "units": 4}),
                ]
            ],
        },
    }
)
PARAMETERS = 2 * (9 + 1) + 4 * (2 * 36 + 1)
