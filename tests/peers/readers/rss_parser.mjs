// What rss-parser, which many readers in JavaScript are built upon, reads in a feed: `node rss_parser.mjs FILE` prints it
// as JSON.
import { readFile } from "node:fs/promises";
import Parser from "rss-parser";

const feed = await new Parser().parseString(await readFile(process.argv[2], "utf8"));
const items = feed.items.map((item) => ({
  title: item.title ?? "",
  url: item.link,
  author: item.creator ?? item.author ?? "",
  date: Date.parse(item.isoDate) / 1000,
  content: item["content:encoded"] ?? item.content ?? "",
  enclosure: item.enclosure?.url ?? "",
}));
console.log(JSON.stringify({ title: feed.title, site: feed.link, items }));
