// The rich editor of HTML posts. The text field stays the field of the form; it changes only when the text does.

import { Editor } from "@tiptap/core";
import { EditorState } from "@tiptap/pm/state";

import { cleanedForEditor } from "./clean.js";
import { BlockKeeper } from "./keeper.js";
import { leaving } from "./leaving.js";
import { describe, pictureOf } from "./picture.js";
import { extensions } from "./schema.js";
import { cut, slicesOf } from "./shown.js";
import { tools } from "./tools.js";

const { desk } = globalThis;
async function start() {
  const { text } = desk;
  const lengths = (text.dataset.blocks ?? "").split(",").filter(Boolean).map(Number);
  const slices = slicesOf(text.value, lengths) ?? (await cut(text.value));
  if (slices) new RichEditor(slices);
}

class RichEditor {
  constructor(slices) {
    this.place = desk.element("div", { className: "rich" });
    this.editor = new Editor({
      element: this.place,
      extensions: [...extensions, leaving],
      injectCSS: false,
      editorProps: {
        attributes: { ...described(), class: "prose", role: "textbox", "aria-multiline": "true", dir: "auto", spellcheck: "true" },
        transformPastedHTML: (html) => (html.includes("data-pm-slice") ? html : cleanedForEditor(html)),
        handleKeyDown: (view, event) => this.isLinkKey(event) && Boolean(this.askForLink()),
        handlePaste: (view, event) => this.paste(event.clipboardData),
        handleDrop: (view, event, slice, isMoved) => !isMoved && this.drop(event),
      },
      onUpdate: () => this.write(),
      onTransaction: () => this.bar && this.mark(),
    });
    this.open(slices);
    this.tools = tools(this);
    this.bar = desk.toolbar("Formatting", this.tools);
    desk.text.before(this.bar, this.place);
    this.showText(false);
    this.mark();
    this.explain();
    desk.text.addEventListener("replaced", () => this.reopen());
    document.getElementById("text-label")?.addEventListener("click", () => this.isShown && this.editor.commands.focus());
  }

  /** Open a source: what is opened cannot be undone, and changes nothing. */
  open(slices) {
    const { schema, state, view } = this.editor;
    this.keeper = new BlockKeeper(slices, schema);
    view.updateState(EditorState.create({ doc: this.keeper.doc(schema), plugins: state.plugins }));
  }

  async reopen() {
    const slices = await cut(desk.text.value);
    if (slices) this.open(slices);
    return Boolean(slices);
  }

  write() {
    const source = this.keeper.write(this.editor.state.doc);
    if (source === desk.text.value) return;
    desk.text.value = source;
    desk.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  explain() {
    const hint = document.getElementById("text-hint");
    if (hint) hint.textContent = "What cannot be edited here is kept as it is. In lists, Tab changes the level; after Escape, Tab leaves the text.";
  }

  get isShown() {
    return desk.text.hidden;
  }

  /** Show the source in the text field, or the editor. */
  showText(isText) {
    desk.text.hidden = !isText;
    this.place.hidden = isText;
  }

  async toggleSource() {
    if (this.isShown) {
      this.showText(true);
      desk.text.focus();
    } else if (await this.reopen()) {
      this.showText(false);
      this.editor.commands.focus();
    } else desk.say("The blog does not answer, so the HTML stays open. Please try again.");
    this.mark();
  }

  /** Show on the buttons what the selection is. */
  mark() {
    for (const button of this.bar.children) {
      const { isOn, isSource } = this.tools.find(({ name }) => name === button.dataset.tool);
      if (isOn) button.setAttribute("aria-pressed", String(Boolean(isOn())));
      button.disabled = !this.isShown && !isSource;
    }
  }

  isLinkKey({ key, ctrlKey, metaKey, altKey, shiftKey }) {
    return key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey && !shiftKey;
  }

  paste(data) {
    const words = data.getData("text/plain");
    const files = desk.pictures(data.files);
    if (files.length && !words.trim()) {
      this.upload(files);
      return true;
    }
    if (!desk.isAddress(words) || this.editor.state.selection.empty) return false;
    this.link(words.trim());
    return true;
  }

  drop(event) {
    const files = desk.pictures(event.dataTransfer?.files);
    if (!files.length) return false;
    event.preventDefault();
    const found = this.editor.view.posAtCoords({ left: event.clientX, top: event.clientY });
    if (found) this.editor.commands.setTextSelection(found.pos);
    this.upload(files);
    return true;
  }

  upload(files) {
    desk.uploadAll(files, (picture) => this.insertPicture(picture));
  }

  insertPicture({ address, alt }) {
    const { schema, state, view } = this.editor;
    const picture = pictureOf(schema, address, alt);
    const { $from } = state.selection;
    if ($from.parent.inlineContent && !$from.parent.content.size) view.dispatch(state.tr.replaceSelectionWith(picture, false));
    else this.editor.chain().insertContentAt(this.afterBlock(), schema.nodes.paragraph.create(null, picture).toJSON()).run();
    this.editor.commands.focus();
  }

  afterBlock() {
    const { $to } = this.editor.state.selection;
    return $to.depth ? $to.after(1) : $to.pos;
  }

  /** Describe the picture that is selected, or let somebody choose pictures. */
  picture() {
    const { selection } = this.editor.state;
    if (selection.node?.type.name === "image") describe(this.editor, selection.from);
    else desk.choosePictures((picture) => this.insertPicture(picture));
  }

  async askForLink() {
    const { selection } = this.editor.state;
    const before = this.editor.getAttributes("link").kept?.find(([name]) => name === "href")?.[1];
    if (before !== undefined) this.editor.commands.extendMarkRange("link");
    const address = await desk.ask("Where does the link lead? (Empty: no link.)", { value: before ?? "https://", action: "Use it" });
    this.editor.commands.focus();
    if (address === null) return;
    if (!address.trim() || address.trim() === "https://") this.editor.commands.unsetMark("link");
    else if (selection.empty && before === undefined) this.insertLink(address.trim());
    else this.link(address.trim());
  }

  link(address) {
    const before = this.editor.getAttributes("link").kept ?? [];
    const others = before.filter(([name]) => name !== "href");
    this.editor.chain().unsetMark("link").setMark("link", { kept: [["href", address], ...others] }).focus().run();
  }

  insertLink(address) {
    const mark = { type: "link", attrs: { kept: [["href", address]] } };
    this.editor.chain().insertContent({ type: "text", text: address, marks: [mark] }).focus().run();
  }
}

function described() {
  const by = desk.text.getAttribute("aria-describedby");
  return { "aria-labelledby": "text-label", ...(by ? { "aria-describedby": by } : {}) };
}

if (desk?.form.dataset.format === "html") start();
