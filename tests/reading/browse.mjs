// {chromium, pages: [{url, keyboard}]} -> {url: facts}: what a person meets on each page.
import { input, output, resize, withBrowser } from "./browser.mjs";
import { focusStops, focused, lines, sideways, text } from "./in-page.mjs";

const DESK = 1200, PHONE = 360, NARROWEST = 320, PAPER = 700;
const { chromium, pages } = input();
const facts = {};
await withBrowser(chromium, async (browser) => {
  const plain = await browser.newPage();
  await plain.setJavaScriptEnabled(false);
  for (const { url, keyboard } of pages) {
    const page = await browser.newPage();
    facts[url] = { ...(await visit(page, url)), ...(await looks(page)), plain: await read(plain, url) };
    if (keyboard) facts[url].keyboard = await walk(page, url);
    await page.close();
  }
});
output(facts);

// What a page asks for and complains of while it loads.
async function visit(page, url) {
  const requests = [], complaints = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) requests.push(request.url());
  });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await resize(page, DESK);
  await page.goto(url);
  await page.waitForNetworkIdle({ idleTime: 50 });
  return { requests: [...requests], complaints: [...complaints], text: await page.evaluate(text) };
}

async function looks(page) {
  const desk = await page.evaluate(lines);
  await resize(page, PHONE);
  const phone = await page.evaluate(lines);
  await resize(page, NARROWEST);
  const narrowest = await page.evaluate(sideways, "scrolling is fine inside");
  await page.emulateMediaType("print");
  await resize(page, PAPER);
  const paper = await page.evaluate(sideways);
  await page.emulateMediaType("screen");
  return { desk, phone, narrowest, paper };
}

async function read(page, url) {
  await resize(page, DESK);
  await page.goto(url);
  return page.evaluate(text);
}

// Press Tab until the page's last stop was left; tell where the focus was, and what it missed.
async function walk(page, url) {
  await resize(page, PHONE);
  await page.goto(url);
  const wanted = await page.evaluate(focusStops);
  const seen = [];
  for (let step = 0; step <= wanted.stops + 1; step += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    if (stop === null) break;
    seen.push(stop);
  }
  const reached = new Set(seen.map(({ mark }) => mark).filter(Boolean));
  return {
    stops: seen.length,
    missed: wanted.scrolling.filter(({ mark }) => !reached.has(mark)).map(({ name }) => name),
    invisible: seen.filter(({ outline }) => !(outline > 0)).map(({ name }) => name),
  };
}
