// The block keeper: a source comes in as slices, one for each top-level block, and goes out as a source in which every
// block that was not touched is its slice, byte for byte.

import { htmlOf, parsed, template } from "./html.js";
import { patched } from "./patch.js";

const isBlank = (text) => !/[^ \t\n\r\f]/.test(text);
const spaceBehind = (text) => /[ \t\n\r\f]*$/.exec(text)[0];

export class BlockKeeper {
  constructor(slices, schema) {
    this.lead = slices.length === 1 && isBlank(slices[0]) ? slices[0] : "";
    this.slices = this.lead ? [] : slices;
    this.nodes = this.slices.map((slice, origin) => opened(slice, schema, { origin }));
    this.gap = usual(this.slices.map(spaceBehind).filter(Boolean)) ?? "\n";
    this.empty = schema.nodes.paragraph.create();
  }

  /** The document as it is opened. */
  doc(schema) {
    return schema.nodes.doc.create(null, this.nodes.length ? this.nodes : [this.empty]);
  }

  /** The source of a document. */
  write(doc) {
    const nodes = [];
    doc.forEach((node) => nodes.push(node));
    const origins = this.origins(nodes);
    const parts = nodes.map((node, at) => this.part(node, origins[at])).filter(({ text }) => text);
    return this.lead + parts.map((part, at) => this.placed(part, parts[at + 1])).join("");
  }

  /** Which slice each node is, or comes from: first those that were not touched, wherever they are by now. */
  origins(nodes) {
    const taken = new Set();
    const take = (origin) => (origin === undefined || taken.has(origin) ? null : (taken.add(origin), origin));
    const found = nodes.map((node) => (this.isOpened(node, node.attrs.origin) ? take(node.attrs.origin) : null));
    nodes.forEach((node, at) => (found[at] ??= take(this.equals(node).find((origin) => !taken.has(origin)))));
    nodes.forEach((node, at) => (found[at] ??= take(node.attrs.origin ?? undefined)));
    return found;
  }

  /** The slices that a node equals. */
  equals(node) {
    if (!this.byKey) {
      this.byKey = new Map();
      this.nodes.forEach((one, origin) => this.byKey.set(keyOf(one), [...(this.byKey.get(keyOf(one)) ?? []), origin]));
    }
    return this.byKey.get(keyOf(node)) ?? [];
  }

  isOpened(node, origin) {
    return origin !== null && origin !== undefined && (this.nodes[origin] === node || Boolean(this.nodes[origin]?.eq(node)));
  }

  part(node, origin) {
    if (origin === null) return { text: isEmpty(node) ? "" : htmlOf(node), origin };
    const slice = this.slices[origin];
    if (keyOf(node) === keyOf(this.nodes[origin])) return { text: slice, origin };
    const html = htmlOf(node);
    const edited = node.type.name === "opaque" ? html : patched(slice, htmlOf(this.nodes[origin]), html);
    return { text: edited.slice(0, edited.length - spaceBehind(edited).length) + spaceBehind(slice), origin };
  }

  /** A part with the white space between it and the next. */
  placed({ text, origin }, next) {
    const isAsBefore = origin !== null && (next ? next.origin === origin + 1 : origin === this.slices.length - 1);
    if (isAsBefore || !next) return text;
    const whole = isOpenEnded(text) ? template(text).innerHTML : text;
    return spaceBehind(whole) ? whole : whole + this.gap;
  }
}

const keys = new WeakMap();

/** What a node is, wherever it comes from. */
function keyOf(node) {
  if (!keys.has(node)) keys.set(node, JSON.stringify(node.toJSON(), (name, value) => (name === "origin" ? undefined : value)));
  return keys.get(node);
}

const isEmpty = (node) => node.type.name === "paragraph" && !node.childCount;

/** A slice as a node: one that can be edited where it comes back as the same document, else one that keeps it. */
export function opened(slice, schema, attributes = {}) {
  const node = parsed(slice, schema);
  if (node) return node.type.create({ ...node.attrs, ...attributes }, node.content, node.marks);
  return schema.nodes.opaque.create({ source: slice, ...attributes });
}

/** Whether what follows a text would become part of it: an element or a tag in it has no end. */
function isOpenEnded(text) {
  const { content } = template(`${text}<hr>`);
  return content.lastChild?.localName !== "hr" || content.lastChild.attributes.length > 0;
}

function usual(texts) {
  const counts = new Map();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((one, two) => two[1] - one[1])[0]?.[0];
}
