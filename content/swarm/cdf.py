"""Draws for each run how many clients have the file after how many seconds, as cdf.svg."""

import sys
from pathlib import Path

COLOURS = ["#2173df", "#df2f22", "#22873b", "#b746b7"]
GREY = "#757575"  # as much contrast on white as on black
LEFT, TOP, WIDTH, HEIGHT = 70, 20, 580, 330


def times(run):
    rows = (path.read_text().split(",") for path in Path("/shared", run, "times").iterdir())
    return sorted(float(seconds) for _, _, seconds in rows)


def text(x, y, words, fill=GREY, anchor="middle"):
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}" text-anchor="{anchor}">{words}</text>'


def line(path, colour, width=1):
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


runs = {name: times(name) for name in sys.argv[1:]}
last = max(map(max, runs.values()))
step = next(step for step in (5, 10, 20, 50, 100, 200, 500) if last <= 7 * step)
ticks = -int(-last // step)
out = []
for tick in range(ticks + 1):
    x = LEFT + tick * WIDTH / ticks
    out += [line(f"{x:g} {TOP}v{HEIGHT}", "#7575754d"), text(x, TOP + HEIGHT + 22, tick * step)]
for percent in range(0, 101, 25):
    y = TOP + HEIGHT * (1 - percent / 100)
    out += [line(f"{LEFT} {y:g}h{WIDTH}", "#7575754d")]
    out += [text(LEFT - 8, y + 5, f"{percent} %", anchor="end")]
out.append(text(LEFT + WIDTH / 2, TOP + HEIGHT + 46, "seconds"))
for number, (name, found) in enumerate(runs.items()):
    path = f"{LEFT} {TOP + HEIGHT}"
    for count, seconds in enumerate(found, 1):
        x, y = LEFT + seconds / step * WIDTH / ticks, TOP + HEIGHT * (1 - count / len(found))
        path += f"H{x:.1f}V{y:.1f}"
    out.append(line(path, COLOURS[number], 2.5))
    out.append(text(LEFT + 14, TOP + 24 + 22 * number, name, COLOURS[number], "start"))
head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 670 410" width="670" height="410"'
Path("cdf.svg").write_text(
    "".join([head + ' font-family="sans-serif" font-size="16">', *out, "</svg>\n"])
)
