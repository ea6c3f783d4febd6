"""What a panel on a page and one in JupyterLab have in common, by the names that a reader sees."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page
from waiting import wait_for


class Panel:
    """A panel's buttons, and the state of its run."""

    ROOT = ""  # selects the panels of a page
    STATE = ""  # selects the element that bears the state, within a panel or as the panel itself

    def __init__(self, page: Page, number: int = 0) -> None:
        self.page = page
        self.root = page.locator(self.ROOT).nth(number)

    @property
    def stateful(self) -> Locator:
        """Return the element that bears the state of the run in its data."""
        return self.root.locator(self.STATE) if self.STATE else self.root

    def data(self, name: str) -> str:
        return str(self.stateful.get_attribute(f"data-{name}"))

    def says(self) -> str:
        raise NotImplementedError

    def click(self, button: str) -> None:
        self.root.get_by_role("button", name=button, exact=True).click()

    def wait(self, condition: Callable[[], bool]) -> None:
        wait_for(condition, rest=lambda: self.page.wait_for_timeout(10), told=self.says)

    def wait_for(self, *states: str) -> None:
        self.wait(lambda: self.data("state") in states)

    def wait_for_epoch(self, epoch: int) -> None:
        self.wait(lambda: int(self.data("epoch")) >= epoch)

    def time_stop(self) -> float:
        """Press Stop; return the ms, taken in the page, until the state is "stopped"."""
        return self.root.evaluate(
            """async (panel, selector) => {
                const buttons = [...panel.querySelectorAll('button')];
                const button = buttons.find(b => b.innerText == 'Stop');
                const stateful = () => selector ? panel.querySelector(selector) : panel;
                const started = performance.now();
                button.click();
                while (stateful().dataset.state != 'stopped') {
                    await new Promise(requestAnimationFrame);
                }
                return performance.now() - started;
            }""",
            self.STATE,
        )

    def stays_stopped(self) -> bool:
        """Say whether a stopped run has not gone on, a second later."""
        before = (self.data("state"), self.data("epoch"))
        self.page.wait_for_timeout(1000)
        return before == (self.data("state"), self.data("epoch")) and before[0] == "stopped"
