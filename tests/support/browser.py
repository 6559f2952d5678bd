"""A headless Chromium that is spoken to through a pipe: what a page looks like, how wide it is, what it asks for."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, Self

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_OPTIONS = (
    *("--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe"),
    # containers give no sandbox to root and little shared memory; the pages are ours
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking"),
)


class Browser:
    """One browser with one page. The devtools protocol is JSON, each message ended by a zero byte."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = os.fdopen(commands, "wb", 0), os.fdopen(answers, "rb")
        self._number = 0
        self._session: str | None = None
        self._requests: dict[str, str] = {}
        #: Names of the protocol's events since the page was opened.
        self._events: list[str] = []

    @classmethod
    @contextmanager
    def start(cls, profile: Path, *, at_most: float = 900) -> Iterator[Self]:
        """Start a browser that keeps its things in a folder, and end it, after so many seconds at the latest."""
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()

        # the browser reads from 3 and writes to 4
        hand_over = f'exec "$0" "$@" 3</dev/fd/{from_us} 4>/dev/fd/{to_us}'
        with subprocess.Popen(
            ["sh", "-c", hand_over, PROGRAM or "chromium", *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(from_us, to_us),
        ) as process:
            os.close(from_us)
            os.close(to_us)
            browser = cls(to_browser, from_browser)
            ending = Timer(at_most, process.kill)
            ending.start()
            try:
                browser._attach()
                yield browser
            finally:
                ending.cancel()
                process.kill()
                browser._commands.close()
                browser._answers.close()

    def open(self, page: Path, *, width: int, height: int = 900) -> None:
        """Open a file in a window of a size, and wait until it is there."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._requests.clear()
        self._events.clear()
        self._ask("Page.navigate", url=page.as_uri())
        while "Page.loadEventFired" not in self._events:
            self._next()

    @property
    def requests(self) -> list[str]:
        """Return the addresses that the page has asked for since it was opened, and that its policy let it ask for."""
        return list(self._requests.values())

    def value(self, expression: str) -> Any:
        """Return what an expression, or its promise, is in the page; the page's own policy does not apply to it."""
        found = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    def picture(self) -> bytes:
        """Return the whole page as a PNG."""
        return base64.b64decode(self._ask("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def paper(self) -> bytes:
        """Return the page as it is printed, a PDF."""
        return base64.b64decode(self._ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])

    def save_to(self, folder: Path) -> None:
        """Let downloads go to a folder."""
        self._ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def _attach(self) -> None:
        targets = self._ask("Target.getTargets")["targetInfos"]
        target = next(found["targetId"] for found in targets if found["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._ask(f"{domain}.enable")

    def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        number = self._number
        session = {"sessionId": self._session} if self._session else {}
        command = {"id": number, "method": method, "params": parameters, **session}
        self._commands.write(json.dumps(command).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser is gone"
            data += byte
        found: dict[str, Any] = json.loads(data)
        self._events.append(str(found.get("method")))
        parameters = found.get("params", {})
        if found.get("method") == "Network.requestWillBeSent":
            self._requests[parameters["requestId"]] = parameters["request"]["url"]
        elif parameters.get("blockedReason") == "csp":
            del self._requests[parameters["requestId"]]
        return found
