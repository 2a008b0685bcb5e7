"""What figures are of: the line that goes with them wherever they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.fields import written

if TYPE_CHECKING:
    from archcalc.report import Report
    from archcalc.spec.spec import Spec

MACS = "macs = multiply-accumulates of convolutions and linear layers, without bias"


def caption(report: Report, convention: str = MACS) -> dict[str, str]:
    """Name the network, its variant, input, scope and convention, and the text it was read from.

    >>> from archcalc.report import count
    >>> list(caption(count("lenet5")))
    ['network', 'variant', 'source', 'input', 'batch', 'scope', 'convention', 'spec', 'archcalc']
    """
    from archcalc import __version__  # noqa: PLC0415 - the package is being imported above this

    spec = report.graph.spec
    return {
        "network": spec.name,
        "variant": ", ".join([spec.id, *changes(spec)]),
        "source": spec.source,
        "input": str(report.input),
        "batch": str(report.batch),
        "scope": report.scope,
        "convention": convention,
        "spec": fingerprint(spec),
        "archcalc": __version__,
    }


def changes(spec: Spec) -> list[str]:
    """Say which parameters were set to another value, as they would be written in a spec.

    >>> from archcalc.spec.library import load
    >>> changes(load("resnet50", depths=[3, 4, 23, 3]))
    ['depths=[3, 4, 23, 3]']
    """
    return [f"{key}={written(value)}" for key, value in spec.changed.items()]


def fingerprint(spec: Spec) -> str:
    """Name the text of a spec and the values of its parameters by a hash."""
    from hashlib import sha256  # noqa: PLC0415 - only what is published has a hash

    values = [f"{key}={value}" for key, value in spec.parameters.items()]
    text = "\n".join([spec.text.text if spec.text else "", *values])
    return f"sha256:{sha256(text.encode()).hexdigest()[:16]}"


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
    spec = report.graph.spec
    variant = ", ".join([spec.id, *changes(spec)])
    return f"{variant} (input {report.input}, {fingerprint(spec)})"
