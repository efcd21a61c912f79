// Twenty comments are moderated by keyboard, in Chromium. Arguments: the program of the browser and the one-time address.
// Prints what is wrong as JSON.

import { chromium } from "playwright-core";

const [, , executablePath, setup] = process.argv;
const base = new URL(setup).origin;
const PASSWORD = "orchard lantern quiet ferry";
const found = [];

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});
const page = await browser.newPage();
page.setDefaultTimeout(60000);
page.on("pageerror", (error) => found.push(`${page.url()}: ${error.message}`));

await page.goto(setup);
for (const label of ["Password", "Repeat password"]) await page.getByLabel(label, { exact: true }).fill(PASSWORD);
await page.getByRole("button", { name: "Create account" }).click();
await page.waitForLoadState();
await page.goto(`${base}/admin/comments/`);
await page.evaluate(() => (window.isSamePage = true));

const cards = page.locator("[data-comment]");
const remaining = async (count, after) => {
  await page.waitForFunction((wanted) => document.querySelectorAll("[data-comment]").length === wanted, count);
  if (!(await page.evaluate(() => window.isSamePage))) found.push(`${after}: the page was loaded anew`);
  if (!(await page.evaluate(() => document.activeElement.matches("[data-comment]")))) found.push(`${after}: focus lost`);
};
const says = (words) => page.locator("[role=status]", { hasText: words }).waitFor();

if ((await cards.count()) !== 20) found.push(`${await cards.count()} comments wait`);
await page.keyboard.press("j");
await page.keyboard.press("a");
await remaining(19, "approve");
await says("1 comment approved");
await page.keyboard.press("h");
await remaining(18, "hide");
await page.keyboard.press("x");
await page.keyboard.press("j");
await page.keyboard.press("j");
await page.keyboard.press("Shift+X");
await page.getByText("3 chosen:").waitFor();
await page.getByRole("button", { name: "Spam: the chosen comments" }).click();
await remaining(15, "spam");
await page.getByRole("button", { name: "Undo" }).click();
await page.waitForFunction(() => document.querySelectorAll("[data-comment]").length === 18);
for (let left = 17; left >= 0; left--) {
  await page.keyboard.press("a");
  if (left) await remaining(left, `approve, ${left} left`);
}
await page.getByText("Nothing waits for you.").waitFor();
await browser.close();
console.log(JSON.stringify(found));
