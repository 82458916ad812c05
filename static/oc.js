/* Small comforts. Every page works without this file. */
"use strict";

const root = document.documentElement;
root.dataset.scripts = "on";

/* Theme: the system's, until the reader chooses. */
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) root.dataset.theme = chosen;
} catch { /* storage may be forbidden; the system's theme serves */ }

function switchTheme() {
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
}

/* Times: in the reader's zone and language. The server wrote them in UTC. */
const STYLES = {
  date: { dateStyle: "medium" },
  moment: { dateStyle: "medium", timeStyle: "short" },
  day: { day: "numeric", month: "short" },
};

function showLocalTimes(within) {
  for (const element of within.querySelectorAll("time[data-local]")) {
    const style = { ...STYLES[element.dataset.local] };
    if (root.dataset.timeZone) style.timeZone = root.dataset.timeZone;
    const locale = root.lang === "en" ? "en-GB" : root.lang;
    try {
      const format = new Intl.DateTimeFormat(locale, style);
      element.textContent = format.format(new Date(element.dateTime));
    } catch { continue; /* an unknown zone keeps the server's words */ }
  }
}

/* Copy the text of the element that the button names. */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.textContent);
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 2000);
}

/* Drop a file on a form: it is chosen, checked for size and sent. */
function takeFile(input) {
  const limit = Number(input.dataset.limit);
  const isTooLarge = input.files[0] && limit && input.files[0].size > limit;
  input.setCustomValidity(isTooLarge ? input.dataset.tooLarge : "");
  if (input.form.reportValidity()) input.form.requestSubmit();
}

function watchDrops(area) {
  const input = area.querySelector("input[type=file]");
  const mark = (event, isOver) => {
    event.preventDefault();
    area.classList.toggle("over", isOver);
  };
  area.addEventListener("dragover", (event) => mark(event, true));
  area.addEventListener("dragleave", (event) => mark(event, false));
  area.addEventListener("drop", (event) => {
    mark(event, false);
    input.files = event.dataTransfer.files;
    takeFile(input);
  });
  input.addEventListener("change", () => takeFile(input));
}

/* On a phone the menu scrolls. Not by scrollIntoView: Tab would start there, past the skip link. */
function showCurrent(menu) {
  const link = menu?.querySelector("[aria-current]");
  if (link) menu.scrollLeft = link.offsetLeft - (menu.clientWidth - link.offsetWidth) / 2;
}

/* Decide on a list by keys: j and k move, a letter chooses, Enter goes on to the preview. */
function decideByKey(event) {
  const row = event.target.closest?.("[data-decide] > li");
  if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
  const rows = [...row.parentNode.children].filter((each) => each.querySelector("input[type=radio]"));
  const go = (next) => next?.querySelector("input[type=radio]:checked").focus();
  const next = rows[rows.indexOf(row) + 1];
  if (event.target.matches("[data-because]")) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    go(event.key === "Enter" && next ? next : row);
  } else if (event.key === "j" || event.key === "k") {
    go(event.key === "j" ? next : rows[rows.indexOf(row) - 1]);
  } else {
    const choice = [...row.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
    if (!choice || choice.disabled) return;
    event.preventDefault();
    choice.checked = true;
    choice.focus();
    tally(row.parentNode);
    if (choice.value === "no") row.querySelector("[data-because]").focus();
    else go(next);
  }
}

function tally(list) {
  const shown = document.getElementById(list.dataset.decide);
  const count = (value) => list.querySelectorAll(`input[value=${value}]:checked`).length;
  shown.textContent = shown.dataset.words.replace("{yes}", count("yes")).replace("{no}", count("no"));
}

function start(within) {
  showLocalTimes(within);
  within.querySelectorAll("[data-drop]").forEach(watchDrops);
  within.querySelectorAll(".heat").forEach((heat) => { heat.scrollLeft = heat.scrollWidth; });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-switch], [data-copy]");
  if (button?.matches("[data-theme-switch]")) switchTheme();
  if (button?.matches("[data-copy]")) copy(button);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-decide]");
  if (list) tally(list);
});
document.addEventListener("keydown", decideByKey);
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("DOMContentLoaded", () => {
  start(document);
  showCurrent(document.querySelector(".top nav"));
});
document.addEventListener("htmx:afterSwap", (event) => start(event.target.parentNode ?? document));
