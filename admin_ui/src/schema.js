// What a text can consist of. Nodes and marks keep the names and all attributes of their elements; on the page they show
// only attributes that change nothing but how they look.

import { Extension, Mark, Node, markInputRule, textblockTypeInputRule, wrappingInputRule } from "@tiptap/core";
import { CodeBlock } from "@tiptap/extension-code-block";
import { HardBreak } from "@tiptap/extension-hard-break";
import { HorizontalRule } from "@tiptap/extension-horizontal-rule";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Dropcursor, Gapcursor, UndoRedo } from "@tiptap/extensions";

import { attributesOf, depthOf } from "./html.js";
import { Opaque } from "./opaque.js";
import { Picture } from "./picture.js";

const SHOWN = new Set(["dir", "lang", "title"]);
const SHOWN_CLASS = /^(align|has-text-align-|wp-|language-)/;

/** The attributes under which something is shown, and those that travel with it over the clipboard. */
export function shown({ kept, ...more }) {
  const attributes = Object.fromEntries(kept.filter(([name]) => SHOWN.has(name)));
  const classes = (kept.find(([name]) => name === "class")?.[1] ?? "").split(/\s+/).filter((word) => SHOWN_CLASS.test(word));
  if (classes.length) attributes.class = classes.join(" ");
  if (kept.length) attributes["data-desk-kept"] = JSON.stringify(kept);
  return { ...attributes, ...more };
}

const kept = { default: [], rendered: false, parseHTML: attributesOf };
const keeping = { addAttributes: () => ({ kept }) };
const rendering = (name) => ({ ...keeping, renderHTML: ({ node }) => [name, shown(node.attrs), 0] });
const block = (name, config) => Node.create({ name, group: "block", defining: true, ...config });

const Document = Node.create({ name: "doc", topNode: true, content: "block+" });
const Text = Node.create({ name: "text", group: "inline" });

function wrapOf(element) {
  if (element.hasAttribute("data-desk-bare")) return "bare";
  return element.parentElement?.localName === "li" ? "p" : null;
}

const Paragraph = block("paragraph", {
  priority: 1000,
  defining: false,
  content: "inline*",
  // wrap: "bare" where the source has no element around the words, "p" where it has one in a list, else null
  addAttributes: () => ({ kept, wrap: { default: null, rendered: false, keepOnSplit: false, parseHTML: wrapOf } }),
  parseHTML: () => [{ tag: "p" }],
  renderHTML: ({ node }) => ["p", shown(node.attrs.wrap === "bare" ? { ...node.attrs, "data-desk-bare": "" } : node.attrs), 0],
  addKeyboardShortcuts() {
    return { "Mod-Alt-0": () => this.editor.commands.setNode("paragraph") };
  },
});

const LEVELS = [1, 2, 3, 4, 5, 6];
const Heading = block("heading", {
  content: "inline*",
  addAttributes: () => ({ kept, level: { default: 2, rendered: false, parseHTML: (element) => Number(element.localName[1]) } }),
  parseHTML: () => LEVELS.map((level) => ({ tag: `h${level}` })),
  renderHTML: ({ node }) => [`h${node.attrs.level}`, shown({ kept: node.attrs.kept }), 0],
  addKeyboardShortcuts() {
    const toggle = (level) => () => this.editor.commands.toggleNode("heading", "paragraph", { level });
    return Object.fromEntries(LEVELS.map((level) => [`Mod-Alt-${level}`, toggle(level)]));
  },
  addInputRules() {
    return LEVELS.map((level) =>
      textblockTypeInputRule({ find: new RegExp(`^(#{${level}})\\s$`), type: this.type, getAttributes: { level } }),
    );
  },
});

const Blockquote = block("blockquote", {
  content: "block+",
  ...rendering("blockquote"),
  parseHTML: () => [{ tag: "blockquote" }],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});

const TAGS = ["div", "section", "article", "aside", "header", "footer", "center", "address", "main", "nav"];
const Container = block("container", {
  content: "block+",
  addAttributes: () => ({ kept, tag: { default: "div", rendered: false, parseHTML: (element) => element.localName } }),
  parseHTML: () => TAGS.map((tag) => ({ tag })),
  renderHTML: ({ node }) => ["div", shown({ kept: node.attrs.kept }), 0],
});

