"""Networks that run: weights, forward, backward, learning, built on the witnesses alone."""
