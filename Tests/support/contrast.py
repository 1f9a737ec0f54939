"""How readable a page is: WCAG 2.2's contrast (1.4.3), measured in the browser."""

from playwright.sync_api import Page

ENOUGH = 4.5

# Every piece of text against the nearest ground that is painted.
_CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((numbers(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility())
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const [dark, light] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => a - b);
      return [element.textContent.trim(), (light + 0.05) / (dark + 0.05)];
    });
}"""


def too_low(page: Page) -> list[tuple[str, float]]:
    """The texts that are hard to read."""
    measured = page.evaluate(_CONTRASTS)
    assert measured, "there is no text on the page"
    return [(text, ratio) for text, ratio in measured if ratio < ENOUGH]
