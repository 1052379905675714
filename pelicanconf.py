"""The site's settings, as built for its author. publishconf.py changes what the web needs.

Pelican reads every name in capitals.
"""

SITENAME = "Run, not remembered"
SITESUBTITLE = "A blog whose shell examples are run"
AUTHOR = "The author of this blog"

# Where the site will be: change it to your own. Feeds carry it in both builds; pages only
# when published, as the links of a preview are relative and hold on any port.
SITEURL = "https://example.org"
RELATIVE_URLS = True

# Whose posts these are, as RFC 4151 puts it: a domain and a year in which it was yours.
# Ids of feeds and posts grow from it, so never change it, not even when the site moves.
FEED_ID_AUTHORITY = "example.org,2009"

# Where readers find the source of this site; the footer links to it.
SOURCE_URL = "https://git.example.org/blog"

PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
THEME_STATIC_PATHS: list[str] = []  # the stylesheet is in the pages: one request for each
STATIC_PATHS = ["images", "files"]
PAGE_PATHS = ["pages"]

PLUGIN_PATHS = ["plugins"]
PLUGINS = [
    "transcripts",
    "feeds",  # after transcripts, whose items it rewrites
    "relations",
    "outline",
    "prose",
    "search",
    "cards",
    "addresses",  # after all that write files, so that no alias takes the place of one
]

# Build what is new or edited; see DESIGN, "Environments". The first one is the default.
TRANSCRIPTS_RUN = "missing"
TRANSCRIPTS_ENVIRONMENTS = {
    "sandbox": {"runner": "namespace", "root": "/"},
    # A small virtual machine with root and real file systems. What it runs comes from Debian's
    # packages alone, which requirements-roots.txt pins, so that any author sees the same.
    "machine": {
        "runner": "machine",
        "root": "debian:bookworm",
        "kernel": "debian:trixie",
        "packages": ["btrfs-progs", "e2fsprogs", "make", "xfsprogs"],
    },
    # Emulated hosts, for posts that declare them in "Hosts:".
    "network": {
        "runner": "network",
        "root": "debian:bookworm",
        "packages": ["iproute2", "iputils-ping", "python3"],
        "limits": {"memory": 8 << 30, "session": 1800},
    },
}

# The same output on every machine.
TIMEZONE = "UTC"
LOCALE = ["C.UTF-8", "C"]
DEFAULT_LANG = "en"
DEFAULT_DATE_FORMAT = "%-d %B %Y"

DEFAULT_CATEGORY = "Notes"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False  # a post with a later date stays a draft until that day
CACHE_CONTENT = False  # a cached post would not notice a new recording

# Pelican takes this in place of its own setting, and adds nothing but `meta`.
MARKDOWN = {
    "extensions": [
        "markdown.extensions.abbr",
        "markdown.extensions.attr_list",
        "markdown.extensions.codehilite",
        "markdown.extensions.def_list",
        "markdown.extensions.fenced_code",
        "markdown.extensions.footnotes",
        "markdown.extensions.md_in_html",
        "markdown.extensions.meta",
        "markdown.extensions.sane_lists",
        "markdown.extensions.tables",
        "markdown.extensions.toc",
    ],
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight", "guess_lang": False},
        "markdown.extensions.footnotes": {"BACKLINK_TITLE": "Back to the text of note {}"},
        "markdown.extensions.toc": {
            "permalink": "#",
            "permalink_title": "Permalink to this section",
        },
    },
    "output_format": "html",
}

TYPOGRIFY = True
TYPOGRIFY_OMIT_FILTERS = ["amp", "caps", "initial_quotes"]  # spans for styles we don't have

# A list shows the first paragraph, whole.
SUMMARY_MAX_PARAGRAPHS = 1
SUMMARY_MAX_LENGTH = None

