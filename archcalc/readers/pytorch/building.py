"""Names of models → modules on the meta device: `torchvision:`, `timm:`, `transformers:`, code.

`torchvision:resnet50` and `timm:vit_tiny_patch16_224` are names of a registry, never with weights;
`transformers:bert` is the default configuration of a type, `transformers:config.json` a file.
`net.py:Net` and `package.module:Net` import that code, and call what they name.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_parameter_registration_hook,
)

from archcalc.errors import ArchcalcError, UnknownName, UsageError, suggestion
from archcalc.readers.pytorch.passing import FAULTS, asks_for_values, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


_WEIGHTS = {"checkpoint_path", "pretrained", "pretrained_backbone", "weights", "weights_backbone"}
"""What a builder of a registry is told of weights, which are never fetched."""


class Built(NamedTuple):
    """A module without data, and the input that its registry says it was made for."""

    module: nn.Module
    input: str | None = None


def build(name: str, settings: Mapping[str, object], device: str = "meta") -> Built:
    """Build the module of a name, `settings` being keyword arguments, without numbers on `meta`.

    Raises UnknownName for one that its registry does not have, UsageError where its code fails.
    """
    source, _, model = name.rpartition(":")
    known = {key: _plain(value) for key, value in settings.items()}
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with redirect_stdout(sys.stderr):
        make = _BUILDERS.get(source)
        return make(model, known, device) if make else _named(source, model, known, device)


def _torchvision(model: str, settings: dict[str, Any], device: str) -> Built:
    models = _imported("torchvision", "torchvision.models")
    _check("torchvision", model, models.list_models())
    builder = models.get_model_builder(model)
    _refuse_weights(settings)
    fetched = _WEIGHTS & inspect.signature(builder).parameters.keys()
    make = partial(builder, **settings, **dict.fromkeys(fetched))
    module = _made(make, device, with_numbers=bool(settings.get("quantize")))
    crop = next(iter(models.get_model_weights(model))).transforms
    size = getattr(module, "image_size", getattr(crop, "keywords", {}).get("crop_size"))
    return Built(module, f"3x{size}x{size}" if isinstance(size, int) else None)


def _timm(model: str, settings: dict[str, Any], device: str) -> Built:
    timm = _imported("timm")
    _check("timm", model, timm.list_models())
    _refuse_weights(settings)
    module = _made(partial(timm.create_model, model, pretrained=False, **settings), device)
    size = getattr(module, "default_cfg", {}).get("input_size")
    return Built(module, "x".join(map(str, size)) if size else None)


def _transformers(model: str, settings: dict[str, Any], device: str) -> Built:
    transformers = _imported("transformers")
    if model.endswith(".json"):
        config = _made(partial(transformers.AutoConfig.from_pretrained, model, **settings))
    else:
        _check("transformers", model, list(transformers.CONFIG_MAPPING.keys()))
        config = _made(partial(transformers.AutoConfig.for_model, model, **settings))
    mixed = {"dtype": torch.bfloat16} if _has_experts(config) else {}
    return Built(_made(partial(transformers.AutoModel.from_config, config, **mixed), device))


def _has_experts(config: Any) -> bool:
    """Tell whether it is a mixture of experts, whose grouped products are of half precision."""
    return any("experts" in key for key in vars(config))


def _named(source: str, name: str, settings: dict[str, Any], device: str) -> Built:
    """Import a file or a module, and take what bears a name in it: a module, or what makes one."""
    code = _made(partial(_loaded, source), device, with_numbers=True)
    if not hasattr(code, name):
        near = suggestion(name, [one for one in vars(code) if not one.startswith("_")])
        raise UnknownName.of("unknown-name", f"`{source}` has no `{name}`", near)
    found = getattr(code, name)
    module = found if isinstance(found, nn.Module) or not callable(found) else None
    module = module or _made(partial(found, **settings), device, with_numbers=True)
    if not isinstance(module, nn.Module):
        message = f"`{source}:{name}` is no module of PyTorch, but {type(module).__name__}"
        raise UsageError.of("wrong-type", message, "name a class, or a function that makes one")
    return Built(module)


def _loaded(source: str) -> Any:
    if not source.endswith(".py"):
        sys.path.insert(0, str(Path.cwd()))
        try:
            return importlib.import_module(source)
        finally:
            sys.path.remove(str(Path.cwd()))
    path = Path(source)
    if not path.is_file():
        raise UnknownName.of("no-such-file", f"there is no file `{source}`")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None  # noqa: S101 - a file that ends in .py
    assert spec.loader is not None  # noqa: S101
    code = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    sys.modules.setdefault(path.stem, code)
    try:
        spec.loader.exec_module(code)
    finally:
        sys.path.remove(str(path.parent))
    return code


def _made(make: Callable[[], Any], device: str = "meta", *, with_numbers: bool = False) -> Any:
    """Make something with all tensors on meta, or where its code wants values its parameters.

    On another device it has numbers, always the same; so it may have, `with_numbers`, where even
    that asks for values, as whoever quantises does.
    """
    try:
        with torch.device(device), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return make()
    except ArchcalcError:
        raise
    except FAULTS:  # then once more, and its reason is told
        try:
            with _parameters_on_meta() if device == "meta" else nullcontext():
                return make()
        except FAULTS as error:
            if with_numbers and device == "meta" and asks_for_values(error):
                return _made(make, "cpu")
            raise failed(f"`{_called(make)}` failed", error) from None


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    """Let go of the numbers of each parameter as soon as a module has it."""

    def drop(_module: nn.Module, _name: str, parameter: nn.Parameter) -> nn.Parameter:
        return nn.Parameter(parameter.to("meta"), parameter.requires_grad)

    def leave(_module: nn.Module, _name: str, buffer: torch.Tensor | None) -> torch.Tensor | None:
        return None if buffer is None else buffer.to("meta")

    with ExitStack() as stack:
        stack.callback(register_module_parameter_registration_hook(drop).remove)
        stack.callback(register_module_buffer_registration_hook(leave).remove)
        yield


def _called(make: Callable[[], Any]) -> str:
    function = getattr(make, "func", make)
    if function is _loaded:
        return f"import {make.args[0]}"  # type: ignore[attr-defined]
    return str(getattr(function, "__name__", function))


def _imported(package: str, name: str | None = None) -> Any:
    """Import a registry, or a part of it."""
    _fit_torchvision()
    try:
        return importlib.import_module(name or package)
    except ImportError as error:
        raise _missing(package, error) from None


def _fit_torchvision() -> None:
    """Let torchvision be imported, which all registries read, whatever torch it was built for."""
    try:
        importlib.import_module("torchvision")
    except ImportError:  # whoever needs it says so
        return
    except RuntimeError:  # its compiled ops do not fit this torch; no pass without data calls them
        _declare_ops()


def _refuse_weights(settings: Mapping[str, Any]) -> None:
    for name in sorted(_WEIGHTS & settings.keys()):
        message = f"`{name}` cannot be set: a model is counted without its weights"
        raise UsageError.of("no-weights", message, "none are fetched")


def _check(source: str, model: str, names: list[str]) -> None:
    if model not in names:
        near = suggestion(model, names)
        raise UnknownName.of("unknown-name", f"{source} has no model called `{model}`", near)


def _missing(package: str, error: ImportError) -> UsageError:
    hint = f"pip install {package}"
    if error.name not in {None, package}:
        message = f"{package} cannot be imported: {error}"
        return UsageError.of("not-installed", message, f"what it needs comes with it by `{hint}`")
    return UsageError.of("not-installed", f"{package} is not installed", hint)


def _declare_ops() -> None:
    """Declare what torchvision registers functions for, so that it can be imported without them."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    boxes = "Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width"
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define(f"roi_align({boxes}, int sampling_ratio, bool aligned) -> Tensor")
    library.define(f"roi_pool({boxes}) -> (Tensor, Tensor)")
    library.define(f"ps_roi_align({boxes}, int sampling_ratio) -> (Tensor, Tensor)")
    library.define(f"ps_roi_pool({boxes}) -> (Tensor, Tensor)")
    sizes = ", ".join(
        f"int {name}_{side}" for name in ("stride", "pad", "dilation") for side in ("h", "w")
    )
    library.define(
        "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, "
        f"{sizes}, int groups, int offset_groups, bool use_mask) -> Tensor"
    )
    _DECLARED.append(library)


_DECLARED: list[Any] = []
"""What was declared goes when its library does."""


def _plain(value: object) -> object:
    """Give a setting as Python has it: a fraction is a float."""
    if isinstance(value, Fraction):
        return float(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


_BUILDERS: dict[str, Callable[[str, dict[str, Any], str], Built]] = {
    "torchvision": _torchvision,
    "timm": _timm,
    "transformers": _transformers,
}
