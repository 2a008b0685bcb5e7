"""What figures are of: the line that goes with them wherever they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.inputs import say
from archcalc.ops.fields import written

if TYPE_CHECKING:
    from archcalc.origin import Origin
    from archcalc.report import Report

MACS = "macs = multiply-accumulates of convolutions and linear layers, without bias"


def caption(report: Report, convention: str = MACS) -> dict[str, str]:
    """Name the network, its variant, input, scope and convention, and the text it was read from.

    >>> from archcalc.report import count
    >>> list(caption(count("lenet5")))
    ['network', 'variant', 'source', 'input', 'batch', 'scope', 'convention', 'spec', 'archcalc']
    """
    from archcalc import __version__  # noqa: PLC0415 - the package is being imported above this

    origin = report.graph.origin
    return {
        "network": origin.name,
        "variant": ", ".join([origin.id, *changes(origin)]),
        "source": origin.source,
        "input": say(report.inputs),
        "batch": str(report.batch),
        "scope": report.scope,
        "convention": convention,
        "spec": origin.fingerprint,
        "archcalc": __version__,
    }


def changes(origin: Origin) -> list[str]:
    """Say which parameters were set to another value, as they would be written in a spec.

    >>> from archcalc.report import count
    >>> from archcalc.spec.library import load
    >>> changes(count(load("resnet50", depths=[3, 4, 23, 3])).graph.origin)
    ['depths=[3, 4, 23, 3]']
    """
    return [f"{key}={written(value)}" for key, value in origin.changed.items()]


def batched(report: Report) -> str:
    """Say a batch of several samples, behind an input.

    >>> from archcalc.report import count
    >>> batched(count("lenet5", batch=8)), batched(count("lenet5"))
    (', batch 8', '')
    """
    return f", batch {report.batch}" if report.batch > 1 else ""


def joint(*reports: Report, convention: str = MACS) -> dict[str, str]:
    """Name the networks that stand side by side, and the convention of their figures.

    >>> from archcalc.report import count
    >>> joint(count("lenet5"), count("lenet1"))["networks"].split(", sha256")[0]
    'lenet5 (input 1x32x32'
    """
    from archcalc import __version__  # noqa: PLC0415

    return {
        "networks": ", ".join(dict.fromkeys(map(_identity, reports))),
        "convention": convention,
        "archcalc": __version__,
    }


def _identity(report: Report) -> str:
    origin = report.graph.origin
    variant = ", ".join([origin.id, *changes(origin)])
    return f"{variant} (input {say(report.inputs)}{batched(report)}, {origin.fingerprint})"
