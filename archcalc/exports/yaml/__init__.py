"""Networks as specs: equal parts as blocks, what all layers of an op share as defaults."""
