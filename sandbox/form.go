package sandbox

import (
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// field is one level of a decoded bracket form: a value, or what stands in brackets behind it.
type field struct {
	value string
	given bool
	kids  map[string]*field
}

// decodeForm reads a form such as a[b][0]=c into a tree. Keys with a broken bracket stay whole, and are unknown later.
func decodeForm(values url.Values) *field {
	root := &field{kids: map[string]*field{}}
	for key, list := range values {
		for i, value := range list {
			at := root
			for _, part := range splitKey(key) {
				if part == "" { // a[]=x&a[]=y
					part = strconv.Itoa(i)
				}
				if at.kids == nil {
					at.kids = map[string]*field{}
				}
				if at.kids[part] == nil {
					at.kids[part] = &field{}
				}
				at = at.kids[part]
			}
			at.value, at.given = value, true
		}
	}
	return root
}

func splitKey(key string) []string {
	open := strings.IndexByte(key, '[')
	if open <= 0 || !strings.HasSuffix(key, "]") {
		return []string{key}
	}
	return append([]string{key[:open]}, strings.Split(key[open+1:len(key)-1], "][")...)
}

// names are the keys of the level: numbers by size, then words.
func (f *field) names() []string {
	names := make([]string, 0, len(f.kids))
	for name := range f.kids {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, aErr := strconv.Atoi(names[i])
		b, bErr := strconv.Atoi(names[j])
		if aErr == nil && bErr == nil {
			return a < b
		}
		return names[i] < names[j]
	})
	return names
}
