// The author's first hour at the desk, in Chromium: set up the account, add a passkey, write while the page saves by itself,
// look at it, publish it, sign out, and sign in with the passkey. axe looks at every page. Arguments: the program of
// the browser and the one-time address. Prints what axe found, and what else is wrong, as JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [, , executablePath, setup] = process.argv;
const base = new URL(setup).origin;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "orchard lantern quiet ferry";
const found = [];

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
context.setDefaultTimeout(60000);
const page = await context.newPage();
page.on("pageerror", (error) => found.push(`${page.url()}: ${error.message}`));
page.on("request", (request) => {
  if (!request.url().startsWith(base) && /^https?:/.test(request.url())) found.push(`asked elsewhere: ${request.url()}`);
});
const devtools = await context.newCDPSession(page);

/** Let axe look at the page; it is brought in past the content policy of the page, which allows no inline script. */
async function look(name) {
  await page.waitForLoadState();
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth > innerWidth
      ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
          .map((one) => one.outerHTML.slice(0, 80))
      : [],
  );
  if (wide.length) found.push(`${name}: scrolls sideways on a phone: ${wide.join(" ")}`);
  await devtools.send("Runtime.evaluate", { expression: axe });
  const expression =
    "axe.run(document, { iframes: false }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' '))))";
  const { result } = await devtools.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (typeof result.value !== "string") found.push(`${name}: axe did not answer`);
  else found.push(...JSON.parse(result.value).map((violation) => `${name}: ${violation}`));
}

const press = (name) => page.getByRole("button", { name, exact: true }).click();
const follow = (name) => page.getByRole("link", { name, exact: true }).first().click();

await page.goto(setup);
await look("setup");
for (const label of ["Password", "Repeat password"]) await page.getByLabel(label, { exact: true }).fill(PASSWORD);
await press("Create account");
await press("Show my recovery codes");
await page.locator(".codes li").nth(7).waitFor();
await look("recovery codes");
await follow("I have kept them");
await devtools.send("WebAuthn.enable");
await devtools.send("WebAuthn.addVirtualAuthenticator", {
  options: {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
});
await look("passkey");
await page.getByLabel("Name of the device").fill("My phone");
await press("Add a passkey");
await page.getByRole("heading", { name: "Name your blog" }).waitFor();
await look("name");
await page.getByLabel("Your name").fill("Mara Lind");
await press("Save and go on");
await look("import step");
await follow("Skip");
await page.getByText("Yes: Other servers can follow your account.").waitFor();
await look("checks");
await follow("To the desk");
await page.getByRole("heading", { name: "Start" }).waitFor();
await look("start");

await follow("Write");
await follow("Write in Markdown instead");
await page.getByRole("textbox", { name: "Title" }).fill("A morning in the garden");
await page.getByRole("textbox", { name: "Text" }).pressSequentially("The **first** frost.");
await page.getByText(/^Saved \d/).waitFor();
if (!/\/admin\/posts\/[0-9a-f-]{36}\/$/.test(page.url())) found.push(`saved at ${page.url()}`);
await page.reload();
if ((await page.getByRole("textbox", { name: "Text" }).inputValue()) !== "The **first** frost.") found.push("text lost");
await page.getByText("Tags, date, picture and more").click();
await page.getByLabel("Tags").fill("garden");
await look("editor");
await press("Preview");
await page.frameLocator("iframe").locator("strong", { hasText: "first" }).waitFor();
await look("preview");
await follow("Publish…");
await look("publish");
await press("Publish");
await page.getByText("It is out.").waitFor();
await look("published");
await follow("Open");
await page.getByRole("heading", { name: "A morning in the garden" }).waitFor();
await page.goto(`${base}/admin/`);
await page.keyboard.press("?");
await page.getByRole("dialog", { name: "Keys" }).waitFor();
await look("keys");
await page.keyboard.press("Escape");
await page.keyboard.press("g");
await page.keyboard.press("p");
await page.waitForURL("**/admin/posts/");
await page.keyboard.press("/");
await page.keyboard.type("cg?");
if ((await page.getByLabel("Words in title or text").inputValue()) !== "cg?") found.push("keys are not silent while typing");
await look("posts");
const LISTS = ["comments", "mentions", "quotes", "media", "people", "people/blocks", "blogroll", "blogroll/posts"];
for (const list of [...LISTS, "look", "notifications"]) {
  await page.goto(`${base}/admin/${list}/`);
  await look(list);
}
await page.goto(`${base}/admin/account/`);
await look("account");

await page.getByText("Menu").click();
await look("menu");
await press("Sign out");
await look("sign in");
await press("Sign in with a passkey");
await page.getByRole("heading", { name: "Start" }).waitFor();
await browser.close();
console.log(JSON.stringify(found));
