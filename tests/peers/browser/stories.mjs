// Stories of the author's desk in one Chromium, each with and without scripts. Argument: the program of the browser. Each line
// that comes in names a story with what it needs, as JSON; the line that goes out says what is wrong, as a list. axe looks at
// every page that a story comes to.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LONGEST_STORY = 100000;
const PASSWORD = "orchard lantern quiet ferry";
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC", "base64");
const PICTURE = { name: "red.png", mimeType: "image/png", buffer: PNG };

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});
const copies = await browser.newContext({ viewport: { width: 1280, height: 900 } });
let cookies = [];

/** One page of a story: what people do there, and what is found to be wrong. */
class Desk {
  found = [];
  looked = new Set();

  constructor(told, context) {
    Object.assign(this, told, { context });
  }

  async open() {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.found.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(this.base) && /^https?:/.test(request.url())) this.found.push(`asked elsewhere: ${request.url()}`);
    });
    this.page = page;
    return page;
  }

  /** Let axe look at the page; it is brought in past the content policy of the page, which allows no inline script. Without
   * scripts nothing of axe runs: it looks at a copy of the page in a context that has them. */
  async look(name) {
    if (this.looked.has(name)) return;
    this.looked.add(name);
    await this.page.waitForLoadState();
    const page = this.scripts ? this.page : await this.copy();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Runtime.evaluate", { expression: axe });
    const expression =
      "axe.run(document, { iframes: false }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' '))))";
    const { result } = await devtools.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (typeof result.value !== "string") this.found.push(`${name}: axe did not answer`);
    else this.found.push(...JSON.parse(result.value).map((violation) => `${name}: ${violation}`));
    await devtools.detach();
    if (page !== this.page) await page.close();
  }

  async copy() {
    const body = (await this.page.content()).replace(/<script.*?<\/script>/gs, "");
    const address = this.page.url();
    const page = await copies.newPage();
    await page.route(address, (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
    await page.goto(address);
    return page;
  }

  expect(what, is) {
    if (!is) this.found.push(what);
  }

  go(path) {
    return this.page.goto(this.base + path);
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).first().click();
  }

  follow(name) {
    return this.page.getByRole("link", { name, exact: true }).first().click();
  }

  says(words) {
    return this.page.getByText(words).first().waitFor();
  }

  get text() {
    return this.page.getByRole("textbox", { name: "Text", exact: true });
  }

  get title() {
    return this.page.getByRole("textbox", { name: "Title", exact: true });
  }

  async write(title, text) {
    await this.go("/admin/posts/new?format=markdown");
    await this.title.fill(title);
    await this.text.fill(text);
  }

  /** Save what is being written, by the script or by the button. */
  async save() {
    if (this.scripts) return this.says(/^Saved \d/);
    await this.press("Save draft");
    return this.says(/^Saved\.$/);
  }

  /** Press the button, and wait for the page that it leads to. */
  async saveDraft() {
    await Promise.all([this.page.waitForEvent("load"), this.press("Save draft")]);
    await this.says(/^Saved\.$/);
  }

  async publish() {
    await this.press("Publish…");
    await this.press("Publish");
    await this.says("It is out.");
  }

  /** Hand in a file to be imported. */
  async upload(file) {
    await this.page.getByLabel("File", { exact: true }).setInputFiles(file);
    await this.press("Import");
    await this.says("It is being imported now");
  }

  /** Return what has become of a file that was handed in, once something has. */
  async imported(name) {
    const outcome = this.page.locator(".import").filter({ hasText: name }).locator(".report, .field-error");
    while (!(await outcome.count())) await this.go("/admin/import/");
    return outcome.innerText();
  }

  /** Return the titles of the published posts that begin with these words. */
  async published(title) {
    const answer = await this.context.request.get(`${this.base}/feed/json/`);
    return (await answer.json()).items.map((item) => item.title).filter((one) => one?.startsWith(title));
  }

  async signIn() {
    await this.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await this.press("Sign in");
  }
}

