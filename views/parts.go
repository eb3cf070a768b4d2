package views

import (
	"strconv"
	"strings"
)

// iconPath is the outline of an icon. A name that is not there is a broken build: a test looks at all of them.
func iconPath(name string) string {
	d, ok := iconPaths[name]
	if !ok {
		panic("views: no icon " + strconv.Quote(name))
	}
	return d
}

func itoa(n int) string { return strconv.Itoa(n) }

func trimmed(s string) string { return strings.TrimSpace(s) }

func stepsDone(list []Step) int {
	n := 0
	for _, s := range list {
		if s.Done {
			n++
		}
	}
	return n
}

// stepWord says a step's state where only its mark shows it.
func stepWord(p Page, s Step) string {
	switch {
	case s.Done:
		return p.T("frame.steps.done")
	case s.Now:
		return p.T("frame.steps.now")
	default:
		return p.T("frame.steps.todo")
	}
}
