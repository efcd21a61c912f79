// What both ways of writing share: saying what happens, asking for words, a toolbar, and pictures that are uploaded. Other
// scripts of the page find it as `desk`.
"use strict";

globalThis.desk = (() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form || form.querySelector("fieldset:disabled")) return null;
  const status = form.querySelector("[data-saved]");
  const text = form.elements.namedItem("text");

  /** Say something in the page's live region, with a link behind it. */
  function say(words, href, label) {
    status.textContent = words;
    if (!href) return;
    const link = Object.assign(document.createElement("a"), { href, textContent: label });
    if (href === "/admin/login") link.target = "_blank";
    status.append(link);
  }

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  /** Ask for a text in a dialog. Resolves to it, or to null where the dialog was closed. */
  function ask(question, { value = "", action = "OK", rows = 1 } = {}) {
    const kind = rows > 1 ? "textarea" : "input";
    const answer = element(kind, { name: "answer", value, id: "answer", dir: "auto", ...(rows > 1 ? { rows } : {}) });
    const cancel = element("button", { type: "button", textContent: "Cancel" });
    const buttons = element("p", { className: "actions" }, element("button", { type: "submit", className: "primary", textContent: action }), cancel);
    const asking = element("form", { method: "dialog" }, element("label", { htmlFor: "answer", textContent: question }), answer, buttons);
    const dialog = element("dialog", { className: "question" }, asking);
    dialog.setAttribute("aria-label", question);
    cancel.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
    answer.focus();
    answer.select();
    return new Promise((resolve) => {
      let given = null;
      asking.addEventListener("submit", () => (given = answer.value));
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(given);
      });
    });
  }

  /** A toolbar of buttons: one Tab stop, arrow keys between its buttons (ARIA Authoring Practices, "Toolbar"). */
  function toolbar(label, tools) {
    const buttons = tools.map(({ name, shows, keys, does }) => {
      const button = element("button", { type: "button", title: keys ? `${name} (${keys})` : name, textContent: shows, tabIndex: -1 });
      button.setAttribute("aria-label", name);
      button.dataset.tool = name;
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection of the text stays
      button.addEventListener("click", () => does(button));
      return button;
    });
    const bar = element("div", { className: "toolbar" }, ...buttons);
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", label);
    buttons[0].tabIndex = 0;
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = buttons.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      const next = buttons[(at + step + buttons.length) % buttons.length];
      buttons[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
    return bar;
  }

  const pictures = (list) => [...(list ?? [])].filter((file) => file.type.startsWith("image/"));

  /** Ask what a picture shows and upload it. Resolves to its address, its description and its source, or to null. */
  async function upload(file) {
    const alt = await ask(`Describe the picture ${file.name} for those who do not see it:`, { action: "Add the picture", rows: 3 });
    if (alt === null) return null;
    const body = new FormData();
    body.set("csrf", form.elements.namedItem("csrf").value);
    body.set("alt", alt);
    body.set("format", form.dataset.format);
    body.set("file", file);
    say("Uploading the picture…");
    try {
      const answer = await fetch("/admin/pictures", { method: "POST", body, headers: { "X-Part": "picture" } });
      if (answer.status === 401) {
        say("You are signed out, so the picture was not added. ", "/admin/login", "Sign in in a new window");
        return null;
      }
      const result = await answer.json();
      say(answer.ok ? "The picture is in the text." : result.problem);
      return answer.ok ? result : null;
    } catch {
      say("The picture could not be uploaded. Please try again.");
      return null;
    }
  }

  /** Upload pictures one after the other, each handed to `insert`. */
  async function uploadAll(files, insert) {
    for (const file of files) {
      const picture = await upload(file);
      if (picture) insert(picture);
    }
  }

  /** Let somebody choose pictures. */
  function choosePictures(insert) {
    const input = element("input", { type: "file", accept: "image/*", multiple: true });
    input.addEventListener("change", () => uploadAll(pictures(input.files), insert));
    input.click();
  }

  const isAddress = (words) => /^(https?:\/\/|mailto:)\S+$/i.test(words.trim());

  return { form, text, say, element, ask, toolbar, pictures, uploadAll, choosePictures, isAddress };
})();