const stories = {
  async "set up"(desk) {
    await desk.page.goto(desk.setup);
    await desk.look("setup");
    for (const label of ["Password", "Repeat password"]) await desk.page.getByLabel(label, { exact: true }).fill("short");
    await desk.press("Create account");
    await desk.page.getByRole("alert").first().waitFor();
    for (const label of ["Password", "Repeat password"]) await desk.page.getByLabel(label, { exact: true }).fill(PASSWORD);
    await desk.press("Create account");
    await desk.press("Show my recovery codes");
    await desk.page.locator(".codes li").nth(7).waitFor();
    await desk.look("recovery codes");
    await desk.follow("I have kept them");
    await desk.page.getByRole("heading", { name: /blog/ }).waitFor();
    await desk.look("name");
    await desk.page.getByLabel("What it is about, in a few words").fill("Notes from the allotment");
    await desk.press("Save and go on");
    await desk.says("Step 3 of 4");
    await desk.look("import step");
    await desk.follow("Skip");
    await desk.says("Step 4 of 4");
    await desk.look("checks");
    await desk.page.locator("main .actions a").first().click();
    await desk.page.getByRole("heading", { name: "Start" }).waitFor();
    await desk.look("start");
    cookies = await desk.context.cookies();
  },

  async "sign in"(desk) {
    await desk.page.goto(desk.setup);
    for (const label of ["Password", "Repeat password"]) await desk.page.getByLabel(label, { exact: true }).fill(PASSWORD);
    await desk.press("Create account");
    await desk.page.getByRole("heading", { name: "Recovery codes" }).waitFor();
    cookies = await desk.context.cookies();
  },

  async "write with a picture and publish"(desk) {
    await desk.write(desk.name, "The first frost.\n\n");
    if (desk.scripts) {
      await desk.text.press("Control+End");
      const [chooser] = await Promise.all([desk.page.waitForEvent("filechooser"), desk.press("Picture")]);
      await chooser.setFiles(PICTURE);
      await desk.page.getByRole("textbox", { name: /Describe the picture/ }).fill("A red leaf");
      await desk.press("Add the picture");
      await desk.says("The picture is in the text.");
    } else {
      await desk.page.getByText("Add a picture").click();
      await desk.page.getByLabel("File").setInputFiles({ ...PICTURE, name: "words.png", buffer: Buffer.from("no picture") });
      await desk.press("Add to the text");
      await desk.page.getByRole("alert").first().waitFor();
      desk.expect("a wrong file took the text along", (await desk.text.inputValue()).startsWith("The first frost."));
      await desk.page.getByLabel("File").setInputFiles(PICTURE);
      await desk.page.getByLabel("Describe the picture").fill("A red leaf");
      await desk.press("Add to the text");
      await desk.says("The picture has been added");
    }
    desk.expect("no picture in the text", /!\[A red leaf\]\(\/media\/\S+\)/.test(await desk.text.inputValue()));
    await desk.look("edit");
    await desk.press("Preview");
    await desk.page.frameLocator("iframe").getByRole("img", { name: "A red leaf" }).waitFor();
    await desk.look("preview");
    await desk.page.goBack();
    await desk.press("Publish…");
    await desk.says("There are no tags");
    await desk.look("publish");
    await desk.press("Publish");
    await desk.says("It is out.");
    await desk.look("published");
    await desk.follow("Open");
    await desk.page.getByRole("img", { name: "A red leaf" }).waitFor();
  },

  async "publish later, now, and take it back"(desk) {
    await desk.write(desk.name, "Tomorrow at eight.");
    await desk.press("Publish…");
    await desk.page.getByLabel("Publish at").fill("2099-12-01T08:00");
    await desk.press("Publish");
    await desk.says("Scheduled for 1 December 2099, 08:00");
    desk.expect("it is out already", !(await desk.published(desk.name)).length);
    await desk.look("scheduled");
    await desk.follow("Make it a draft");
    await desk.look("make it a draft");
    await desk.press("Make it a draft");
    await desk.press("Publish…");
    await desk.page.getByLabel("Publish at").fill("");
    await desk.press("Publish");
    await desk.says("It is out.");
    await desk.press("Take it back");
    await desk.says("It is a draft again, and nothing has been sent.");
    desk.expect("it is still out", !(await desk.published(desk.name)).length);
  },

  async "edit an imported post"(desk) {
    await desk.go(`/admin/posts/${desk.id}/`);
    const field = desk.page.locator("#text");
    const before = await field.inputValue();
    await desk.press("Save draft");
    await desk.says(/^Saved\.$/);
    desk.expect("saving changed the text", (await field.inputValue()) === before);
    desk.expect("what was not changed waits to be published", !(await desk.page.getByText("not published").count()));
    await field.fill(before.replace("one&#8217;s", "one&#8217;s own"));
    await desk.press("Update…");
    await desk.look("update");
    await desk.press("Update");
    await desk.says("The post has been updated.");
  },

  async "crash while typing"(desk) {
    await desk.write(desk.name, "What was saved.");
    await desk.says(/^Saved \d/);
    const address = desk.page.url();
    await desk.text.fill("What was saved. And what was typed last.");
    const crashed = desk.page;
    crashed.goto("chrome://crash").catch(() => {});
    await crashed.waitForEvent("crash");
    await desk.open();
    await desk.page.goto(address);
    desk.expect("more than three seconds are lost", (await desk.text.inputValue()).startsWith("What was saved."));
    if ((await desk.text.inputValue()).endsWith("last.")) return;
    await desk.press("Bring it back");
    desk.expect("the last words are lost", (await desk.text.inputValue()).endsWith("And what was typed last."));
  },

  async "what could not be submitted is offered again"(desk) {
    await desk.write(desk.name, "Stored.");
    await desk.says(/^Saved \d/);
    const address = desk.page.url();
    const sent = (request) => request.isNavigationRequest() && request.method() === "POST";
    const offered = async (what, text) => {
      await desk.page.close();
      await desk.open();
      await desk.page.goto(address);
      desk.expect(`${what}: the blog has ${await desk.text.inputValue()}`, (await desk.text.inputValue()) === "Stored.");
      await desk.press("Bring it back");
      desk.expect(`${what}: words are lost`, (await desk.text.inputValue()) === text);
      await desk.text.fill("Stored.");
      await desk.saveDraft();
      await desk.go("/admin/posts/");
      await desk.page.goto(address);
      desk.expect(`${what}: what is stored is offered`, !(await desk.page.getByText("was not saved").count()));
    };

    const failures = {
      "Typed without a connection.": (route) => route.abort("internetdisconnected"),
      "Typed while the server started anew.": (route) => route.fulfill({ status: 503, body: "Please try again." }),
    };
    for (const [words, fail] of Object.entries(failures)) {
      const refuse = (route) => (route.request().method() === "POST" ? fail(route) : route.continue());
      await desk.context.route("**/admin/posts/**", refuse);
      await desk.text.fill(words);
      const gone = desk.page.waitForEvent("requestfinished", sent).catch(() => {});
      const lost = desk.page.waitForEvent("requestfailed", sent).catch(() => {});
      await desk.page.getByRole("button", { name: "Save draft" }).click({ noWaitAfter: true });
      await Promise.race([gone, lost]);
      await desk.page.close(); // or it saves as soon as the blog answers again
      await desk.context.unroute("**/admin/posts/**", refuse);
      await offered(words, words);
    }

    await desk.page.getByText("Tags, date, picture and more").click();
    await desk.page.getByLabel("Language").fill("nonsense!");
    await desk.text.fill("Typed with a mistake.");
    await desk.press("Save draft");
    await desk.page.getByRole("alert").first().waitFor();
    await desk.page.close();
    await desk.open();
    await desk.page.goto(address);
    await desk.press("Bring it back");
    await desk.page.getByText("Tags, date, picture and more").click();
    await desk.page.getByLabel("Language").fill("en");
    await desk.saveDraft();
    desk.expect("a refused text is lost", (await desk.text.inputValue()) === "Typed with a mistake.");
    await desk.text.fill("Stored.");
    await desk.saveDraft();

    await desk.context.clearCookies();
    await desk.text.fill("Typed without a session.");
    await desk.press("Save draft");
    await desk.signIn();
    await desk.page.getByRole("button", { name: "Continue", exact: true }).waitFor();
    await offered("signed out", "Typed without a session.");
  },

  async "two windows"(desk) {
    await desk.write(desk.name, "One.\n\nTwo.");
    await desk.press("Save draft");
    await desk.says(/^Saved\.$/);
    const address = desk.page.url().split("?")[0];
    const first = desk.page;
    await desk.open();
    await desk.page.goto(address);
    await first.getByRole("textbox", { name: "Text", exact: true }).fill("One.\n\nTwo of the first window.");
    await first.getByRole("button", { name: "Save draft" }).click();
    await first.getByText("Saved.").waitFor();
    await desk.text.fill("One.\n\nTwo of the second window.");
    await desk.press("Save draft");
    await desk.page.getByRole("heading", { name: /changed elsewhere/ }).waitFor();
    await desk.says("Two of the first window.");
    await desk.look("conflict");
    await desk.press("Keep mine");
    await desk.says("Your text has been kept.");
    desk.expect("the second text is lost", (await desk.text.inputValue()) === "One.\n\nTwo of the second window.");
  },

  async "moderate twenty comments by keyboard"(desk) {
    await desk.go("/admin/comments/");
    const cards = desk.page.locator("[data-comment]");
    desk.expect(`${await cards.count()} comments wait`, (await cards.count()) === 20);
    await desk.look("comments");
    const marks = desk.page.getByRole("checkbox", { name: /^Choose the comment of/ });
    for (let at = 0; at < 3; at++) {
      await marks.nth(at).focus();
      await desk.page.keyboard.press("Space");
    }
    await desk.page.getByRole("button", { name: "Spam: the chosen comments" }).press("Enter");
    await desk.says("3 comments marked as spam.");
    await desk.page.getByRole("button", { name: "Undo" }).press("Enter");
    await desk.says("It is as it was before.");
    for (const mark of await marks.all()) await mark.press("Space");
    await desk.look("chosen comments");
    await desk.page.getByRole("button", { name: "Approve the chosen comments" }).press("Enter");
    await desk.says("20 comments approved.");
    await desk.says("Nothing waits for you.");
  },

  async "answer a comment"(desk) {
    await desk.go("/admin/comments/");
    await desk.says(desk.name);
    await desk.says("What comes by the form always waits.");
    await desk.press("Reply");
    await desk.page.getByLabel("Your reply").waitFor();
    await desk.look("reply");
    await desk.page.getByLabel("Your reply").fill(`An answer to ${desk.name}`);
    await desk.press("Approve and reply");
    await desk.says("Your reply is shown on this site");
    await desk.go(desk.path);
    await desk.says(`An answer to ${desk.name}`);
    await desk.says(desk.name);
  },

  async "see who did not get a post"(desk) {
    await desk.go("/admin/posts/");
    await desk.look("posts");
    await desk.follow("Undelivered");
    await desk.follow("Where it went");
    await desk.says("0 of 1 servers have it; 1 waiting");
    await desk.says("Followers there: Tom");
    await desk.look("deliveries");
    await desk.press("Try now");
    await desk.says("It is sent again now.");
  },

  async "restore an earlier text"(desk) {
    await desk.write(desk.name, "The first text.");
    await desk.press("Save draft");
    await desk.says(/^Saved\.$/);
    await desk.text.fill("The second text.");
    await desk.press("Save draft");
    await desk.says(/^Saved\.$/);
    await desk.follow("Earlier texts");
    await desk.page.getByRole("link", { name: /^Until/ }).first().click();
    await desk.look("earlier texts");
    await desk.press("Bring this text back");
    await desk.says("The earlier text is back.");
    desk.expect("it is not back", (await desk.text.inputValue()) === "The first text.");
  },

  async "import by upload"(desk) {
    await desk.go("/admin/import/");
    await desk.look("import");
    await desk.upload({ name: `${desk.name}.jpg`, mimeType: "image/jpeg", buffer: PNG });
    const problem = await desk.imported(`${desk.name}.jpg`);
    desk.expect(`said of a picture: ${problem}`, problem.startsWith("Nothing more was imported: "));
    await desk.look("import refused");
    await desk.upload({ name: `${desk.name}.xml`, mimeType: "text/xml", buffer: Buffer.from(desk.file) });
    const report = await desk.imported(`${desk.name}.xml`);
    desk.expect(`reported: ${report}`, /\b1 /.test(report));
    await desk.look("imported");
  },

  async "the session ends while somebody writes"(desk) {
    await desk.write(desk.name, "Hours of words.");
    await desk.context.clearCookies();
    if (desk.scripts) {
      await desk.text.press("End");
      await desk.says("You are signed out.");
      const writing = desk.page;
      await desk.open();
      await desk.go("/admin/login");
      await desk.look("sign in");
      await desk.signIn();
      await desk.page.getByRole("heading", { name: "Start" }).waitFor();
      desk.page = writing;
      await desk.text.pressSequentially(" More.");
      await desk.says(/^Saved \d/);
      await desk.page.reload();
      desk.expect("words are lost", (await desk.text.inputValue()).includes("More."));
    } else {
      await desk.press("Save draft");
      await desk.signIn();
      await desk.look("signed in again");
      await desk.press("Continue");
      await desk.says(/^Saved\.$/);
      desk.expect("words are lost", (await desk.text.inputValue()) === "Hours of words.");
    }
  },

  async "the server is away while somebody writes"(desk) {
    await desk.write(desk.name, "Hours of words.");
    await desk.context.setOffline(true);
    if (desk.scripts) {
      await desk.text.pressSequentially(" And more.");
      await desk.says("No connection.");
    }
    const typed = await desk.text.inputValue();
    const failed = desk.page.waitForEvent("requestfailed", (request) => request.isNavigationRequest());
    await desk.page.getByRole("button", { name: "Save draft" }).click({ noWaitAfter: true });
    await failed;
    await desk.context.setOffline(false);
    await desk.page.goBack();
    await desk.text.waitFor();
    if (desk.scripts) {
      const isThere = (words) => document.getElementById("text").value === words || document.querySelector("[data-saved] button");
      await desk.page.waitForFunction(isThere, typed); // browsers differ in when they fill in the form again
      if ((await desk.text.inputValue()) !== typed) await desk.press("Bring it back");
    }
    desk.expect(`it holds ${await desk.text.inputValue()}`, (await desk.text.inputValue()) === typed);
    await desk.press("Save draft");
    await desk.says(/^Saved\.$/);
    desk.expect("it was not saved", (await desk.text.inputValue()) === typed);
    await desk.go("/admin/posts/new?format=markdown");
    desk.expect("what is saved is offered again", !(await desk.page.getByText("was not saved").count()));
  },

  async "double click, back and reload"(desk) {
    await desk.write(desk.name, "Once.");
    await desk.press("Publish…");
    await desk.page.getByRole("button", { name: "Publish", exact: true }).dblclick();
    await desk.says("It is out.");
    await desk.page.reload();
    await desk.says("It is out.");
    await desk.page.goBack();
    const button = desk.page.getByRole("button", { name: "Publish", exact: true });
    if (await button.count()) await button.click();
    await desk.go("/admin/posts/new?format=markdown");
    desk.expect("it is out twice", (await desk.published(desk.name)).length === 1);
    await desk.write(`${desk.name}, wrong`, "Never.");
    await desk.page.getByText("Tags, date, picture and more").click();
    await desk.page.getByLabel("Language").fill("nonsense!");
    await desk.press("Publish…");
    await desk.page.getByRole("alert").first().waitFor();
    await desk.page.reload();
    desk.expect("a reload published", (await desk.published(desk.name)).length === 1);
  },

  async "saving in the background publishes nothing"(desk) {
    await desk.write(desk.name, "Only a draft.");
    await desk.says(/^Saved \d/);
    desk.expect("a draft is out", !(await desk.published(desk.name)).length);
    await desk.publish();
    await desk.follow("Edit");
    await desk.title.fill(`${desk.name}, changed`);
    await desk.says(/^Saved \d/);
    desk.expect("the change is out", !(await desk.published(`${desk.name}, changed`)).length);
  },
};

async function tell(told) {
  const context = await browser.newContext({ javaScriptEnabled: told.scripts, viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(60000);
  if (!told.setup) await context.addCookies(cookies);
  const desk = new Desk(told, context);
  const late = new Promise((_, refuse) => setTimeout(refuse, LONGEST_STORY, new Error("it came to no end")).unref());
  try {
    await desk.open();
    await Promise.race([stories[told.story](desk), late]);
  } catch (error) {
    desk.found.push(`${desk.page.url()}: ${error.message}`);
  }
  if (!told.setup) cookies = await context.cookies().then((kept) => (kept.length ? kept : cookies));
  await context.close();
  return desk.found;
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await tell(JSON.parse(line))));
await browser.close();
