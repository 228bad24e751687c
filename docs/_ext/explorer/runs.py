"""What the elements on a page of the gallery take from that page's run."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from _ext.cells import read
from _ext.explorer.offers import rows
from _ext.internals import cell_failed

_KEPT = re.compile(r"^\.\. corr-data: (.*)$", re.MULTILINE)

Page = dict[str, Any]


def scrape(block: tuple[str, str, int], block_vars: dict[str, Any], conf: object) -> str:
    """Keep what an element needs, in a comment of the page, once its last cell has run.

    Called by sphinx-gallery after every code block.
    """
    script = Path(block_vars["src_file"])
    take = TAKEN.get(f"{script.parent.name}/{script.stem}")
    last = max((cell.line for cell in read(script) if cell.kind != "text"), default=0)
    if take is None or block[2] != last or cell_failed():
        return ""
    return f"\n.. corr-data: {json.dumps(take(block_vars['example_globals']))}\n\n"


def kept(source: str) -> str:
    """Find what `scrape` has kept in the source of a page, as JSON; or an empty object."""
    found = _KEPT.search(source)
    return found[1] if found else "{}"


def descent(page: Page) -> dict[str, Any]:
    """Take the image, the goal and the start of *Explain the learning rate*."""
    goal, start = (page[name].flatten().double().cpu().tolist() for name in ("goal", "start"))
    tidy = [round(tap, 6) for tap in start]
    return {"image": rows(page["X"].double().cpu()), "goal": goal, "start": tidy, "rate": 0.03}


def digits(page: Page) -> dict[str, Any]:
    """Take the network that *Read digits* has trained, and some digits that it has never seen."""
    examples = page["X"][page["test"]][:12, 0].double().cpu()
    return {"layers": network(page["net"]), "examples": [rows(digit) for digit in examples]}


def network(net: nn.Sequential) -> list[dict[str, Any]]:
    """Describe the layers of a network, with all their numbers in single precision.

    Raises:
        TypeError: If there is a layer that digits.js does not know.
    """
    return [_layer(layer) for layer in net if not isinstance(layer, nn.Dropout)]


def _layer(layer: nn.Module) -> dict[str, Any]:
    match layer:
        case nn.Conv2d(stride=(1, 1), dilation=(1, 1), groups=1, bias=Tensor()):
            shape = list(layer.weight.shape)
            return {"kind": "convolution", "shape": shape, "padding": layer.padding, **_own(layer)}
        case nn.Linear(bias=Tensor()):
            return {"kind": "linear", **_own(layer)}
        case nn.ReLU():
            return {"kind": "relu"}
        case nn.MaxPool2d() | nn.AvgPool2d():
            is_largest = isinstance(layer, nn.MaxPool2d)
            return {"kind": "pool", "size": layer.kernel_size, "isLargest": is_largest}
        case nn.Flatten():
            return {"kind": "flatten"}
    raise TypeError(f"digits.js does not know {layer}")


def _own(layer: nn.Module) -> dict[str, str]:
    """Pack the weight and the bias: exact, and half as long as decimals."""
    return {
        name: b64encode(number.detach().float().cpu().numpy().tobytes()).decode("ascii")
        for name, number in layer.named_parameters()
    }


TAKEN: dict[str, Callable[[Page], dict[str, Any]]] = {
    "3_learning/plot_3_explain_the_learning_rate": descent,
    "3_learning/plot_6_read_digits": digits,
}
