// Editing an imported post in Chromium without changing what was not edited, and writing Markdown with buttons and a preview.
// Arguments: the program of the browser, the one-time address, and the id of the post. Prints what axe found, and what else
// is wrong, as JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [, , executablePath, setup, id] = process.argv;
const base = new URL(setup).origin;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "orchard lantern quiet ferry";
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC";
const GOOGLE = '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700">Bold</span> words</p></b>';
const found = [];
const expect = (what, is) => is || found.push(what);

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
context.setDefaultTimeout(60000);
const page = await context.newPage();
page.on("pageerror", (error) => found.push(`${page.url()}: ${error.message}`));
page.on("request", (request) => {
  if (!request.url().startsWith(base) && /^https?:/.test(request.url())) found.push(`asked elsewhere: ${request.url()}`);
});
const devtools = await context.newCDPSession(page);

async function look(name) {
  await page.waitForLoadState();
  await devtools.send("Runtime.evaluate", { expression: axe });
  const expression =
    "axe.run(document, { iframes: false }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' '))))";
  const { result } = await devtools.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (typeof result.value !== "string") found.push(`${name}: axe did not answer`);
  else found.push(...JSON.parse(result.value).map((violation) => `${name}: ${violation}`));
}

const press = (name) => page.getByRole("button", { name, exact: true }).click();
const text = page.getByRole("textbox", { name: "Text", exact: true });
const source = () => page.evaluate(() => document.getElementById("text").value);
const becomes = async (what, wanted) => {
  await page.waitForFunction((value) => document.getElementById("text").value === value, wanted).catch(async () => {
    found.push(`${what}: ${JSON.stringify(await source())}, not ${JSON.stringify(wanted)}`);
  });
};
const paste = (plain, html = "") =>
  page.evaluate(([words, markup]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", words);
    if (markup) clipboardData.setData("text/html", markup);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, [plain, html]);
async function choosePicture(alt) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press("Picture")]);
  await chooser.setFiles({ name: "red.png", mimeType: "image/png", buffer: Buffer.from(PNG, "base64") });
  await page.getByRole("textbox", { name: /Describe the picture/ }).fill(alt);
  await press("Add the picture");
}

await page.goto(setup);
for (const label of ["Password", "Repeat password"]) await page.getByLabel(label, { exact: true }).fill(PASSWORD);
await press("Create account");
await page.getByRole("heading", { name: "Recovery codes" }).waitFor();

// an imported post

await page.goto(`${base}/admin/posts/${id}/`);
await text.waitFor();
const before = await source();
expect("the text is a plain field", await text.evaluate((element) => element.isContentEditable));
await page.locator(".opaque-body td").first().waitFor();
await look("rich editor");
await press("Save draft");
await page.getByText("Saved.").waitFor();
await page.locator(".opaque-body td").first().waitFor();
expect("saving changed the text", (await source()) === before);
expect("what was not changed waits to be published", !(await page.getByText("with changes that are not published").isVisible()));

const edited = before.replace("one&#8217;s", "one&#8217;s own");
await text.getByText("First, one’s").click({ position: { x: 4, y: 10 } });
await page.keyboard.press("Control+Home");
for (let at = 0; at < "First, one’s".length; at++) await page.keyboard.press("ArrowRight");
await page.keyboard.type(" own");
await becomes("an edit", edited);
for (const key of ["Control+z", "Control+z", "Control+z"]) await page.keyboard.press(key);
await becomes("undoing", before);
await press("Move up");
expect("a block did not move", (await source()).indexOf("<table") < before.indexOf("<table"));
await press("Move down");
await becomes("moving back", before);
await press("Edit HTML");
await page.getByRole("textbox", { name: "The HTML of this block:" }).fill("<table><tr><td>New</td></tr></table>");
await press("Use it");
await page.locator(".opaque-body td", { hasText: "New" }).waitFor();
await press("Undo");
await becomes("undoing HTML", before);

await text.getByText("Last words").click();
await page.keyboard.press("End");
await page.keyboard.press("Enter");
await paste("x", GOOGLE);
await becomes("pasting", `${before}\n<p><strong>Bold</strong> words</p>`);
await page.keyboard.press("Escape");
await page.keyboard.press("Tab");
expect("Tab does not leave the text", !(await text.evaluate((element) => element === document.activeElement)));
await press("HTML of the text");
await page.locator("#text").fill(edited);
await press("HTML of the text");
await text.getByText("First, one’s own").waitFor();
await press("Update…");
await press("Update");
await page.getByText("The post has been updated.").waitFor();

// Markdown

await page.goto(`${base}/admin/posts/new?format=markdown`);
await text.fill("Some words.");
await text.evaluate((field) => field.setSelectionRange(5, 10));
await press("Bold");
await becomes("bold", "Some **words**.");
await page.keyboard.press("Control+z");
await becomes("undoing bold", "Some words.");
await text.evaluate((field) => field.setSelectionRange(5, 10));
await paste("https://a.example/");
await becomes("a pasted link", "Some [words](https://a.example/).");
await page.keyboard.press("Control+End");
await paste("Bold words", GOOGLE);
await becomes("pasted words", "Some [words](https://a.example/).**Bold** words");
await press("Side by side with a preview");
await page.frameLocator("iframe.live").locator("strong", { hasText: "Bold" }).waitFor();
await choosePicture("A red square");
await page.waitForFunction(() => /\n\n!\[A red square\]\(\/media\/\S+\)\n$/.test(document.getElementById("text").value));
await look("Markdown with a preview");
await page.getByText(/^Saved \d/).waitFor();

// a new text without Markdown

await page.goto(`${base}/admin/posts/new`);
await page.getByRole("link", { name: "Write without Markdown" }).click();
await text.waitFor();
await choosePicture("A square");
await page.waitForFunction(() => /^<p><img src="\/media\/\S+" alt="A square"><\/p>$/.test(document.getElementById("text").value));
await page.getByText(/^Saved \d/).waitFor();
await browser.close();
console.log(JSON.stringify(found));
