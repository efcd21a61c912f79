// Writing Markdown: a toolbar, keys, lists that go on, links that are pasted over words, pictures that are dropped, and a
// preview beside the text. The text field stays what it is; every change goes through the browser, so that its undo works.
"use strict";

if (globalThis.desk?.form.dataset.format === "markdown") {
  const { form, text, ask, toolbar, pictures, uploadAll, choosePictures, isAddress, element } = desk;

  /** Replace a part of the text as if it had been typed, and select from there. */
  function replace(start, end, words, selectFrom = start + words.length, selectTo = selectFrom) {
    text.focus();
    text.setSelectionRange(start, end);
    document.execCommand(words ? "insertText" : "delete", false, words);
    text.setSelectionRange(selectFrom, selectTo);
  }

  const selected = () => text.value.slice(text.selectionStart, text.selectionEnd);

  /** Put marks around the selection, or take them away where they are. */
  function surround(mark, sample) {
    const { selectionStart: start, selectionEnd: end, value } = text;
    const isAround = value.slice(start - mark.length, start) === mark && value.slice(end, end + mark.length) === mark;
    if (isAround && !(mark === "*" && value[start - 2] === "*" && value[start - 3] !== "*")) {
      replace(start - mark.length, end + mark.length, value.slice(start, end), start - mark.length, end - mark.length);
      return;
    }
    const words = value.slice(start, end) || sample;
    replace(start, end, `${mark}${words}${mark}`, start + mark.length, start + mark.length + words.length);
  }

  /** Put something before each line of the selection, or take it away where every line has it. */
  function prefix(pattern, before) {
    const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const stop = text.value.indexOf("\n", Math.max(text.selectionEnd - 1, start));
    const end = stop < 0 ? text.value.length : stop;
    const lines = text.value.slice(start, end).split("\n");
    const isThere = lines.every((line) => pattern.test(line));
    const changed = lines.map((line, at) => (isThere ? line.replace(pattern, "") : before(at) + line.replace(pattern, ""))).join("\n");
    replace(start, end, changed, changed.includes("\n") ? start : start + changed.length, start + changed.length);
  }

  async function link() {
    const { selectionStart: start, selectionEnd: end } = text;
    const words = selected();
    const address = isAddress(words) ? words.trim() : await ask("Where does the link lead?", { value: "https://", action: "Add the link" });
    text.focus();
    if (!address) return;
    const label = isAddress(words) || !words ? "words" : words;
    replace(start, end, `[${label}](${address})`, start + 1, start + 1 + label.length);
  }

  /** Return what inserts pictures where the cursor is now: a dialog takes it away. */
  function insertingHere() {
    let place = [text.selectionStart, text.selectionEnd];
    return ({ text: source }) => {
      const before = text.value.slice(0, place[0]);
      const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
      replace(...place, `${gap}${source}`);
      place = [text.selectionStart, text.selectionStart];
    };
  }

  const LISTS = /^(\s*)(?:([-*+]) |(\d{1,9})([.)]) )(\[[ xX]\] )?/;

  /** A line end in a list begins the next item; in an empty item it ends the list. */
  function continueList(event) {
    const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const line = text.value.slice(start, text.selectionStart);
    const item = LISTS.exec(line);
    if (!item || text.selectionStart !== text.selectionEnd) return;
    event.preventDefault();
    if (item[0] === line) {
      replace(start, text.selectionStart, "");
      return;
    }
    const sign = item[2] ?? `${Number(item[3]) + 1}${item[4]}`;
    replace(text.selectionStart, text.selectionEnd, `\n${item[1]}${sign} ${item[5] ? "[ ] " : ""}`);
  }

  const bold = () => surround("**", "bold words");
  const italic = () => surround("*", "words");
  const KEYS = { b: bold, i: italic, k: link };
  text.addEventListener("keydown", (event) => {
    const does = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (does) {
      event.preventDefault();
      does();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !event.isComposing) {
      continueList(event);
    }
  });

  const FORMATTED = /<(?:a|b|strong|i|em|h[1-6]|li|blockquote|table)\b|mso-list|font-weight:\s*(?:bold|[6-9]00)/i;
  let converter = null;

  /** Load what makes Markdown of HTML; it is loaded only where something formatted is pasted. */
  function loadConverter() {
    converter ??= new Promise((resolve, reject) => {
      document.head.append(element("script", { src: form.dataset.paste, onload: resolve, onerror: reject }));
    });
    return converter;
  }

  async function pasteFormatted(html, plain) {
    const words = await loadConverter().then(() => desk.toMarkdown(html), () => plain);
    replace(text.selectionStart, text.selectionEnd, words);
  }

  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text/plain");
    const html = event.clipboardData.getData("text/html");
    const files = pictures(event.clipboardData.files);
    if (files.length && !pasted) {
      event.preventDefault();
      uploadAll(files, insertingHere());
    } else if (isAddress(pasted) && selected().trim() && !isAddress(selected())) {
      event.preventDefault();
      replace(text.selectionStart, text.selectionEnd, `[${selected()}](${pasted.trim()})`);
    } else if (form.dataset.paste && FORMATTED.test(html)) {
      event.preventDefault();
      pasteFormatted(html, pasted);
    }
  });
  text.addEventListener("drop", (event) => {
    const files = pictures(event.dataTransfer.files);
    if (!files.length) return;
    event.preventDefault();
    uploadAll(files, insertingHere());
  });

  // the preview

  const SHOWN = "editor: preview shown";
  const PAUSE = 600;
  let frame = null;
  let timer = 0;
  let asked = 0;

  async function show() {
    if (!frame) return;
    const number = ++asked;
    const address = /^\/admin\/posts\/[^/]+\/$/.test(form.getAttribute("action")) ? form.getAttribute("action") : "/admin/posts/new/";
    const body = new URLSearchParams(["csrf", "title", "text"].map((name) => [name, form.elements.namedItem(name).value]));
    try {
      const answer = await fetch(`${address}preview/frame`, { method: "POST", body, headers: { "X-Part": "preview" } });
      if (!answer.ok || number !== asked || !frame) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      page.body.replaceChildren(...page.querySelectorAll("main"));
      const shown = frame.contentDocument;
      if (shown?.querySelector("main")) shown.body.replaceChildren(...page.body.children);
      else frame.srcdoc = page.documentElement.outerHTML;
    } catch {
      // without a connection the preview stays as it was; saving says that there is none
    }
  }

  function toggle(button) {
    if (frame) frame.remove();
    frame = frame ? null : element("iframe", { className: "live preview", title: "The post as readers see it" });
    button.setAttribute("aria-pressed", String(Boolean(frame)));
    document.body.classList.toggle("previewing", Boolean(frame));
    localStorage.setItem(SHOWN, frame ? "1" : "");
    if (!frame) return;
    frame.setAttribute("sandbox", "allow-same-origin"); // no script runs in it; its content is replaced from here
    text.after(frame);
    show();
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  const tools = [
    { name: "Bold", shows: "B", keys: "Ctrl+B", does: bold },
    { name: "Italic", shows: "I", keys: "Ctrl+I", does: italic },
    { name: "Link", shows: "Link", keys: "Ctrl+K", does: link },
    { name: "Heading", shows: "H", does: () => prefix(/^#{1,6} /, () => "## ") },
    { name: "Quote", shows: "“ ”", does: () => prefix(/^> ?/, () => "> ") },
    { name: "List", shows: "• List", does: () => prefix(/^[-*+] /, () => "- ") },
    { name: "1. List with numbers", shows: "1. List", does: () => prefix(/^\d{1,9}[.)] /, (at) => `${at + 1}. `) },
    { name: "Code", shows: "< >", does: () => (selected().includes("\n") ? surround("\n```\n", "code") : surround("`", "code")) },
    { name: "Picture", shows: "Picture", does: () => choosePictures(insertingHere()) },
    { name: "Side by side with a preview", shows: "Side by side", does: toggle },
  ];
  const bar = toolbar("Formatting", tools);
  text.before(bar);
  const previewButton = bar.querySelector('[data-tool="Side by side with a preview"]');
  previewButton.setAttribute("aria-pressed", "false");
  if (localStorage.getItem(SHOWN)) toggle(previewButton);
}
