// HTML as text and as nodes: a slice of a source becomes one node of the editor, and a node becomes HTML again.
//
// A node keeps the name of its element and all attributes, so that most slices come back as the same document. A slice
// for which that does not hold has no node.

import { DOMParser } from "@tiptap/pm/model";

const INLINE = new Set(
  "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd mark q s samp small span strike strong sub sup time tt u var wbr".split(" "),
);
const CONTAINERS = "address, article, aside, blockquote, center, div, figure, footer, header, li, main, nav, section";
const BARE = "data-desk-bare";
const SPACE = /[ \t\n\r\f]+/g;

export function template(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  return made;
}

export const isInline = (node) => node.nodeType !== Node.ELEMENT_NODE || INLINE.has(node.localName);

/** All attributes of an element, in their order, without those of ours. */
export function attributesOf(element) {
  const kept = element.getAttribute("data-desk-kept");
  if (kept) return JSON.parse(kept);
  return [...element.attributes].filter(({ name }) => !name.startsWith("data-desk-")).map(({ name, value }) => [name, value]);
}

/** How many inline elements an inline element stands in: the order in which they are written again. */
export function depthOf(element) {
  let depth = 0;
  for (let outer = element.parentElement; outer && INLINE.has(outer.localName); outer = outer.parentElement) depth++;
  return depth;
}

/** Return the only node that a slice consists of, if it comes back as the same document; else null. */
export function parsed(slice, schema) {
  const { content } = template(slice);
  for (const container of [content, ...content.querySelectorAll(CONTAINERS)]) wrapLoose(container);
  const { content: nodes } = DOMParser.fromSchema(schema).parse(content);
  return nodes.childCount === 1 && isSame(htmlOf(nodes.firstChild), slice) ? nodes.firstChild : null;
}

/** Put words that stand in no paragraph into one that is marked as none. */
function wrapLoose(container) {
  let paragraph = null;
  for (const node of [...container.childNodes]) {
    if (!isInline(node)) paragraph = null;
    else if (paragraph) paragraph.append(node);
    else if (node.nodeType === Node.ELEMENT_NODE || /[^ \t\n\r\f]/.test(node.data)) {
      paragraph = container.ownerDocument.createElement("p"); // that of a template, in which nothing loads or runs
      paragraph.setAttribute(BARE, "");
      node.replaceWith(paragraph);
      paragraph.append(node);
    }
  }
}

/** Whether HTML is the same document as a slice but for white space that nobody sees. */
function isSame(html, slice) {
  const before = slice.replace(/[ \t\n\r\f]+$/, "");
  if (html === before) return true;
  const [one, other] = [template(html).content, template(before).content];
  return one.isEqualNode(other) || collapsed(one).isEqualNode(collapsed(other));
}

function collapsed(content) {
  collapse(content, { after: true, last: null });
  content.normalize();
  return content;
}

/** Collapse white space as browsers do. `state`: whether a space stands before, and the text that ends in one. */
function collapse(node, state) {
  const isBlock = node.nodeType !== Node.ELEMENT_NODE || !INLINE.has(node.localName) || node.localName === "br";
  if (isBlock) endLine(state);
  for (const child of [...node.childNodes]) {
    if (child.nodeType === Node.TEXT_NODE) collapseText(child, state);
    else if (child.nodeType === Node.ELEMENT_NODE && child.localName === "pre") endLine(state);
    else if (child.nodeType === Node.ELEMENT_NODE) collapse(child, state);
  }
  if (isBlock) endLine(state);
  else if (node.localName === "img") Object.assign(state, { after: false, last: null });
}

function collapseText(text, state) {
  let words = text.data.replace(SPACE, " ");
  if (state.after) words = words.replace(/^ /, "");
  text.data = words;
  if (!words) return;
  state.after = words.endsWith(" ");
  state.last = text;
}

function endLine(state) {
  if (state.after && state.last) state.last.data = state.last.data.replace(/ $/, "");
  Object.assign(state, { after: true, last: null });
}

// nodes as HTML

const TEXT = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\u00a0": "&nbsp;" };
const VALUE = { "&": "&amp;", '"': "&quot;", "\u00a0": "&nbsp;" };
const textOf = (words) => words.replace(/[&<>\u00a0]/g, (found) => TEXT[found]);
const open = (name, kept) =>
  `<${name}${kept.map(([key, value]) => ` ${key}="${value.replace(/[&"\u00a0]/g, (found) => VALUE[found])}"`).join("")}>`;
const element = (name, kept, inside) => `${open(name, kept)}${inside}</${name}>`;
const written = new WeakMap();

/** Return a node as HTML. `outer` is the name of the element that it stands in. */
export function htmlOf(node, outer = "") {
  let html = outer ? undefined : written.get(node);
  if (html === undefined) html = WRITERS[node.type.name](node, outer);
  if (!outer) written.set(node, html);
  return html;
}

const inside = (name) => (node) => element(name(node), node.attrs.kept, blocks(node, name(node)));
const WRITERS = {
  paragraph: (node, outer) => (isBare(node, outer) ? inline(node) : element("p", node.attrs.kept, inline(node))),
  heading: (node) => element(`h${node.attrs.level}`, node.attrs.kept, inline(node)),
  blockquote: inside(() => "blockquote"),
  container: inside((node) => node.attrs.tag),
  figure: inside(() => "figure"),
  caption: (node) => element("figcaption", node.attrs.kept, inline(node)),
  bulletList: inside(() => "ul"),
  orderedList: inside(() => "ol"),
  listItem: inside(() => "li"),
  horizontalRule: (node) => open("hr", node.attrs.kept),
  codeBlock: (node) => {
    const code = textOf(node.textContent);
    const first = code.startsWith("\n") && node.attrs.inner === null ? "\n" : ""; // parsers of HTML eat one
    return element("pre", node.attrs.kept, node.attrs.inner === null ? first + code : element("code", node.attrs.inner, code));
  },
  opaque: (node) => node.attrs.source,
};

function isBare(node, outer) {
  return node.attrs.wrap === "bare" || (node.attrs.wrap === null && outer === "li");
}

/** The blocks in a block. Of two paragraphs without an element of their own the second gets one, or they would be one. */
function blocks(node, name) {
  let html = "";
  let wasBare = false;
  node.forEach((child) => {
    const bare = child.type.name === "paragraph" && isBare(child, name);
    html += bare && wasBare ? element("p", child.attrs.kept, inline(child)) : htmlOf(child, name);
    wasBare = bare;
  });
  return html;
}

function inline(node) {
  let html = "";
  let opened = [];
  node.forEach((child) => {
    const marks = [...child.marks].sort((one, two) => one.attrs.depth - two.attrs.depth);
    let same = 0;
    while (same < opened.length && same < marks.length && opened[same].eq(marks[same])) same++;
    html += closing(opened.slice(same)) + marks.slice(same).map((mark) => open(mark.attrs.tag, mark.attrs.kept)).join("");
    opened = marks;
    if (child.isText) html += textOf(child.text);
    else html += open(child.type.name === "image" ? "img" : "br", child.attrs.kept);
  });
  return html + closing(opened);
}

const closing = (marks) => marks.map((mark) => `</${mark.attrs.tag}>`).reverse().join("");
