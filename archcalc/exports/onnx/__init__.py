"""Networks as ONNX files, whose wire format is written here."""
