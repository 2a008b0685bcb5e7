"""Networks written in the languages of other tools, from their graphs: YAML, PyTorch, ONNX."""
