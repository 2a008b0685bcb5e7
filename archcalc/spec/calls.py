"""Calling a block: which one, and what its parameters are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Reason, listed, suggestion
from archcalc.ops.fields import shown
from archcalc.spec.scope import Scope
from archcalc.spec.spec import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archcalc.graph import Here
    from archcalc.spec.scope import Evaluator
    from archcalc.spec.spec import Block, Call, Spec
    from archcalc.spec.values import Value


class Calls:
    """Finds the blocks of a spec, and settles their parameters where they are called."""

    def __init__(self, spec: Spec, evaluator: Evaluator) -> None:
        self.spec = spec
        self.evaluator = evaluator

    def block(self, item: Call, path: str, scope: Scope, here: Here) -> Block:
        """Find the block that is called, and check that it has the parameters that are given."""
        word = self.evaluator.structure(item.block, item, "block", scope, here.shape)
        block = self.spec.blocks.get(str(word))
        if block is None:
            hint = suggestion(str(word), self.spec.blocks) or listed("blocks", self.spec.blocks)
            reason = Reason("unknown-block", f"there is no block {shown(word)}", hint)
            raise self.evaluator.error(reason, item, path)
        for key in item.arguments:
            if key not in block.parameters:
                hint = suggestion(key, block.parameters) or listed("parameters", block.parameters)
                message = f"`{key}` is not a parameter of the block `{block.name}`"
                raise self.evaluator.error(Reason("unknown-key", message, hint, key), item, path)
        return block

    @staticmethod
    def too_deep(block: Block, within: Collection[Block]) -> Reason:
        """Say what is wrong with a block within so many others."""
        message = f"blocks within blocks, more than {len(within)} deep"
        reason = limits.too_large("block_depth", message)
        if block not in within:
            return Reason("too-deep", message, reason.hint)
        ending = "`when` ends a block that calls itself, as in `when: =n > 0`, with `n: =n - 1`"
        message += f": `{block.name}` calls itself without an end"
        return Reason("too-deep", message, f"{ending}; {reason.hint}")

    def arguments(  # noqa: PLR0913, PLR0917 - two scopes meet in a call
        self,
        item: Call,
        block: Block,
        path: str,
        scope: Scope,
        here: Here,
        row: Mapping[str, Value],
    ) -> Scope:
        """Settle a block's parameters: given, else from the row of the loop, else the default."""
        variables: dict[str, Value] = {**self.spec.parameters, "input": here.shape.named()}
        inner = Scope.of(variables, self.spec.parameters, block.parameters)
        for name, default in block.parameters.items():
            if name in row and name not in item.arguments:
                variables[name] = row[name]
                continue
            given = item.arguments.get(name, default)
            where = scope if name in item.arguments else inner
            if given is REQUIRED:
                message = f"the block `{block.name}` needs its `{name}`"
                raise self.evaluator.error(Reason("missing-key", message), item, path)
            at = item if name in item.arguments else block.declared
            variables[name] = self.evaluator.value(given, at, name, where, here.shape)
            if where.depends_on_size(given):
                inner = inner._replace(spatial=inner.spatial | {name})
        return inner
