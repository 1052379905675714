// {chromium, urls, forms, tries} -> [{url, form, scores, failed}]: Lighthouse's scores of 0 to 100.
//
// A score is the best of some tries, as a machine that is shared makes a page slow by chance, but
// never fast; later tries are made when all pages had one. On a phone the network is slow, as
// simulated, and the processor this machine's own.
import lighthouse, { desktopConfig } from "lighthouse";
import { input, output, withBrowser } from "./browser.mjs";

const { chromium, urls, forms, tries } = input();
const CONFIGS = {
  desktop: desktopConfig,
  mobile: { extends: "lighthouse:default", settings: { throttling: { cpuSlowdownMultiplier: 1 } } },
};
const FLAGS = { disableFullPageScreenshot: true, logLevel: "error" };

const results = urls.flatMap((url) => forms.map((form) => ({ url, form, scores: {}, failed: [] })));
await withBrowser(chromium, async (browser) => {
  for (let turn = 0; turn < tries; turn += 1) {
    for (const result of results.filter(imperfect)) await attempt(browser, result);
  }
});
output(results);

function imperfect({ scores }) {
  const known = Object.values(scores);
  return known.length === 0 || known.some((score) => score < 100);
}

async function attempt(browser, result) {
  const { lhr } = await measured(browser, result.url, result.form);
  for (const [name, { score }] of Object.entries(lhr.categories)) {
    result.scores[name] = Math.max(result.scores[name] ?? 0, Math.round(score * 100));
  }
  result.failed = failures(lhr);
}

async function measured(browser, url, form) {
  const page = await browser.newPage();
  try {
    return await lighthouse(url, FLAGS, CONFIGS[form], page);
  } finally {
    await page.close();
  }
}

function failures(lhr) {
  const counted = Object.values(lhr.categories)
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id));
  return counted.map((id) => lhr.audits[id])
    .filter(({ score }) => score !== null && score < 1)
    .map(({ id, title, displayValue }) => [id, title, displayValue].filter(Boolean).join(": "));
}
