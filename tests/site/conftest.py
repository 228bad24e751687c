"""What the tests of the built site share: a headless browser, the checkers, a server."""

import gzip
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from _ext import whereabouts
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
HTML = HERE.parents[1] / "docs" / "_build" / "html"
# Where on its host the site expects to be.
ROOT = urlsplit(whereabouts.base_url() or "/").path
# As CONTRIBUTING advises to serve it; the hash is that of the theme's one script within a page.
POLICY = (
    "default-src 'none'; "
    "script-src 'self' 'sha256-ySvT2PEZeueHGC1y2crNuNTfphBynFPP7i+U21fEgX0='; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's own Chromium: nothing is downloaded."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(
            f"no browser to drive the site with: none of {', '.join(NAMES)} is on the path. "
            "Install one, for example with 'apt-get install chromium'",
            pytrace=False,
        )
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Inside a container the sandbox is not to be had; the pages are our own.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def npm_tools() -> Path:
    """The folder of the checkers that come from npm."""
    if shutil.which("node") is None:
        pytest.fail(
            "no node to run the checkers with: install Node.js and npm, "
            "for example with 'apt-get install nodejs npm'",
            pytrace=False,
        )
    if not (folder := HERE / "node_modules").is_dir():
        pytest.fail("the checkers are not installed: run 'npm ci' in tests/site", pytrace=False)
    return folder


class _Compressing(SimpleHTTPRequestHandler):
    """Serves files as a careful host does: text compressed, our own page where there is none, and
    a policy that lets pages load what is the site's own, so that every visit tests it.

    What is asked for with ``?slowly`` comes as over a bad line, a piece at a time.
    """

    protocol_version = "HTTP/1.1"
    packed = (".html", ".css", ".js", ".svg", ".xml")

    def do_GET(self) -> None:
        path = Path(self.translate_path(f"/{self.path.removeprefix(ROOT)}"))
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        path = path if found else Path(self.directory, "404.html")
        data = path.read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(path.name))
        self.send_header("Cache-Control", "public, max-age=31536000")
        self.send_header("Content-Security-Policy", POLICY)
        if path.suffix in self.packed:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        piece = 500 if urlsplit(self.path).query == "slowly" else len(data)
        for start in range(0, len(data), piece):
            self.wfile.write(data[start : start + piece])
            time.sleep(0.05 if piece < len(data) else 0)

    def handle(self) -> None:
        # A browser that leaves in the middle of a page is no error.
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def policy() -> str:
    """The content security policy under which the site is served."""
    return POLICY


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The address of the built site, served with compression."""
    handler = partial(_Compressing, directory=str(HTML))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{ROOT}"
        server.shutdown()
