"""What is measured on every screen: accessibility, overflow, and words nobody translated."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from server.demo.cast import SERIES
from server.demo.story import LIVE_TITLE

FRONT = Path(__file__).parent.parent.parent / "frontend_static"
WORDS = FRONT / "src" / "i18n"

STILL = """async () => {
  const moving = () => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
  for (let left = 30; left && moving().length; left--) {
    moving().forEach((animation) => animation.finish())
    await new Promise(requestAnimationFrame)
  }
}"""
FINDINGS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) => nodes.map(({ target, any }) =>
      `${impact} ${id} ${target.join(' ')} ${any.map(({ message }) => message).join(' ')}`))
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  const cuts = (element) => getComputedStyle(element).overflowX !== 'visible'
  const scrolls = (element) => Boolean(element) && (cuts(element) || scrolls(element.parentElement))
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .sort((a, b) => scrolls(a.parentElement) - scrolls(b.parentElement))
    .slice(0, 8)
    .map((element) => `${element.outerHTML.slice(0, 90)} ends at ${Math.round(element.getBoundingClientRect().right)}`)
}"""
SEEN = """() => {
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (parent.checkVisibility()) texts.push(walker.currentNode.data.trim())
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name).trim())
  }
  return texts.filter(Boolean)
}"""


async def serious_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, one line for each place."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    await page.evaluate(STILL)
    found: list[str] = await page.evaluate(FINDINGS)
    return found


async def too_wide(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    await page.evaluate(STILL)
    found: list[str] = await page.evaluate(TOO_WIDE)
    return found


async def untranslated(page: Page, locale: str) -> list[str]:
    """Keys shown in place of words and, in English, words of ours still in Chinese."""
    seen: list[str] = await page.evaluate(SEEN)
    keys = [text for text in seen if _looks_like_a_key(text)]
    return keys if locale == "zh-CN" else keys + [text for text in seen if text in _chinese_only()]


def _looks_like_a_key(text: str) -> bool:
    area, dot, rest = text.partition(".")
    return bool(dot) and area in _areas() and re.fullmatch(r"[\w.-]+", rest) is not None


@cache
def _areas() -> frozenset[str]:
    return frozenset(key.partition(".")[0] for key in _words("zh-CN"))


@cache
def _axe() -> str:
    return (FRONT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@cache
def _words(locale: str) -> dict[str, str]:
    """Every key with its words, as in `core.back`."""
    tables = [json.loads(path.read_text()) for path in sorted((WORDS / locale).glob("*.json"))]
    return {key: words for table in tables for key, words in _flat(table, "")}


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        rows += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, str(value))]
    return rows


@cache
def _chinese_only() -> frozenset[str]:
    """Chinese words of ours that neither an English table nor the demo's data has."""
    english = set(_words("en").values())
    data = LIVE_TITLE + "".join(plan.name for plan in SERIES)
    ours = (words for words in _words("zh-CN").values() if words not in english and words not in data)
    return frozenset(words for words in ours if any("一" <= sign <= "鿿" for sign in words))
