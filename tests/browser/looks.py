"""How the page looks to people who see little and to those who do not see it: names, contrast, and where the focus is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser.driver import Page

# What people act on: https://www.w3.org/TR/wai-aria-1.2/#widget_roles; Chromium has names of its own for some.
_WIDGETS = frozenset(
    {
        "button", "checkbox", "combobox", "dialog", "DisclosureTriangle", "link", "listbox", "menu", "menuitem",
        "meter", "option", "radio", "switch", "tab", "tablist", "tabpanel", "textbox",
    }
)  # fmt: skip

# Draws every colour over what lies beneath and reads the pixel, so that any notation of CSS is understood.
_CONTRASTS = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const painted = (layers) => {
    context.globalAlpha = 1;
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const grounds = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) found.unshift(getComputedStyle(at).backgroundColor);
    return ["#fff", ...found];
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isSeen = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !element.closest(".visually-hidden, .compact > h3, .skip, :disabled");
  return [...document.querySelectorAll("body *")].filter((element) => hasText(element) && isSeen(element)).map((element) => {
    const under = grounds(element);
    const lights = [painted(under), painted([...under, getComputedStyle(element).color])].map(luminance).sort((one, other) => other - one);
    return {text: element.textContent.trim().slice(0, 40), ratio: (lights[0] + 0.05) / (lights[1] + 0.05)};
  });
}"""

_FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const rings = [element, element.closest(".composer"), element.closest(".person")].filter(Boolean).map((each) => getComputedStyle(each));
  const box = element.getBoundingClientRect();
  return {
    name: element.getAttribute("aria-label") || element.id || element.innerText.slice(0, 40) || element.value,
    hasRing: rings.some(({outlineStyle, outlineWidth}) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2),
    isInView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    isInDialog: element.closest("dialog") !== null,
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where the focus is; `has_ring` is whether one sees it."""

    name: str
    has_ring: bool
    is_in_view: bool
    is_in_dialog: bool


def nameless(page: Page) -> list[str]:
    """Return the roles of widgets for which Chromium's own accessibility tree has no name."""
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    widgets = [node for node in nodes if not node["ignored"] and node["role"]["value"] in _WIDGETS]
    assert widgets, "the tree is empty"
    return [node["role"]["value"] for node in widgets if not node.get("name", {}).get("value", "").strip()]


def faint(page: Page, least: float) -> dict[str, float]:
    """Return the texts whose contrast to their ground is below `least`."""
    found: list[dict[str, Any]] = page.evaluate(_CONTRASTS)
    assert len(found) > 10, "the page is empty"
    return {each["text"]: round(each["ratio"], 2) for each in found if each["ratio"] < least}


def focus(page: Page) -> Focus | None:
    """Return where the focus is, None while it is nowhere on the page."""
    found = page.evaluate(_FOCUS)
    if found is None:
        return None
    return Focus(
        name=found["name"],
        has_ring=found["hasRing"],
        is_in_view=found["isInView"],
        is_in_dialog=found["isInDialog"],
    )
