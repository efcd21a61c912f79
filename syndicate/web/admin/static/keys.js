// Keys for going around at the desk: `?` lists them, and there they are switched off. They are silent while somebody types.
"use strict";

const NO_KEYS = "no keys";
const SECOND_KEY_TIMEOUT = 1500;
const GO_TO = { p: "/admin/posts/", c: "/admin/comments/" };
const keys = document.querySelector("[data-keys]");
const keysSwitch = keys.querySelector("input");
const showKeys = document.querySelector("[data-show-keys]");
let firstKey = "";
let forgetFirstKey = 0;

/** Return whether a key is meant for the page: keys are on, none is held down with it, and nobody is typing. */
function keysAreOn(event) {
  const isHeld = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const isTyping = event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [contenteditable] *");
  return !isHeld && !isTyping && !keys.open && !localStorage.getItem(NO_KEYS);
}

function search() {
  const field = document.querySelector("form[role=search] input[type=search]");
  if (field) field.focus();
  else location.assign("/admin/posts/#q");
}

document.addEventListener("keydown", (event) => {
  if (!keysAreOn(event)) return;
  const first = firstKey;
  firstKey = "";
  clearTimeout(forgetFirstKey);
  if (first === "g" && event.key in GO_TO) location.assign(GO_TO[event.key]);
  else if (event.key === "g") {
    firstKey = "g";
    forgetFirstKey = setTimeout(() => (firstKey = ""), SECOND_KEY_TIMEOUT);
  } else if (event.key === "c") location.assign("/admin/posts/new");
  else if (event.key === "/") search();
  else if (event.key === "?") keys.showModal();
  else return;
  event.preventDefault();
});

showKeys.hidden = false;
showKeys.addEventListener("click", () => keys.showModal());
keys.querySelector("[data-close-keys]").addEventListener("click", () => keys.close());
keysSwitch.checked = !localStorage.getItem(NO_KEYS);
keysSwitch.addEventListener("change", () => {
  if (keysSwitch.checked) localStorage.removeItem(NO_KEYS);
  else localStorage.setItem(NO_KEYS, "1");
});
if (location.hash === "#q") search();
