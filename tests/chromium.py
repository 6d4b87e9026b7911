"""A real Chromium for tests of pages, and what they measure in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_REMEDY = "install one (make browser), or name it: CORPUS_KIT_CHROMIUM=PATH"


class Screen(NamedTuple):
    """What a page is shown on: CSS pixels, and the scheme of colours that the reader prefers."""

    width: int = 1280
    height: int = 900
    scheme: Literal["light", "dark"] = "light"
    has_script: bool = True


DESK, DESK_DARK = Screen(), Screen(scheme="dark")
PHONE, PHONE_DARK = Screen(360, 740), Screen(360, 740, "dark")


def find_chromium() -> str | None:
    """The path of a Chromium; None where there is none."""
    named = os.environ.get("CORPUS_KIT_CHROMIUM")
    return next((path for name in ([named] if named else _NAMES) if (path := shutil.which(name))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A Chromium; where there is none the test is skipped, or fails if CORPUS_KIT_REQUIRE_BROWSER is 1."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CORPUS_KIT_REQUIRE_BROWSER") == "1":
            pytest.fail(f"there is no Chromium: {_REMEDY}")
        pytest.skip(f"there is no Chromium: {_REMEDY}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page in a browser, and what it did that it shouldn't: words on the console, dialogs, requests, errors."""

    page: Page
    done: list[str] = field(default_factory=list)

    def measure(self, script: str) -> Any:
        """What a script of this module's, or an expression, gives in the page."""
        return self.page.evaluate(script)


@contextmanager
def show_page(browser: Browser, path: Path, screen: Screen = DESK) -> Iterator[Shown]:
    """A file in a window of its own; at its end nothing may have happened that shouldn't."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.scheme,
        java_script_enabled=screen.has_script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    shown = Shown(page=page)
    address = path.as_uri()

    def refuse(dialog: Dialog) -> None:
        shown.done.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def listen(message: ConsoleMessage) -> None:
        shown.done.append(f"console: {message.text}")

    page.on("dialog", refuse)
    page.on("console", listen)
    page.on("pageerror", lambda error: shown.done.append(f"error: {error}"))
    page.on("request", lambda own: shown.done.append(f"request: {own.url}") if own.url != address else None)
    try:
        page.goto(address)
        yield shown
    finally:
        context.close()
    assert shown.done == []


FIND_POOR_CONTRAST = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const blend = (over, under) => over.slice(0, 3).map((c, i) => c * over[3] + under[i] * (1 - over[3]));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= .04045 ? c / 255 / 12.92 : ((c / 255 + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.unshift(parse(getComputedStyle(one).backgroundColor));
    return layers.reduce((under, over) => blend(over, under), [255, 255, 255]);
  };
  const poor = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, option")) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const colour = blend(parse(element.closest("svg") ? style.fill : style.color), under);
    const [light, dark] = [luminance(colour), luminance(under)].sort((a, b) => b - a);
    const ratio = (light + .05) / (dark + .05);
    seen += 1;
    if (ratio < 4.5) poor.push(`${walker.currentNode.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return { seen, poor };
}"""
"""The texts whose colour has a contrast below 4.5 to 1 with the ground that they stand on, and how many were seen."""

FIND_CLIPPED = """() => {
  const found = [];
  const visible = (element) => element.checkVisibility() && !element.closest(".visually-hidden, caption, script");
  const rect = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect();
  };
  for (const element of document.querySelectorAll("td, th, p, li, dt, dd, figcaption, h1, h2, h3, summary, label")) {
    if (!visible(element) || !element.hasChildNodes()) continue;
    const [inner, outer] = [rect(element), element.getBoundingClientRect()];
    const isOut = inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 2;
    if (isOut && !element.querySelector(".scroll")) found.push(`out: ${element.outerHTML.slice(0, 80)}`);
  }
  for (const row of document.querySelectorAll("tr")) {
    const cells = [...row.cells].map((cell) => cell.getBoundingClientRect());
    const isOver = cells.some((one, i) => i && one.left < cells[i - 1].right - 1);
    if (isOver && visible(row)) found.push(`over: ${row.textContent.slice(0, 40)}`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    if (!visible(svg)) continue;
    const own = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
    texts.forEach(([text, a], i) => {
      const isAside = a.left < own.left - 1 || a.right > own.right + 1;
      const isOut = isAside || a.top < own.top - 2 || a.bottom > own.bottom + 2;
      const isOver = texts.slice(i + 1).some(
        ([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3,
      );
      if (isOut || isOver) found.push(`svg: ${text.textContent}`);
    });
  }
  return found;
}"""
"""Elements whose text leaves them, cells that overlap, and words of figures that overlap or leave the figure."""
