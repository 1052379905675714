// {chromium, urls, schemes, widths} -> [{url, scheme, width, rule, help, target}]: what axe finds.
import axe from "axe-core";
import { input, output, resize, withBrowser } from "./browser.mjs";

const { chromium, urls, schemes, widths } = input();
const found = [];
await withBrowser(chromium, async (browser) => {
  const page = await browser.newPage();
  for (const url of urls) {
    await resize(page, widths[0]);
    await page.goto(url);
    await page.evaluate(axe.source);
    for (const scheme of schemes) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      for (const width of widths) {
        await resize(page, width);
        for (const violation of await violations(page)) found.push({ url, scheme, width, ...violation });
      }
    }
  }
});
output(found);

// All rules that are not experimental: WCAG's and what is good practice besides.
function violations(page) {
  return page.evaluate(async () => {
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => ({ rule: id, help, target: target.join(" ") })));
  });
}
