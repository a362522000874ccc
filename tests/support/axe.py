"""axe-core over what a page shows: the dashboard's own development dependency, injected where it is needed."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "hub" / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SHOWN = 3
"""Elements of a broken rule that are named; the others are counted."""

LOOK = """async (tags) => {
  // A span on a time axis is as wide as it lasted. WCAG 2.5.8 lets it be: the same thing stands in the list beside it.
  const excepted = (rule, node) =>
    rule.id === "target-size" && node.target.every((each) => document.querySelector(each)?.closest("[data-time-axis]"));
  const { violations } = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return violations
    .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !excepted(rule, node)) }))
    .filter((rule) => rule.nodes.length > 0);
}"""


def complaints(page: Page) -> list[str]:
    """Each broken rule, with elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(LOOK, list(TAGS))
    return [
        f"{rule['id']}: {rule['help']} ({len(rule['nodes'])} times)"
        + "".join(f"\n    {node['html'][:300]}\n      {node['failureSummary']}" for node in rule["nodes"][:SHOWN])
        for rule in found
    ]
