// What is pasted into a Markdown text from elsewhere, as Markdown.

import TurndownService from "turndown";
import { gfm } from "turndown-plugin-gfm";

import { cleaned } from "./clean.js";

const service = new TurndownService({ headingStyle: "atx", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "*" });
service.use(gfm);
service.addRule("list item", {
  filter: "li",
  replacement(content, node, options) {
    const parent = node.parentNode;
    const isOrdered = parent.localName === "ol";
    const number = Number(parent.getAttribute("start") || 1) + [...parent.children].indexOf(node);
    const mark = isOrdered ? `${number}. ` : `${options.bulletListMarker} `;
    const words = content.trim().replace(/\n/g, `\n${" ".repeat(mark.length)}`);
    return `${mark}${words}${node.nextSibling ? "\n" : ""}`;
  },
});

globalThis.desk.toMarkdown = (html) => service.turndown(cleaned(html));
