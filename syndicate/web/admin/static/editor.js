// Saves what is being written: three seconds after the last key, at the latest after a minute, beside the post. A copy
// stays in this browser until the server has it, so that a crash, a lost connection or an ended session loses nothing.
"use strict";

const form = document.querySelector("form[data-autosave]");
const AFTER_LAST_KEY = 3000;
const AT_THE_LATEST = 60000;

if (form && !form.querySelector("fieldset:disabled")) {
  const status = form.querySelector("[data-saved]");
  const key = () => `post:${form.getAttribute("action")}`;
  let timer = 0;
  let firstChange = 0;
  let sending = null;
  let changed = false;

  const isText = ([name]) => !["csrf", "base_revision", "form_id", "do", "picture_file", "alt"].includes(name);
  const texts = () => JSON.stringify([...new FormData(form)].filter(isText));
  const remember = () => localStorage.setItem(key(), texts());
  const forget = () => localStorage.removeItem(key());

  const later = () => {
    changed = true;
    remember();
    firstChange = firstChange || Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(AFTER_LAST_KEY, firstChange + AT_THE_LATEST - Date.now())));
  };

  async function save() {
    if (sending) return later();
    firstChange = 0;
    changed = false;
    sending = send();
    await sending;
    sending = null;
  }

  async function send() {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    body.set("do", "autosave");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "saved" } });
      if (answer.status === 401) return say("You are signed out. Your text is kept in this browser. ", "/admin/login", "Sign in in a new window");
      if (!answer.ok) return say("Not saved yet: something needs another look. Press “Save draft” to see what.");
      const saved = await answer.json();
      if (!changed) forget();
      form.setAttribute("action", saved.action);
      setHidden("base_revision", saved.base_revision);
      if (location.pathname !== saved.action) history.replaceState(null, "", saved.action);
      if (saved.outdated) say("This post was changed elsewhere. ", saved.outdated, "Compare the two");
      else say(`Kept ${saved.saved}`);
    } catch {
      say("No connection. Your text is kept in this browser, and is saved as soon as the blog answers.");
      later();
    }
  }

  function setHidden(name, value) {
    let input = form.elements.namedItem(name);
    if (!input) {
      input = Object.assign(document.createElement("input"), { type: "hidden", name });
      form.append(input);
    }
    input.value = value;
  }

  function say(text, href, label) {
    status.textContent = text;
    if (!href) return;
    const link = Object.assign(document.createElement("a"), { href, textContent: label });
    if (href === "/admin/login") link.target = "_blank";
    status.append(link);
  }

  /** Offer the copy of this browser where it holds what the server has not. */
  function offer() {
    const kept = localStorage.getItem(key());
    if (!kept || kept === texts()) return forget();
    say("This browser has text that was not saved. ");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Bring it back" });
    button.addEventListener("click", () => {
      for (const [name, value] of JSON.parse(kept)) {
        const input = form.elements.namedItem(name);
        if (!input) continue;
        if (input.type === "checkbox") input.checked = true;
        else input.value = value;
      }
      later();
    });
    status.append(button);
    return undefined;
  }

  /** Upload a picture and put it where the cursor is. */
  async function insertPicture(file) {
    const alt = prompt("Describe the picture for those who do not see it:", "") ?? "";
    const body = new FormData();
    body.set("csrf", form.elements.namedItem("csrf").value);
    body.set("alt", alt);
    body.set("format", form.dataset.format);
    body.set("file", file);
    say("Uploading the picture…");
    const answer = await fetch("/admin/pictures", { method: "POST", body, headers: { "X-Part": "picture" } });
    const result = await answer.json().catch(() => ({ problem: "The picture could not be uploaded." }));
    if (!answer.ok) return say(result.problem);
    form.elements.namedItem("text").focus();
    document.execCommand("insertText", false, result.text);
    return say("The picture is in the text.");
  }

  const pictures = (list) => [...list].filter((file) => file.type.startsWith("image/"));
  const text = form.elements.namedItem("text");
  for (const kind of ["paste", "drop"]) {
    text.addEventListener(kind, (event) => {
      const found = pictures((event.clipboardData || event.dataTransfer).files);
      if (!found.length) return;
      event.preventDefault();
      found.reduce((before, file) => before.then(() => insertPicture(file)), Promise.resolve());
    });
  }
  form.addEventListener("input", later);
  form.addEventListener("submit", forget);
  addEventListener("online", () => changed && save());
  offer();
}
