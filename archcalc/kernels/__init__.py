"""Witnesses: every op once more as plain NumPy, one module each, under the op's own name.

A kernel knows nothing of the rules: it derives every size from the arrays that reach it, so that
what is measured on it confirms or refutes a count. Arrays are batch first: N x C x H x W, and a
layer without an image gives N x C x 1 x 1. Every kernel module has

    weights(shape, **fields)      names and shapes of the arrays to allocate for an input C x H x W
    forward(*inputs, **keywords)  the output, and what `backward` needs of the way there
    backward(dy, saved)           a gradient for each input, and one for each weight by name

The keywords of `forward` are the weights, then the fields that no weight's shape shows. A module
with weights says in `WEIGHTS` of which kind each is (weight, bias, scale, shift, slope, centre), in
`STATISTICS` what it keeps, with the value that changes nothing; what is left out does not exist (no
bias, no gamma). `otherwise(**fields)` names the kinds of work that the kernel does in another way
than people count it: for precision or speed.

Losses stand beside the kernels: `cross_entropy`, `softmax_cross_entropy`, `maximum_a_posteriori`.
"""
