// A script of this directory reads JSON from its standard input and writes JSON to its output.
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

export const input = () => JSON.parse(readFileSync(0, "utf8"));
export const output = (value) => process.stdout.write(JSON.stringify(value));

// Nothing but this machine's own pages is opened, so the browser's own sandbox, which containers
// and root cannot have, is not needed; and it is kept from looking for its maker's hosts.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export async function withBrowser(chromium, use) {
  const browser = await puppeteer.launch({ executablePath: chromium, args: FLAGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

export const resize = (page, width) => page.setViewport({ width, height: 800 });
