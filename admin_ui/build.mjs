// Build the bundles into the directory that is given, with a list of the packages that are in them and their licenses.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const [, , output] = process.argv;
const here = dirname(fileURLToPath(import.meta.url));
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { "rich-editor": "src/rich.js", "paste-markdown": "src/markdown.js" },
  outdir: output,
  bundle: true,
  format: "iife",
  target: ["chrome110", "firefox115", "safari16"],
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
const names = [...new Set(used.map((path) => PACKAGE.exec(path)?.[1]).filter(Boolean))].sort();
const parts = names.map((name) => {
  const home = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const file = readdirSync(home).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(home, file), "utf8").trim() : `License: ${license}`;
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(join(output, "THIRD-PARTY.txt"), `The rich editor contains these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`);
