// Keys for the list of comments, and decisions without loading the page anew. Without this file every button is a plain
// form, and on any fault it becomes one again.
"use strict";

const main = document.getElementById("main");
const PRESSED = { a: "approve", r: "reply", e: "edit", s: "spam", h: "reject", d: "delete", b: "block-person" };
const cards = () => [...main.querySelectorAll("[data-comment]")];
const current = () => cards().indexOf(document.activeElement?.closest("[data-comment]"));
let lastMarked = -1;

function select(index) {
  const all = cards();
  const card = all[Math.max(0, Math.min(index, all.length - 1))];
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

function mark(index, upToHere) {
  const box = cards()[index]?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  const [first, last] = upToHere && lastMarked >= 0 ? [lastMarked, index].sort((a, b) => a - b) : [index, index];
  for (const card of cards().slice(first, last + 1)) {
    const other = card.querySelector("input[type=checkbox]");
    if (other) other.checked = box.checked;
  }
  lastMarked = index;
  countMarked();
}

function countMarked() {
  const text = main.querySelector("[data-marked]");
  if (!text) return;
  const total = main.querySelectorAll("[data-comment] input[type=checkbox]:checked").length;
  text.textContent = total ? `${total} chosen:` : "Chosen comments:";
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typeof keysAreOn === "undefined" || !keysAreOn(event)) return; // off by the settings
  const at = current();
  if (event.key === "j") select(at + 1);
  else if (event.key === "k") select(at - 1);
  else if (event.key.toLowerCase() === "x" && at >= 0) mark(at, event.shiftKey);
  else if (event.key in PRESSED && at >= 0) {
    const wanted = PRESSED[event.key];
    cards()[at].querySelector(`button[value="${wanted}"], button[data-do="${wanted}"]`)?.click();
  } else return;
  event.preventDefault();
});

/** Screen readers say what changes in a live region, not what comes with it. */
function announce(status) {
  if (!status) return;
  const text = status.textContent;
  status.textContent = "";
  setTimeout(() => (status.textContent = text), 100);
}

main.addEventListener("change", countMarked);
main.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || !main.querySelector("[data-queue]")) return;
  event.preventDefault();
  const at = Math.max(current(), 0);
  const button = event.submitter;
  const body = new URLSearchParams(new FormData(form, button));
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !page.querySelector("[data-queue]")) throw new Error("another page");
    main.replaceChildren(...page.getElementById("main").childNodes);
    document.querySelector(".site-nav")?.replaceWith(page.querySelector(".site-nav"));
    lastMarked = -1;
    select(at);
    announce(main.querySelector("[role=status]"));
  } catch {
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
  }
});
