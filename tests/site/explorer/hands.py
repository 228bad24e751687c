"""What hands do to a browser that is driven by WebDriver's commands, over whichever wire."""

from typing import Any

# Keys that are not letters, as WebDriver writes them.
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Home": "\ue011", "Right": "\ue014"}
KEYS |= {"Down": "\ue015", "Control": "\ue009", "Alt": "\ue00a", "Up": "\ue013"}
FRAME = 17  # milliseconds


class Hands:
    """One window of a browser, and what is typed, clicked and dragged there."""

    def go(self, address: str) -> None:
        """Load a page."""
        raise NotImplementedError

    def run(self, script: str, *given: Any) -> Any:
        """Run the body of a function in the page."""
        raise NotImplementedError

    def act(self, source: dict[str, Any]) -> None:
        """Do what one hand, or one mouse, does."""
        raise NotImplementedError

    def open(self, address: str) -> None:
        """Go to a page, and hear its errors from then on."""
        self.go("about:blank")
        self.go(address)
        self.run("window.errors = []; addEventListener('error', e => errors.push(e.message));")

    def press(self, *keys: str, pause: int = FRAME) -> None:
        """Press keys one after the other, a frame or more between them; ``Control+z`` together."""
        actions: list[dict[str, Any]] = []
        for key in keys:
            parts = [KEYS.get(part, part) for part in (key.split("+") if len(key) > 1 else [key])]
            actions += [{"type": "keyDown", "value": part} for part in parts]
            actions += [{"type": "keyUp", "value": part} for part in reversed(parts)]
            actions.append({"type": "pause", "duration": pause})
        self.act({"type": "key", "id": "keys", "actions": actions})

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        x, y = self.middle(selector)
        self.drag((x, y), (x, y), steps=0)

    def middle(self, selector: str) -> tuple[float, float]:
        """Bring an element into view, and say where its middle is."""
        x, y = self.run(
            "const element = document.querySelector(arguments[0]);"
            "element.scrollIntoView({ block: 'center' });"
            "const box = element.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2];",
            selector,
        )
        return x, y

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        """Press at one place, move to another, and let go."""
        places = [
            tuple(a + (b - a) * k / steps for a, b in zip(start, end, strict=True))
            for k in range(1, steps + 1)
        ]
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": FRAME}
            for x, y in (start, *places)
        ]
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        actions = [moves[0], press, *moves[1:], release]
        parameters = {"pointerType": "mouse"}
        self.act({"type": "pointer", "id": "mouse", "parameters": parameters, "actions": actions})
