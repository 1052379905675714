// The search page: asks Pagefind, whose files are beside this one, and shows what it finds.
// Until it runs the page leads to the archive; where no script runs, it says that it needs one.

const STEP = 10;
const EXCERPT = 28; // words, or characters of what the index has by the character

// The scripts that are written without spaces; characters.py has the same ranges, and says why.
const ALONE =
  "\\u0e01-\\u0e3a\\u0e40-\\u0e5b\\u3005-\\u3007\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff" +
  "\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f" +
  "\\u{1aff0}-\\u{1b16f}\\u{20000}-\\u{3ffff}";
const CHARACTER = new RegExp(`[${ALONE}]\\p{M}*`, "gu");
const RUN = new RegExp(`(?:[${ALONE}]\\p{M}*)+`, "gu");
const QUOTED = /^\s*".+"\s*$/; // as Pagefind recognises it

const form = document.getElementById("search");
const words = form.elements.namedItem("q");
const selects = [...form.querySelectorAll("select")];
const status = document.getElementById("search-status");
const list = document.getElementById("search-results");
const more = document.getElementById("search-more");

let pagefind;
let inARow; // made when it is asked first
let facets; // by name and value, the ids of pages
let found = [];
let shown = 0;
let asked = 0; // so that the answer to an older question never replaces a newer one

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
form.addEventListener("input", () => search());
more.addEventListener("click", () => showMore(true));
addEventListener("popstate", () => {
  readAddress();
  search();
});

try {
  pagefind = await import("./pagefind.js");
  await pagefind.options({ excerptLength: EXCERPT });
  const [, answer] = await Promise.all([pagefind.init(), fetch(new URL("facets.json", import.meta.url))]);
  facets = await answer.json();
  offerChoices();
  document.getElementById("search-off").hidden = true;
  form.hidden = false;
  readAddress();
  await search();
} catch (error) {
  console.error(error);
  status.textContent = "The search could not be loaded.";
}

// A choice of categories, years and verdicts, where there is one.
function offerChoices() {
  for (const select of selects) {
    const values = Object.entries(facets[select.name] ?? {});
    values.sort(([a], [b]) => (select.name === "year" ? b - a : a.localeCompare(b)));
    for (const [value, ids] of values) select.append(new Option(`${value} (${ids.length})`, value));
    if (values.length < 2) select.parentElement.remove();
  }
}

function readAddress() {
  const asks = new URLSearchParams(location.search);
  words.value = asks.get("q") ?? "";
  for (const select of selects) {
    select.value = asks.get(select.name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
}

function writeAddress() {
  const asks = new URLSearchParams();
  for (const field of [words, ...selects]) if (field.value.trim()) asks.set(field.name, field.value);
  const query = asks.toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}

async function search() {
  const question = ++asked;
  writeAddress();
  const text = words.value.trim();
  const chosen = selects.filter((select) => select.value).map((select) => facets[select.name][select.value]);
  const nothing = !text && !chosen.length;
  const results = nothing ? [] : await ask(text);
  if (results === null || question !== asked) return;
  found = results.filter((result) => chosen.every((ids) => ids.includes(result.id)));
  shown = 0;
  list.replaceChildren();
  status.textContent = nothing ? "" : count(found.length, text);
  await showMore(false);
}

// Pagefind's results, the best first, or null if another question came meanwhile. Characters that the index
// has apart must stand in a row, as they were typed; the excerpt is then from where they do.
async function ask(text) {
  const runs = text.match(RUN) ?? [];
  const phrases = runs.length && QUOTED.test(text) ? [text] : runs.map((run) => `"${run}"`);
  const loose = runs.length ? setApart(text).replaceAll('"', " ") : text || null;
  const answer = await pagefind.debouncedSearch(loose, {}, 120);
  if (answer === null) return null;
  const exact = await Promise.all(phrases.map((phrase) => askInARow(setApart(phrase))));
  return exact.reduceRight(
    (kept, results) => kept.map(({ id }) => results.get(id)).filter(Boolean),
    answer.results,
  );
}

// Another Pagefind on the same files: one that takes か for が as well loses its place in a row that has both.
async function askInARow(phrase) {
  inARow ??= pagefind.createInstance({ exactDiacritics: true, excerptLength: 2 * EXCERPT });
  const { results } = await inARow.search(phrase);
  return new Map(results.map((result) => [result.id, result]));
}

function setApart(text) {
  return text.replace(CHARACTER, " $& ");
}

// What the index has apart, as it was written: see APART in characters.py.
function together(text) {
  return text.replace(/\u2060(<\/mark>)? ?(<mark>)?/g, "$1$2").replaceAll("</mark><mark>", "");
}

function count(number, text) {
  const what = number === 1 ? "1 page" : `${number || "No"} ${number ? "pages" : "page"}`;
  return text ? `${what} with “${text}”` : what;
}

async function showMore(moveFocus) {
  const question = asked;
  const next = found.slice(shown, shown + STEP);
  const pages = await Promise.all(next.map((result) => result.data()));
  if (question !== asked) return;
  const items = pages.map(item);
  list.append(...items);
  shown += next.length;
  more.hidden = shown >= found.length;
  if (moveFocus) items[0]?.querySelector("a").focus();
}

function item(page) {
  const entry = document.createElement("li");
  const heading = entry.appendChild(document.createElement("h2"));
  const link = heading.appendChild(document.createElement("a"));
  link.href = page.url;
  link.textContent = together(page.meta.title);
  if (page.meta.date) entry.append(about(page.meta.date));
  entry.append(excerpt(page));
  return entry;
}

function about(date) {
  const line = document.createElement("p");
  line.className = "meta";
  line.textContent = date;
  return line;
}

// Pagefind's excerpts are escaped text with <mark> around what was found.
function excerpt(page) {
  const text = document.createElement("p");
  text.innerHTML = `${together(page.excerpt)} …`;
  return text;
}
