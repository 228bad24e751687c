"""Drive Firefox by the protocol that it has built in, which needs no driver beside it.

Playwright drives only a Firefox of its own; Debian's speaks Marionette: commands of WebDriver, as
JSON, over a socket.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
# Keys that are not letters, as WebDriver writes them.
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Home": "\ue011", "Right": "\ue014"}
KEYS |= {"Down": "\ue015", "Control": "\ue009", "Alt": "\ue00a", "Up": "\ue013"}
FRAME = 17  # milliseconds


def path() -> str | None:
    """Where the system's own Firefox is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One window of a browser."""

    def __init__(self, port: int, patience: float = 90) -> None:
        """Wait until the browser listens, and begin a session."""
        until = time.monotonic() + patience
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        self._read()  # its greeting
        self._count = 0
        self.do("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})

    def close(self) -> None:
        """End the conversation."""
        self._socket.close()

    def do(self, command: str, **parameters: Any) -> Any:
        """Give a command, and wait for its result."""
        self._count += 1
        message = json.dumps([0, self._count, command, parameters])
        self._socket.sendall(f"{len(message.encode())}:{message}".encode())
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def _read(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._some(1)
        data = b""
        while len(data) < int(size[:-1]):
            data += self._some(int(size[:-1]) - len(data))
        return json.loads(data)

    def _some(self, count: int) -> bytes:
        data = self._socket.recv(count)
        if not data:
            raise ConnectionError("the browser has gone")
        return data

    def open(self, address: str) -> None:
        """Go to a page, and hear its errors from then on."""
        self.do("WebDriver:Navigate", url="about:blank")
        self.do("WebDriver:Navigate", url=address)
        self.run("window.errors = []; addEventListener('error', e => errors.push(e.message));")

    def run(self, script: str, *given: Any) -> Any:
        """Run the body of a function in the page."""
        return self.do("WebDriver:ExecuteScript", script=script, args=list(given), sandbox=None)[
            "value"
        ]

    def act(self, *sources: dict[str, Any]) -> None:
        """Do what hands do."""
        self.do("WebDriver:PerformActions", actions=list(sources))

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


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start the browser with a profile of its own, and end it."""
    program = path()
    assert program
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (profile / "user.js").write_text(
        f'user_pref("marionette.port", {port});\n'
        'user_pref("browser.shell.checkDefaultBrowser", false);\n'
        'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
        'user_pref("ui.prefersReducedMotion", 0);\n',
        "utf-8",
    )
    command = [program, "--marionette", "--headless", "--no-remote", "--profile", str(profile)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            browser = Firefox(port)
            yield browser
            browser.close()
        finally:
            process.terminate()
