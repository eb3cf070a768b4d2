package social

import (
	"bytes"
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is how many dots of white a code needs around it to be read (ISO/IEC 18004).
const quiet = 4

// QRPicture is the code of a link as a PNG that prints sharply a hand wide.
func QRPicture(link string) ([]byte, error) {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return nil, err
	}
	code.Scale = max(1, 1200/(code.Size+2*quiet))
	return code.PNG(), nil // with its quiet zone
}

// QRDrawing is the code of a link as an SVG, which prints sharply at any size.
func QRDrawing(link string) ([]byte, error) {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return nil, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	var out bytes.Buffer
	side := code.Size + 2*quiet
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		side, side, 8*side, 8*side, side, side, path.String())
	return out.Bytes(), nil
}
