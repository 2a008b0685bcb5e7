"""Back-propagation by hand: one op, or one sample through a network, each step with its rule."""
