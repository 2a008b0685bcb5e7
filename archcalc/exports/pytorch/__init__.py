"""Networks as modules of PyTorch, as somebody would write them."""
