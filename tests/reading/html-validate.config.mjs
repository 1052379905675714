// Everything that html-validate recommends, but for these:
export default {
  extends: ["html-validate:recommended"],
  rules: {
    // Markdown's footnotes have a colon in their ids, and a heading that is not Latin gets "_1". The
    // standard only forbids spaces.
    "valid-id": ["error", { relaxed: true }],
    // How Markdown aligns a column.
    "no-inline-style": ["error", { allowedProperties: ["text-align"] }],
    // How long a title is, is up to the author; a search engine shortens it.
    "long-title": "off",
    // The standard leaves the case open, and the theme writes everything in lower case.
    "doctype-style": ["error", { style: "lowercase" }],
    // A table that scrolls is a named region, so that the keyboard reaches it. A feed drops role and
    // name and keeps the `div`; a `section` would stay there, and mean a part of the post.
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
};
