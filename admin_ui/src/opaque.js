// A block that the editor cannot edit without changing it: it is shown as readers see it, and can be moved, deleted, and
// edited as HTML.

import { Node } from "@tiptap/core";
import { closeHistory } from "@tiptap/pm/history";

import { opened } from "./keeper.js";
import { template } from "./html.js";
import { shownHtml } from "./shown.js";

const SOURCE = "data-desk-source";

export const Opaque = Node.create({
  name: "opaque",
  group: "block",
  atom: true,
  draggable: true,
  selectable: true,
  addAttributes: () => ({ source: { default: "", rendered: false, parseHTML: (element) => element.getAttribute(SOURCE) } }),
  parseHTML: () => [{ tag: `div[${SOURCE}]`, priority: 100 }],
  renderHTML: ({ node }) => ["div", { [SOURCE]: node.attrs.source }],
  addNodeView: () => (props) => new OpaqueView(props),
});

class OpaqueView {
  constructor({ node, editor, getPos }) {
    Object.assign(this, { node, editor, getPos });
    const { element } = globalThis.desk;
    this.body = element("div", { className: "opaque-body" });
    const button = (label, does) => element("button", { type: "button", textContent: label, onclick: does });
    this.dom = element(
      "div",
      { className: "opaque", contentEditable: "false" },
      element(
        "p",
        { className: "actions" },
        element("span", { className: "hint", textContent: "Kept as it is" }),
        button("Edit HTML", () => this.edit()),
        button("Move up", () => this.move(-1)),
        button("Move down", () => this.move(1)),
        button("Delete block", () => this.delete()),
      ),
      this.body,
    );
    this.dom.setAttribute("role", "group");
    this.dom.setAttribute("aria-label", "Block that is kept as it is");
    this.body.addEventListener("click", (event) => event.target.closest("a, summary") && event.preventDefault());
    this.show();
  }

  async show() {
    const { source } = this.node.attrs;
    const { content } = template(source);
    this.body.textContent = content.textContent.trim() || source.trim();
    const html = await shownHtml(source);
    if (!html.trim() || source !== this.node.attrs.source) return;
    const shown = template(html).content; // sanitized by the server
    for (const one of shown.querySelectorAll("[id]")) one.removeAttribute("id");
    this.body.replaceChildren(shown);
  }

  update(node) {
    if (node.type !== this.node.type) return false;
    const isSame = node.attrs.source === this.node.attrs.source;
    this.node = node;
    if (!isSame) this.show();
    return true;
  }

  async edit() {
    const source = await globalThis.desk.ask("The HTML of this block:", { value: this.node.attrs.source.trim(), action: "Use it", rows: 12 });
    if (source === null || source.trim() === this.node.attrs.source.trim()) return this.editor.commands.focus();
    const { state, view } = this.editor;
    const at = this.getPos();
    const after = at + this.node.nodeSize;
    const changed = source.trim() ? [opened(source, state.schema, { origin: this.node.attrs.origin })] : [];
    this.dispatch(state.tr.replaceWith(at, after, changed).scrollIntoView());
    return view.focus();
  }

  move(step) {
    const { state } = this.editor;
    const at = this.getPos();
    const place = state.doc.resolve(at);
    const other = place.parent.maybeChild(place.index() + step);
    if (!other) return;
    const tr = state.tr.delete(at, at + this.node.nodeSize);
    tr.insert(step < 0 ? at - other.nodeSize : at + other.nodeSize, this.node);
    this.dispatch(tr.scrollIntoView());
  }

  delete() {
    const { state, view } = this.editor;
    const at = this.getPos();
    this.dispatch(state.tr.delete(at, at + this.node.nodeSize));
    view.focus();
  }

  /** Change the text by a button: one step to undo, however soon it follows another. */
  dispatch(tr) {
    this.editor.view.dispatch(closeHistory(tr));
  }

  stopEvent(event) {
    return Boolean(event.target.closest?.(".actions")) && !event.type.startsWith("drag");
  }

  ignoreMutation() {
    return true;
  }
}
