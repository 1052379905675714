// The search page: asks Pagefind, whose files are beside this one, and shows what it finds.
// Until it runs the page leads to the archive; where no script runs, it says that it needs one.

const STEP = 10;
const form = document.getElementById("search");
const words = form.elements.namedItem("q");
const selects = [...form.querySelectorAll("select")];
const status = document.getElementById("search-status");
const list = document.getElementById("search-results");
const more = document.getElementById("search-more");

let pagefind;
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
  await pagefind.options({ excerptLength: 28 });
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
  const answer = nothing ? { results: [] } : await pagefind.debouncedSearch(text || null, {}, 120);
  if (answer === null || question !== asked) return;
  found = answer.results.filter((result) => chosen.every((ids) => ids.includes(result.id)));
  shown = 0;
  list.replaceChildren();
  status.textContent = nothing ? "" : count(found.length, text);
  await showMore(false);
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
  link.textContent = page.meta.title;
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
  text.innerHTML = `${page.excerpt} …`;
  return text;
}
