"""Whether a page of the booth's screen can be read from two metres and touched: measured in the browser."""

from typing import Final

from playwright.sync_api import Page

LEGIBILITY: Final = """(button_px) => {
  const number = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = number(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const [front, back] = [number(style.color), behind(element)];
    const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
    found.push({
      words: walker.currentNode.data,
      px: parseFloat(style.fontSize),
      contrast: (high + 0.05) / (low + 0.05),
      red: [front, back].some(([r, g, b]) => r > 140 && r > 1.6 * g && r > 1.6 * b),
      cut: box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight ||
        element.scrollWidth > element.clientWidth + 1 && style.display !== "inline",
    });
  }
  for (const button of document.querySelectorAll("button")) {
    const box = button.getBoundingClientRect();
    if (!button.checkVisibility()) continue;
    found.push({ words: `button ${button.innerText}`, px: box.height >= button_px ? 28 : 0,
      contrast: 21, red: false, cut: box.left < 0 || box.right > innerWidth || box.bottom > innerHeight });
  }
  return found;
}"""


def must_be_legible(page: Page, button_px: int = 64) -> None:
    """28 px and more, WCAG AA contrast, nothing red, nothing cut off, buttons for fingers (WCAG asks for 44);
    at this size."""
    found = page.evaluate(LEGIBILITY, button_px)
    assert found, "nothing is to be seen"
    for text in found:
        assert text["px"] >= 28, text
        assert text["contrast"] >= 4.5, text
        assert not text["red"], text
        assert not text["cut"], text