# Signs that tell names apart are spelt out, so C, C++ and C# have a page each.
SLUG_REGEX_SUBSTITUTIONS = [
    (r"\+\+", "pp"),
    (r"\+", "-plus"),
    (r"#", "-sharp"),
    (r"\A\.", "dot-"),
    (r"[^\w\s-]", ""),
    (r"\A[-\s]+", ""),
    (r"[-\s]+\Z", ""),
    (r"[-\s]+", "-"),
]

ARTICLE_URL = "{date:%Y}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"
ARTICLE_LANG_URL = "{date:%Y}/{slug}-{lang}/"
ARTICLE_LANG_SAVE_AS = ARTICLE_LANG_URL + "index.html"
DRAFT_URL = "drafts/{slug}/"
DRAFT_SAVE_AS = DRAFT_URL + "index.html"
DRAFT_LANG_URL = "drafts/{slug}-{lang}/"
DRAFT_LANG_SAVE_AS = DRAFT_LANG_URL + "index.html"
PAGE_URL = "{slug}/"
PAGE_SAVE_AS = PAGE_URL + "index.html"
PAGE_LANG_URL = "{slug}-{lang}/"
PAGE_LANG_SAVE_AS = PAGE_LANG_URL + "index.html"
DRAFT_PAGE_URL = "drafts/pages/{slug}/"
DRAFT_PAGE_SAVE_AS = DRAFT_PAGE_URL + "index.html"
DRAFT_PAGE_LANG_URL = "drafts/pages/{slug}-{lang}/"
DRAFT_PAGE_LANG_SAVE_AS = DRAFT_PAGE_LANG_URL + "index.html"
CATEGORY_URL = "category/{slug}/"
CATEGORY_SAVE_AS = CATEGORY_URL + "index.html"
TAG_URL = "tag/{slug}/"
TAG_SAVE_AS = TAG_URL + "index.html"
YEAR_ARCHIVE_URL = "{date:%Y}/"
YEAR_ARCHIVE_SAVE_AS = YEAR_ARCHIVE_URL + "index.html"
AUTHOR_SAVE_AS = ""

DIRECT_TEMPLATES = ["index", "archives", "categories", "tags", "feeds", "examples", "search", "404"]
INDEX_URL = ""
ARCHIVES_URL = "archives/"
ARCHIVES_SAVE_AS = ARCHIVES_URL + "index.html"
CATEGORIES_URL = "categories/"
CATEGORIES_SAVE_AS = CATEGORIES_URL + "index.html"
TAGS_URL = "tags/"
TAGS_SAVE_AS = TAGS_URL + "index.html"
SEARCH_URL = "search/"
SEARCH_SAVE_AS = SEARCH_URL + "index.html"
EXAMPLES_URL = "examples/"
EXAMPLES_SAVE_AS = EXAMPLES_URL + "index.html"

DEFAULT_PAGINATION = 10
PAGINATED_TEMPLATES = {"index": None, "category": None, "tag": None}
PAGINATION_PATTERNS = [
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
]

# Servers know the type of `.atom`; `.atom.xml` goes out as plain XML.
FEED_ALL_ATOM = "feeds/all.atom"
FEED_ALL_RSS = "feeds/all.rss"
FEEDS_ALL_JSON = "feeds/all.json"
CATEGORY_FEED_ATOM = "feeds/category/{slug}.atom"
CATEGORY_FEED_RSS = "feeds/category/{slug}.rss"
FEEDS_CATEGORY_JSON = "feeds/category/{slug}.json"
TAG_FEED_ATOM = "feeds/tag/{slug}.atom"
TAG_FEED_RSS = "feeds/tag/{slug}.rss"
FEEDS_TAG_JSON = "feeds/tag/{slug}.json"
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None
FEED_MAX_ITEMS = 15
RSS_FEED_SUMMARY_ONLY = False
FEEDS_OPML = "feeds/feeds.opml"
FEEDS_LOGO = "static/hackergotchi.png"  # below the theme; planets show it beside each post
FEEDS_HUB = ""  # the URL of a WebSub hub, if one is told of new posts
FEEDS_URL = "feeds/"  # the page that explains them
FEEDS_SAVE_AS = FEEDS_URL + "index.html"
