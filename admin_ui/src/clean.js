// What is pasted from elsewhere, without what only its program understands: words, links, headings, lists, tables, pictures.
//
// The content policy of the page empties `element.style`, so what a style says is read from the text of its attribute.

import { template } from "./html.js";

const DROPPED = "script, style, meta, link, title, xml, template, object, iframe, o\\:p, .Apple-interchange-newline";
const KEPT = new Set(["href", "src", "alt", "title", "start", "datetime", "colspan", "rowspan", "cite"]);
const MARKS = [
  [/(?:^|;)\s*font-weight:\s*(?:bold|[6-9]00)/i, "strong"],
  [/(?:^|;)\s*font-style:\s*(?:italic|oblique)/i, "em"],
  [/(?:^|;)\s*text-decoration[^;]*:\s*[^;]*line-through/i, "s"],
  [/(?:^|;)\s*vertical-align:\s*super/i, "sup"],
  [/(?:^|;)\s*vertical-align:\s*sub/i, "sub"],
];
const NOT_BOLD = /font-weight:\s*(?:normal|[1-5]00)/i;
const NOT_ITALIC = /font-style:\s*normal/i;
const WORD_LIST = /mso-list:\s*l\d+\s+level(\d+)/i;
const WORD_MARK = /mso-list:\s*ignore/i;
const GOOGLE = /^https:\/\/www\.google\.com\/url\?(?:.*&)?q=([^&]+)/;
const BLOCKS = "p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, pre, table, hr, div, figure";

const styleOf = (element) => element.getAttribute("style") ?? "";
const unwrap = (element) => element.replaceWith(...element.childNodes);

/** Return the HTML of another program as HTML that could have been written here. */
export function cleaned(html) {
  const made = template(html); // in which nothing loads, and styles are not looked at
  const body = made.content;
  for (const element of body.querySelectorAll(DROPPED)) element.remove();
  comments(body).forEach((comment) => comment.remove());
  wordLists(body);
  for (const element of [...body.querySelectorAll("b, strong, i, em")]) {
    const not = /^(b|strong)$/.test(element.localName) ? NOT_BOLD : NOT_ITALIC;
    if (not.test(styleOf(element))) unwrap(element);
  }
  for (const span of [...body.querySelectorAll("span, font")].reverse()) marked(span);
  for (const element of body.querySelectorAll("*")) plain(element);
  for (const item of body.querySelectorAll("li, td, th")) {
    if (item.children.length === 1 && item.firstElementChild.localName === "p" && isOnly(item)) unwrap(item.firstElementChild);
  }
  for (const line of [...body.children]) if (line.localName === "br") line.remove();
  for (const box of [...body.querySelectorAll("div, section, article")].reverse()) {
    if (!box.querySelector(BLOCKS)) renamed(box, "p");
    else unwrap(box);
  }
  for (const paragraph of body.querySelectorAll("p")) {
    if (!paragraph.textContent.trim() && !paragraph.querySelector("img")) paragraph.remove();
  }
  return made.innerHTML.trim();
}

/** Return the HTML of another program for the rich editor, which keeps tables as they are. */
export function cleanedForEditor(html) {
  const made = template(cleaned(html));
  for (const table of made.content.querySelectorAll("table")) {
    const kept = table.ownerDocument.createElement("div");
    kept.setAttribute("data-desk-source", table.outerHTML);
    table.replaceWith(kept);
  }
  return made.innerHTML;
}

const isOnly = (item) => [...item.childNodes].every((node) => node.nodeType === Node.ELEMENT_NODE || !node.textContent.trim());

function comments(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

function renamed(element, name) {
  const other = element.ownerDocument.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
  return other;
}

/** A span means what its style says. */
function marked(span) {
  const style = styleOf(span);
  const isHeading = span.closest("h1, h2, h3, h4, h5, h6");
  for (const [pattern, name] of MARKS) {
    if (!pattern.test(style) || (name === "strong" && isHeading) || !span.textContent.trim()) continue;
    const mark = span.ownerDocument.createElement(name);
    mark.append(...span.childNodes);
    span.append(mark);
  }
  unwrap(span);
}

function plain(element) {
  for (const { name } of [...element.attributes]) if (!KEPT.has(name)) element.removeAttribute(name);
  const address = element.getAttribute("href");
  if (address && GOOGLE.test(address)) element.setAttribute("href", decodeURIComponent(GOOGLE.exec(address)[1]));
  if (element.localName === "a" && (!address || address.startsWith("#_"))) unwrap(element);
  if (element.localName === "img" && !/^(https?:)?\/\//i.test(element.getAttribute("src") ?? "")) element.remove();
}

/** Word writes lists as paragraphs that say in their style which level they have, with the mark as text. */
function wordLists(body) {
  let lists = [];
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    const level = Number(WORD_LIST.exec(styleOf(paragraph))?.[1] ?? 0);
    if (!level || paragraph.closest("li, table")) {
      lists = [];
      continue;
    }
    if (lists.length && lists[0].nextElementSibling !== paragraph) lists = [];
    addItem(lists, level, paragraph);
  }
}

function addItem(lists, level, paragraph) {
  const mark = [...paragraph.querySelectorAll("[style]")].find((element) => WORD_MARK.test(styleOf(element)));
  const name = /^\s*[\da-z]{1,5}[.)]/i.test(mark?.textContent ?? "") ? "ol" : "ul";
  mark?.remove();
  lists.length = Math.min(lists.length, level);
  while (lists.length < level) {
    const list = paragraph.ownerDocument.createElement(name);
    const outer = lists.at(-1);
    if (outer) (outer.lastElementChild ?? outer.appendChild(paragraph.ownerDocument.createElement("li"))).append(list);
    else paragraph.before(list);
    lists.push(list);
  }
  const item = paragraph.ownerDocument.createElement("li");
  item.append(...paragraph.childNodes);
  lists.at(-1).append(item);
  paragraph.remove();
}
