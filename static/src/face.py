"""Makes the display face from the npm package: weights 500 to 800, and U+202F (French thin
no-break space) mapped to the thin space that the face already has. Run from the repository's root
with Debian's python3-fonttools and python3-brotli."""

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCE = "node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-%s-wght-normal.woff2"

for part in ("latin", "latin-ext"):
    font = TTFont(SOURCE % part, recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": (500, 800)})
    if part == "latin":
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[0x202F] = table.cmap[0x2009]
    font.flavor = "woff2"
    font.save("static/bricolage-%s.woff2" % part)
