// {chromium, pages: [{url, type, script, follow, more}]} -> what the search page shows to a person, one answer a page.
// What is typed is typed into the field; without a script nothing is.
import { readFileSync, writeFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

// Nothing but this machine's own pages is opened, so the browser's own sandbox is not needed.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-background-networking",
  "--disable-component-update", "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const { chromium, pages } = JSON.parse(readFileSync(0, "utf8"));
const browser = await puppeteer.launch({ executablePath: chromium, args: FLAGS });
const answers = [];
for (const question of pages) answers.push(await ask(question));
await browser.close();
writeFileSync(1, JSON.stringify(answers));

async function ask({ url, type, script, follow, more }) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setJavaScriptEnabled(script !== false);
  await page.setViewport({ width: 1200, height: 900 });
  await page.goto(url);
  if (script !== false) {
    await page.waitForSelector("#search:not([hidden])");
    if (type) {
      await page.focus("#q");
      await page.keyboard.type(type);
    }
    await page.waitForFunction("document.getElementById('search-status').textContent");
    await page.waitForNetworkIdle({ idleTime: 300 });
    if (more) {
      await page.click("#search-more");
      await page.waitForFunction("document.getElementById('search-more').hidden && document.activeElement.href");
    }
  }
  const answer = { ...(await page.evaluate(shown)), complaints };
  if (follow) {
    await Promise.all([page.waitForNavigation(), page.click("#search-results a")]);
    answer.followed = { url: page.url(), title: await page.title() };
  }
  await page.close();
  return answer;
}

// Runs in the page.
function shown() {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((node) => node.textContent);
  return {
    text: document.querySelector("main").innerText,
    status: document.getElementById("search-status").textContent,
    address: location.search,
    results: texts("#search-results h2 a"),
    links: [...document.querySelectorAll("#search-results h2 a")].map((link) => link.href),
    marked: texts("#search-results mark"),
    focus: document.activeElement.href,
    elements: texts("#search-results script, #search-results img"),
  };
}
