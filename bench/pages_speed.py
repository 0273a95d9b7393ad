"""What a reader waits for in the workbench, as a table for the documentation: `.venv/bin/python -m bench.pages_speed`.

A real server and Chromium on this machine. Weight is what the server sends for the first page, as it sends it; frames
are those of a table that is thrown through its rows, forty a frame, by the browser's own clock.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import sync_playwright

from bench.ledger_speed import store_in
from tests.web.pages.conftest import FLAGS
from tests.web.pages.house import served, weight

FRAMES = """() => new Promise((done) => {
  const box = document.querySelector(".grid-scroll"), times = [];
  let before = performance.now();
  const step = (now) => {
    times.push(now - before);
    before = now;
    box.scrollTop += 40 * 36;
    if (times.length < 240) requestAnimationFrame(step); else done(times.slice(2));
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        lines = ["", HEAD, RULE]
        for number in (None, 100_000):
            store_in(Path(folder, str(number)), number)
            with served(Path(folder, str(number))) as url:
                if number is None:
                    lines = [sent(browser, url), *lines]
                lines.append(row(browser, url, number))
        browser.close()
    sys.stdout.write("\n".join(lines) + "\n")


HEAD = "| thefts | answer, first | answer, again | rows in the page | frame, median | 19 of 20 within | longest |"
RULE = "|---:|---:|---:|---:|---:|---:|---:|"


def sent(browser: Any, url: str) -> str:
    """What the server sends for the first page: all of it, and the pages' own files."""
    sizes = []
    for only, headers in (("", {}), ("/assets/", {}), ("", {"accept-encoding": "identity"})):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url, extra_http_headers=headers)
        sizes.append(weight(context.new_page(), "/", only) / 1000)
        context.close()
    whole, files, plain = sizes
    return (
        f"First load: {whole:.0f} kB as sent, {files:.0f} kB of them script and style; {plain:.0f} kB to who takes"
        " nothing packed."
    )


def row(browser: Any, url: str, number: int | None) -> str:
    """One ledger's line."""
    first = until_answer(browser, url)
    again = median(until_answer(browser, url) for _ in range(5))
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    page = context.new_page()
    page.goto("/thefts?actor=all&sort=date")
    page.locator(".grid-body a").first.wait_for(timeout=60_000)
    page.locator(".grid").scroll_into_view_if_needed()
    frames = page.evaluate(FRAMES)
    drawn = page.locator(".grid-body [role=row]").count()
    context.close()
    cells = [f"{first:.0f} ms", f"{again:.0f} ms", str(drawn), f"{median(frames):.1f} ms"]
    cells += [f"{quantiles(frames, n=20)[-1]:.1f} ms", f"{max(frames):.0f} ms"]
    return f"| {'785 (shipped)' if number is None else f'{number:,}'.replace(',', ' ')} | {' | '.join(cells)} |"


def until_answer(browser: Any, url: str) -> float:
    """From asking for the page until its sentence stands, in milliseconds, in a browser without anything kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    page = context.new_page()
    began = time.perf_counter()
    page.goto("/", wait_until="commit")
    page.locator("h1").wait_for(timeout=60_000)
    took = time.perf_counter() - began
    context.close()
    return 1000 * took


if __name__ == "__main__":
    main()
