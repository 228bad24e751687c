"""Drive WebKit, the engine of Safari and of every browser on an iPhone, by GTK's driver for it.

Playwright drives only a WebKit of its own. Debian's speaks WebDriver over HTTP, and wants a screen:
a virtual one will do.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from hands import Hands

DRIVER = "WebKitWebDriver"
SCREEN = "Xvfb"


def is_here() -> bool:
    """Whether the driver is installed, and a screen for it."""
    return bool(shutil.which(DRIVER) and (os.environ.get("DISPLAY") or shutil.which(SCREEN)))


class WebKit(Hands):
    """One window of GTK's small browser."""

    def __init__(self, port: int, patience: float = 60) -> None:
        """Wait until the driver listens, and begin a session."""
        self._root = f"http://127.0.0.1:{port}/session"
        until = time.monotonic() + patience
        while True:
            try:
                self._session = ""
                self._session = "/" + self.do("", capabilities={})["sessionId"]
                break
            except URLError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def close(self) -> None:
        """End the session, and with it the window."""
        with urlopen(Request(self._root + self._session, method="DELETE"), timeout=60):
            pass

    def do(self, command: str, **parameters: Any) -> Any:
        """Give a command, and wait for its result."""
        data = json.dumps(parameters).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(self._root + self._session + command, data, headers)
        try:
            with urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            said = json.load(error)["value"]
            raise RuntimeError(f"{command}: {said['error']}, {said['message']}") from error

    def go(self, address: str) -> None:
        """Load a page."""
        self.do("/url", url=address)

    def run(self, script: str, *given: Any) -> Any:
        """Run the body of a function in the page."""
        return self.do("/execute/sync", script=script, args=list(given))

    def act(self, source: dict[str, Any]) -> None:
        """Do what one hand, or one mouse, does."""
        self.do("/actions", actions=[source])


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Start a screen, if there is none, the driver and a browser, and end them."""
    with ExitStack() as stack:
        settings = dict(os.environ)
        if not settings.get("DISPLAY"):
            settings["DISPLAY"] = stack.enter_context(_screen())
        # In a container there is neither a graphics card nor the right to make a sandbox.
        settings |= {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            settings["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        stack.enter_context(_running([DRIVER, "-p", str(port)], env=settings))
        browser = WebKit(port)
        stack.callback(browser.close)
        yield browser


@contextmanager
def _screen() -> Iterator[str]:
    """Start a screen that nobody sees, and say its name."""
    reading, writing = os.pipe()
    command = [SCREEN, "-displayfd", str(writing), "-screen", "0", "1400x1000x24"]
    with _running(command, pass_fds=[writing]), os.fdopen(reading) as name:
        os.close(writing)
        yield f":{name.readline().strip()}"


@contextmanager
def _running(command: list[str], **options: Any) -> Iterator[None]:
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=nowhere, stderr=nowhere, **options) as process:
        try:
            yield
        finally:
            process.terminate()
