"""The names of elements that browsers know, and which of them do without an end tag."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


HTML = _names("""
    a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption
    cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input
    ins kbd label legend li link main map mark math menu meta meter nav noscript object ol optgroup
    option output p picture pre progress q rp rt ruby s samp script search section select
    selectedcontent slot small source span strong style sub summary sup svg table tbody td template
    textarea tfoot th thead time title tr track u ul var video wbr
    acronym applet basefont bgsound big blink center dir font frame frameset keygen listing marquee
    menuitem nobr noembed noframes param plaintext rb rtc spacer strike tt xmp
""")
"""Those of the standard; the last two lines are obsolete, and still shown."""

FOREIGN = _names("""
    animate animatemotion animatetransform circle clippath defs desc discard ellipse feblend
    fecolormatrix fecomponenttransfer fecomposite feconvolvematrix fediffuselighting
    fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr
    fegaussianblur feimage femerge femergenode femorphology feoffset fepointlight
    fespecularlighting fespotlight fetile feturbulence filter foreignobject g image line
    lineargradient marker mask metadata mpath path pattern polygon polyline radialgradient rect set
    stop switch symbol text textpath tspan use view
    annotation annotation-xml maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover
    mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd
    mtext mtr munder munderover none semantics
""")
"""Those that only drawings (``svg``) and formulas (``math``) have, in lower case."""

VOID = _names("""
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track
    wbr
""")
"""Those that never have an end tag."""

IDLE = _names("area base basefont bgsound embed link meta param source track")
"""Of these, those that do nothing without attributes: words are what they were meant for."""

ENDED_BY_OTHERS = {
    "p": _names(""),
    "li": _names("dir menu ol ul"),
    **dict.fromkeys(_names("dd dt"), _names("dl")),
    **dict.fromkeys(_names("caption colgroup tbody td tfoot th thead tr"), _names("table")),
    **dict.fromkeys(_names("optgroup option"), _names("datalist select")),
    **dict.fromkeys(_names("rb rp rt rtc"), _names("ruby")),
}
"""Those whose end tag may be omitted, and in which elements, if not everywhere."""
