// Saves what is being written: three seconds after the last key, at the latest after a minute, beside the post. A copy
// stays in this browser until the server has it, so that a crash, a lost connection or an ended session loses nothing.
"use strict";

const AFTER_LAST_KEY = 3000;
const AT_THE_LATEST = 60000;
const BEFORE_GOING_ON = 3000; // the longest that a button waits

if (globalThis.desk) {
  const { form, text, say } = desk;
  const key = () => `post:${form.getAttribute("action")}`;
  let timer = 0;
  let firstChange = 0;
  let sending = null;
  let changed = false;
  let isWaiting = false;
  let isGoingOn = false;

  const isText = ([name]) => !["csrf", "base_revision", "form_id", "do", "picture_file", "alt", "format"].includes(name);
  const texts = (of = form) => JSON.stringify([...new FormData(of)].filter(isText));
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

  /** Take over the token of a session that began since, in another window. */
  async function renew() {
    const page = new DOMParser().parseFromString(await (await fetch("/admin/")).text(), "text/html");
    const token = page.querySelector("[name=csrf]")?.value;
    for (const input of token ? document.querySelectorAll("[name=csrf]") : []) input.value = token;
    return Boolean(token);
  }

  async function send(isRenewed = false) {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    body.set("do", "autosave");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "saved" } });
      if (answer.status === 401) return say("You are signed out. Your text is kept in this browser. ", "/admin/login", "Sign in in a new window");
      if (answer.status === 403 && !isRenewed && (await renew())) return send(true);
      if (!answer.ok) return say("Not saved yet: something needs another look. Press “Save draft” to see what.");
      const saved = await answer.json();
      forget();
      form.setAttribute("action", saved.action);
      if (changed) remember();
      setHidden("base_revision", saved.base_revision);
      if (location.pathname !== saved.action) history.replaceState(null, "", saved.action);
      if (saved.outdated) say("This post was changed elsewhere. ", saved.outdated, "Compare the two");
      else say(`Saved ${saved.saved}, not published`);
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

  /** Before a button leads away, save: the copy is kept where the server does not confirm that it has the text. */
  async function goOn(event) {
    if (isGoingOn || !localStorage.getItem(key())) return;
    event.preventDefault();
    if (isWaiting) return;
    isWaiting = true;
    clearTimeout(timer);
    const saved = Promise.resolve(sending).then(save);
    await Promise.race([saved, new Promise((resolve) => setTimeout(resolve, BEFORE_GOING_ON))]);
    isWaiting = false;
    isGoingOn = true;
    form.requestSubmit(event.submitter);
    isGoingOn = false;
  }

  /** Whether the server has a copy: the page shows what is stored, whatever the browser has put into its fields since. */
  function isStored(kept) {
    if ("refused" in form.dataset) return false; // the page shows what was typed
    const sent = form.cloneNode(true);
    sent.reset();
    return kept === texts(sent);
  }

  /** Offer the copy of this browser where it holds what the server has not. */
  function offer() {
    const kept = localStorage.getItem(key());
    if (!kept || isStored(kept)) return forget();
    if (kept === texts()) return undefined;
    say("This browser has text that was not saved. ");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Bring it back" });
    button.addEventListener("click", () => {
      for (const [name, value] of JSON.parse(kept)) {
        const input = form.elements.namedItem(name);
        if (!input) continue;
        if (input.type === "checkbox") input.checked = true;
        else input.value = value;
      }
      text.dispatchEvent(new Event("replaced"));
      later();
    });
    form.querySelector("[data-saved]").append(button);
    return undefined;
  }

  form.addEventListener("input", later);
  form.addEventListener("submit", goOn);
  addEventListener("online", () => changed && save());
  offer();
}
