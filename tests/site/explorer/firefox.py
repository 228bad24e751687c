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

from hands import Hands

NAMES = ("firefox-esr", "firefox")


def path() -> str | None:
    """Where the system's own Firefox is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox(Hands):
    """One window of Firefox."""

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

    def go(self, address: str) -> None:
        """Load a page."""
        self.do("WebDriver:Navigate", url=address)

    def run(self, script: str, *given: Any) -> Any:
        """Run the body of a function in the page."""
        return self.do("WebDriver:ExecuteScript", script=script, args=list(given), sandbox=None)[
            "value"
        ]

    def act(self, source: dict[str, Any]) -> None:
        """Do what one hand, or one mouse, does."""
        self.do("WebDriver:PerformActions", actions=[source])


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
