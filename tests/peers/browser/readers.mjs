// A reader without an account and one who has a home elsewhere, in Chromium, once with scripts and once without. The one
// likes a post and boosts a comment from home; the other comments by the form, after a preview. Arguments: the program of
// the browser, the address of the post, the ids of post and comment, and the home. Prints what is wrong, as JSON.

import { chromium } from "playwright-core";

const [, , executablePath, post, postId, commentId, home] = process.argv;
const found = [];

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "with scripts" : "without scripts";
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 390, height: 800 } });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  page.on("pageerror", (error) => found.push(`${scripts}: ${error.message}`));
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  const follow = (name) => page.getByRole("link", { name, exact: true }).first().click();
  const account = page.getByLabel("Your name in the fediverse");
  const arrives = async (intent, object) => {
    await page.getByRole("heading", { name: `Home: ${intent}` }).waitFor();
    const about = new URL(page.url()).searchParams.get("object");
    if (about !== object) found.push(`${scripts}: ${intent} arrives with ${about}`);
  };

  await page.goto(post);
  await follow("Like");
  await account.fill(`@ann@${home}`);
  await press("Like from my server");
  await arrives("like", postId);
  await page.goto(post);
  await follow("Reply, like or boost");
  if ((await account.inputValue()) !== (javaScriptEnabled ? home : "")) found.push(`${scripts}: home is ${await account.inputValue()}`);
  await account.fill(`ann@${home}`);
  await press("Boost");
  await arrives("boost", commentId);

  await page.goto(post);
  const form = page.locator("#comment");
  await form.getByLabel("Name", { exact: true }).fill("Ann");
  await form.getByLabel("Comment", { exact: true }).fill(`Frost, ${scripts}.\n\nhttps://ann.example/frost`);
  await press("Preview");
  await page.getByRole("heading", { name: "Preview" }).waitFor();
  if (!(await page.locator("article.comment a", { hasText: "https://ann.example/frost" }).count())) found.push(`${scripts}: no link`);
  await page.waitForTimeout(2500); // a person reads for two seconds at least
  await press("Send comment");
  await page.getByText("waits for the author's approval").waitFor();
  await context.close();
}
await browser.close();
console.log(JSON.stringify(found));
