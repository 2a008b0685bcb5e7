"""ONNX files: the wire format (`wire`), what a model says (`message`), and its Graph."""
