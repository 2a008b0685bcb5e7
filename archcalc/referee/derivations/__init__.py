"""Where a figure comes from: each rule read again on integers that remember; what it teaches."""
