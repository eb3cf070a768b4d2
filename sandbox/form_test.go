package sandbox

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzForm: whatever somebody posts, the decoder of Stripe's bracket forms neither fails nor loses a value.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"amount=100&currency=eur", "line_items[0][price_data][currency]=eur&line_items[0][quantity]=2", "expand[]=a&expand[]=b", "metadata[a b]=c", "a[=1", "a]=1", "[]=1", "a[][b]=1&a[][b]=2",
		"a=1&a[b]=2", "a[b]=2&a=1", "a[0]=x&a[00]=y&a[10]=z", "%5B%5D=1&%00=2", "a[" + strings.Repeat("b][", 50) + "c]=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		root := decodeForm(values)
		for key, list := range values {
			at := root
			for _, part := range splitKey(key) {
				if part == "" {
					part = "0"
				}
				if at = at.kids[part]; at == nil {
					t.Fatalf("%q: the level %q of %q is lost", body, part, key)
				}
			}
			if !at.given {
				t.Fatalf("%q: %q has no value", body, key)
			}
			if len(values) == 1 && len(list) == 1 && at.value != list[0] {
				t.Fatalf("%q: %q is %q", body, key, at.value)
			}
		}
		names := root.names()
		if len(names) != len(root.kids) {
			t.Fatalf("%q: %d names for %d fields", body, len(names), len(root.kids))
		}
	})
}