const Figure = block("figure", {
  content: "(block | caption)+",
  isolating: true,
  ...rendering("figure"),
  parseHTML: () => [{ tag: "figure" }],
});

const Caption = Node.create({
  name: "caption",
  content: "inline*",
  isolating: true,
  ...rendering("figcaption"),
  parseHTML: () => [{ tag: "figcaption" }],
});

const Code = CodeBlock.extend({
  // inner: the attributes of the `code` in the `pre`, null where there is none
  addAttributes: () => ({
    kept,
    inner: {
      default: [],
      rendered: false,
      parseHTML: (element) => (element.firstElementChild?.localName === "code" ? attributesOf(element.firstElementChild) : null),
    },
  }),
  renderHTML: ({ node }) => ["pre", shown({ kept: node.attrs.kept }), ["code", 0]],
});

const Break = HardBreak.extend({ ...keeping, renderHTML: ({ node }) => ["br", shown(node.attrs)] });
const Rule = HorizontalRule.extend({ ...keeping, renderHTML: ({ node }) => ["hr", shown(node.attrs)] });
const Bullets = BulletList.extend(rendering("ul"));
const Numbers = OrderedList.extend(rendering("ol"));
const Item = ListItem.extend(rendering("li"));

// marks

const mark = (name, tags, { rules = () => [], keys = {}, ...config } = {}) =>
  Mark.create({
    name,
    excludes: "",
    addAttributes: () => ({
      kept,
      tag: { default: tags[0], rendered: false, parseHTML: (element) => element.localName },
      depth: { default: 99, rendered: false, parseHTML: depthOf },
    }),
    parseHTML: () => tags.map((tag) => ({ tag })),
    renderHTML: ({ mark: { attrs } }) => [attrs.tag, shown({ kept: attrs.kept }), 0],
    addInputRules() {
      return rules(this.type).map((find) => markInputRule({ find, type: this.type }));
    },
    addKeyboardShortcuts() {
      return Object.fromEntries(Object.keys(keys).map((key) => [key, () => this.editor.commands.toggleMark(name)]));
    },
    ...config,
  });

const SAFE = /^(https?:|mailto:|tel:|[/#?]|[^:]*$)/i;
export const Link = mark("link", ["a"], {
  inclusive: false,
  renderHTML: ({ mark: { attrs } }) => {
    const address = attrs.kept.find(([name]) => name === "href")?.[1].trim() ?? "";
    return ["a", shown({ kept: attrs.kept, ...(address && SAFE.test(address) ? { href: address } : {}) }), 0];
  },
});

const OTHERS = "span small abbr acronym cite q kbd samp var dfn time mark bdi bdo big tt font".split(" ");
const MARKS = [
  Link,
  mark("bold", ["strong", "b"], { keys: { "Mod-b": 1 }, rules: () => [/(?:^|\s)(\*\*(?!\s)([^*]+)\*\*)$/] }),
  mark("italic", ["em", "i"], { keys: { "Mod-i": 1 }, rules: () => [/(?:^|\s)(\*(?!\s)([^*]+)\*)$/, /(?:^|\s)(_(?!\s)([^_]+)_)$/] }),
  mark("strike", ["s", "del", "strike"], { rules: () => [/(?:^|\s)(~~(?!\s)([^~]+)~~)$/] }),
  mark("underline", ["u", "ins"]),
  mark("superscript", ["sup"]),
  mark("subscript", ["sub"]),
  mark("code", ["code"], { rules: () => [/(?:^|[^`])(`([^`]+)`)$/] }),
  mark("other", OTHERS),
];

/** Each block of the text knows which slice of the source it was; a block that is split off is a new one. */
const Origins = Extension.create({
  name: "origins",
  addGlobalAttributes: () => [
    {
      types: [Paragraph, Heading, Blockquote, Container, Figure, Code, Rule, Bullets, Numbers, Opaque].map(({ name }) => name),
      attributes: { origin: { default: null, rendered: false, keepOnSplit: false, parseHTML: () => null } },
    },
  ],
});

export const extensions = [
  Document,
  Text,
  Paragraph,
  Heading,
  Blockquote,
  Container,
  Figure,
  Caption,
  Code,
  Break,
  Rule,
  Bullets,
  Numbers,
  Item,
  Opaque,
  Picture,
  ...MARKS,
  Origins,
  ListKeymap,
  UndoRedo,
  Dropcursor,
  Gapcursor,
];
