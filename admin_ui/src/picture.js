// A picture in a text: shown from where the server serves it, whatever address the source has.

import { Node } from "@tiptap/core";
import { closeHistory } from "@tiptap/pm/history";

import { attributesOf, template } from "./html.js";
import { shownHtml } from "./shown.js";

const OURS = /^\/(?!\/)/;
const get = (node, name) => node.attrs.kept.find(([key]) => key === name)?.[1] ?? "";

export const Picture = Node.create({
  name: "image",
  group: "inline",
  inline: true,
  atom: true,
  draggable: true,
  addAttributes: () => ({ kept: { default: [], rendered: false, parseHTML: attributesOf } }),
  parseHTML: () => [{ tag: "img" }],
  // without an address: a copy is made from the attributes, and the page loads nothing from elsewhere
  renderHTML: ({ node }) => ["img", { "data-desk-kept": JSON.stringify(node.attrs.kept), alt: get(node, "alt") }],
  addNodeView: () => (props) => new PictureView(props),
});

export const pictureOf = (schema, address, alt) => schema.nodes.image.create({ kept: [["src", address], ["alt", alt]] });

/** Ask what the picture at a place shows, and write it down. */
export async function describe(editor, at) {
  const node = editor.state.doc.nodeAt(at);
  const words = await globalThis.desk.ask("Describe the picture for those who do not see it:", { value: get(node, "alt"), action: "Use it", rows: 3 });
  if (words !== null && editor.state.doc.nodeAt(at) === node) {
    const others = node.attrs.kept.filter(([name]) => name !== "alt");
    const place = node.attrs.kept.findIndex(([name]) => name === "alt");
    const kept = others.toSpliced?.(place < 0 ? others.length : place, 0, ["alt", words]) ?? [...others, ["alt", words]];
    editor.view.dispatch(closeHistory(editor.state.tr.setNodeMarkup(at, null, { ...node.attrs, kept })));
  }
  editor.commands.focus();
}

class PictureView {
  constructor({ node, editor, getPos }) {
    this.dom = globalThis.desk.element("img", { draggable: true });
    this.dom.addEventListener("dblclick", () => describe(editor, getPos()));
    this.update(node);
  }

  update(node) {
    if (node.type.name !== "image") return false;
    const source = get(node, "src");
    this.dom.className = (get(node, "class").match(/\balign\w+/g) ?? []).join(" ");
    for (const name of ["width", "height", "title"]) {
      if (get(node, name)) this.dom.setAttribute(name, get(node, name));
      else this.dom.removeAttribute(name);
    }
    this.dom.alt = get(node, "alt");
    if (source !== this.source) this.load(source);
    this.source = source;
    return true;
  }

  async load(source) {
    if (OURS.test(source)) {
      this.dom.src = source;
      return;
    }
    const part = template('<img alt="">');
    part.content.firstChild.setAttribute("src", source);
    const served = template(await shownHtml(part.innerHTML)).content.querySelector("img");
    if (served && source === this.source) this.dom.src = served.getAttribute("src");
    else if (!served) this.dom.classList.add("missing-picture");
  }

  ignoreMutation() {
    return true;
  }
}
