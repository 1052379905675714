// Functions that run inside of a page. Each stands alone: the browser is sent its text only.

// What can be read on the page, less what is only there to be pressed.
export function text() {
  const buttons = [...document.querySelectorAll("button")];
  for (const button of buttons) button.style.display = "none";
  const read = document.body.innerText.replace(/\s+/g, " ").trim();
  for (const button of buttons) button.style.display = "";
  return read;
}

// What reaches further to the right than the page is wide; nothing where the page does not scroll.
// INSIDE: what an element scrolls within itself does not count, only what moves the whole page.
export function sideways(inside) {
  const root = document.scrollingElement;
  const name = (element) => element.outerHTML.slice(0, 90).replace(/\s+/g, " ");
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    inside
      ? element.getBoundingClientRect().right > root.clientWidth + 1
      : element.matches("pre, table, div") && element.scrollWidth > element.clientWidth + 1);
  if (inside && root.scrollWidth <= root.clientWidth) return [];
  return wide.slice(0, 3).map(name);
}

// How many characters stand in each full line of the running text: paragraphs in the main part,
// of Latin script, each without its last line.
export function lines() {
  const found = [];
  for (const paragraph of document.querySelectorAll("main p")) {
    if (paragraph.closest("figure, li, td, nav, blockquote, aside, header, footer, .footnote")) continue;
    if (/[^\u0000-\u024f\u2000-\u23ff]/.test(paragraph.textContent)) continue;
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    const rows = [0];
    let before = -Infinity;
    while (walker.nextNode()) {
      const range = document.createRange();
      for (let at = 0; at < walker.currentNode.length; at += 1) {
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + 1);
        const [box] = range.getClientRects();
        if (!box) continue;
        if (box.left < before) rows.push(0);
        rows[rows.length - 1] += 1;
        before = box.left;
      }
    }
    found.push(...rows.slice(0, -1));
  }
  return found;
}

// Mark what the keyboard may stop at and what scrolls, and tell of both. This browser lets the focus
// into all that scrolls; others need a tabindex, so without one it counts as not reachable.
export function focusStops() {
  const all = document.querySelectorAll("a[href], button, input, summary, [tabindex]");
  const boxes = [...document.querySelectorAll("main *")].filter((element) =>
    element.checkVisibility() && element.scrollWidth > element.clientWidth + 1
      && ["auto", "scroll"].includes(getComputedStyle(element).overflowX));
  all.forEach((element, index) => { element.dataset.mark = index; });
  const scrolling = boxes.map((element) => ({ mark: element.dataset.mark, name: element.outerHTML.slice(0, 90) }));
  return { stops: all.length, scrolling };
}

// Where the focus is, and how wide its outline; null when it is on nothing.
export function focused() {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here);
  const outline = style.outlineStyle === "none" ? 0 : Number.parseFloat(style.outlineWidth);
  return { mark: here.dataset.mark, name: here.outerHTML.slice(0, 90), outline };
}
