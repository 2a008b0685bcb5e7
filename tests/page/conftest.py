"""A real browser, where one is installed: Chromium, driven by selenium."""

from __future__ import annotations

import os
from json import loads
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import archcalc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["archcalc"]

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip
OWN = ("file:", "data:", "blob:", "chrome:", "about:")
"""What a page may ask for without leaving the machine."""


class Browser:
    """A browser, and what its pages did."""

    def __init__(self, driver: Any, folder: Path) -> None:  # noqa: ANN401 - selenium's class
        self.driver = driver
        self.folder = folder

    def open(self, address: str, width: int = 1400, height: int = 1000) -> None:
        """Go to an address, in a window of this size; what happened before is forgotten."""
        sizes = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", sizes)
        self.driver.get("about:blank")
        self.errors()
        self.requests()
        self.driver.get(address)

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401
        """Run a script in the page, and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """Give the texts of all elements that a selector finds."""
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return [str(text) for text in self.run(script, selector)]

    def click(self, selector: str, number: int = 0) -> None:
        """Click on an element as a person does."""
        self.driver.find_elements("css selector", selector)[number].click()

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def errors(self) -> list[str]:
        """Give what the console said since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Give the addresses that were asked for since, other than those of the machine."""
        events = [
            loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]
        urls = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith(OWN)]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start one browser for all tests; they are skipped where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = which("chromium"), which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium, or no chromedriver")
    folder = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in _flags(folder):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(driver, env={**os.environ, "SE_OFFLINE": "true"})
    found = webdriver.Chrome(options=options, service=service)
    found.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    yield Browser(found, folder)
    found.quit()


def _flags(folder: Path) -> Sequence[str]:
    return (*FLAGS, f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000")
