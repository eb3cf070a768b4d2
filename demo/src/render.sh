#!/bin/sh
# Draws every picture of the demo shops again: each SVG here becomes a JPEG of
# 1200 by 1200 points in ../pictures. Name some (render.sh mug tea) to draw only
# those. It needs chromium and ImageMagick's convert.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- $(ls ./*.svg | sed 's|^\./||; s|\.svg$||')
for name in "$@"; do
	# The window is taller than the picture because some versions of chromium
	# count the browser's frame as part of it.
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" --window-size=1200,1400 --hide-scrollbars \
		--force-device-scale-factor=1 --screenshot="$work/$name.png" \
		"file://$PWD/$name.svg" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	# A picture that is rich in threads gives up a little quality to stay small.
	for quality in 82 78 74 70 66 62; do
		convert "$work/$name.png" -crop 1200x1200+0+0 +repage -strip -sampling-factor 4:2:0 \
			-interlace JPEG -quality "$quality" "../pictures/$name.jpg"
		[ "$(wc -c <"../pictures/$name.jpg")" -gt 90000 ] || break
	done
done
