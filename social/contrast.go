package social

import (
	"image"
	"image/color"
	"math"
)

// readable is the least contrast that text on a card has, by WCAG 2.
const readable = 4.5

// luminance is a colour's relative luminance, by WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// contrast is the ratio of two colours, 1 to 21.
func contrast(a, b color.Color) float64 {
	high, low := luminance(a), luminance(b)
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

// inkOn is the wanted colour where it can be read on a ground, else our ink, white or black.
func inkOn(ground color.Color, wanted color.Color) color.Color {
	if wanted != nil && contrast(ground, wanted) >= readable {
		return wanted
	}
	best := color.Color(white)
	if contrast(ground, ink) >= contrast(ground, white) {
		best = ink
	}
	if contrast(ground, best) < readable {
		return color.Black // of white and black one can always be read
	}
	return best
}

// plates are the opacities in percent that a plate under words may have, the thinnest first.
var plates = []uint32{78, 88, 94, 100}

// plateOpacity is the thinnest plate of a ground on which a text can be read in a box of a picture.
func plateOpacity(picture *image.RGBA, box image.Rectangle, ground, text color.Color) uint32 {
	for _, opacity := range plates {
		if worstContrast(picture, box, text, func(c color.RGBA) color.Color { return blend(c, ground, opacity) }) >= readable*1.1 {
			return opacity
		}
	}
	return 100
}

// worstContrast is that of a colour against the pixels of a box as something seen through changes them (nil for as they
// are), measured on a grid: the ratio that all but one pixel in fifty reach.
func worstContrast(picture *image.RGBA, box image.Rectangle, text color.Color, through func(color.RGBA) color.Color) float64 {
	box = box.Intersect(picture.Bounds())
	const across = 48
	var ratios []float64
	for i := range across {
		for j := range across {
			pixel := picture.RGBAAt(box.Min.X+box.Dx()*i/across, box.Min.Y+box.Dy()*j/across)
			seen := color.Color(pixel)
			if through != nil {
				seen = through(pixel)
			}
			ratios = append(ratios, contrast(seen, text))
		}
	}
	if len(ratios) == 0 {
		return 21
	}
	return nth(ratios, len(ratios)/50)
}

// nth is the n-th smallest of some numbers.
func nth(numbers []float64, n int) float64 {
	low, high := 0, len(numbers)-1
	for low < high {
		pivot, i, j := numbers[(low+high)/2], low, high
		for i <= j {
			for numbers[i] < pivot {
				i++
			}
			for numbers[j] > pivot {
				j--
			}
			if i <= j {
				numbers[i], numbers[j] = numbers[j], numbers[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return numbers[n]
		}
	}
	return numbers[n]
}
