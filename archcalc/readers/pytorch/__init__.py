"""PyTorch's networks: live modules (`module`), and what any record of its calls is read by.

    module, inputs ──trace──▶ calls ──assemble──▶ Graph

A call (`call`) is followed by what it read and put out (`tape`), stands where its modules' names
say (`naming`), and is lowered to an op (`lowering`, `weighted`) or stated (`stated`) as it is taken
into the network (`assembly`): none of these knows torch, which only modules that run need.
"""
