"""What can be asked of any open page: axe's findings, its width, English left on a Chinese page."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

from config.demo.people import PEOPLE
from config.demo.sample import SAMPLE_PROJECTS

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

NOT_OURS = ".swagger-ui"
# Rows that look like those above them, and what stands in drawings, each of which has one label.
# They are taken out of the page before axe looks: it takes a third of the time.
ALIKE = (
    "ul.list > li:nth-child(n+4), .decide > li:nth-child(n+4), "
    "table.data tbody tr:nth-child(n+4), .rule:nth-of-type(n+4), "
    ".checks > li:nth-child(n+4), svg[role=img] *"
)

_RUN = """async ([alike, exclude]) => {
    document.querySelectorAll(alike).forEach((each) => each.remove());
    document.querySelectorAll("main details").forEach((each, n) => { each.open = n < 4; });
    const found = await axe.run({exclude: [exclude]}, {resultTypes: ["violations"]});
    return found.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}`));
}"""

# Where names and quotations stand, which no translation changes.
DATA = "[lang=en], .ttl, .code, code, var, time, option, .swagger-ui, script, style"
NAMES = [
    *(name for project in SAMPLE_PROJECTS for name in (project.name, project.description)),
    *(person.name for person in PEOPLE),
]
BRANDS = {
    *("OpenCredits", "Git", "GitHub", "Python", "PostgreSQL", "Open", "Badges"),
    *("JSON", "API", "PDF"),
    *("Inter", "Source", "Serif", "Noto", "Sans"),  # fonts
}
_LATIN = """(data) => {
    const isEnglish = (text) => /[A-Za-z]{3}/.test(text) && !/\\p{Script=Han}/u.test(text);
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode.data.trim();
        if (isEnglish(text) && !texts.currentNode.parentElement.closest(data)) found.push(text);
    }
    for (const name of ["aria-label", "placeholder", "title", "alt"])
        for (const element of document.querySelectorAll(`[${name}]`))
            if (isEnglish(element.getAttribute(name)) && !element.closest(data))
                found.push(element.getAttribute(name));
    return [document.title, ...found].filter(isEnglish);
}"""


def violations(page: Page) -> list[str]:
    """Everything that axe has to say about the page as it is now; afterwards rows are missing."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(_RUN, [ALIKE, NOT_OURS])
    return found


def width(page: Page) -> int:
    """How wide the page is, in CSS pixels; wider than its window, and it scrolls sideways."""
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def english_words(page: Page) -> set[str]:
    """Words of texts and labels that hold no Chinese character; names and addresses apart."""
    found: list[str] = page.evaluate(_LATIN, DATA)
    text = "\n".join(found)
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    words = (word.strip("().,:!?“”") for word in text.split())
    return {word for word in words if word.isalpha() and len(word) > 2} - BRANDS
