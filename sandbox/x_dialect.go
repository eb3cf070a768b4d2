package sandbox

import (
	"net/http"
	"strings"
)

// newer are the names that X gives its fields from 2026 on.
var newer = map[string]string{
	"referenced_tweets": "referenced_posts", "edit_history_tweet_ids": "edit_history_post_ids", "retweet_count": "repost_count",
	"tweets": "posts", "tweet_count": "post_count",
}

// newDialect tells whether a request asks in the newer names, or the operator wants them always.
func (x *X) newDialect(r *http.Request) bool {
	for name, values := range r.URL.Query() {
		if strings.HasPrefix(name, "post.") || name == "expansions" && strings.Contains(strings.Join(values, ","), "referenced_posts") {
			return true
		}
	}
	s, err := x.switches(r.Context())
	return err == nil && s.NewDialect
}

// renamed puts an answer into the newer names.
func renamed(value any) any {
	switch v := value.(type) {
	case object:
		if v == nil {
			return v
		}
		out := object{}
		for key, value := range v {
			if name, is := newer[key]; is {
				key = name
			}
			out[key] = renamed(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = renamed(v[i])
		}
		return out
	}
	return value
}

// asked are the fields of a kind that a request names, in either dialect; old names stand for new ones.
func (r *xrequest) asked(kind string) map[string]bool {
	names := []string{kind + ".fields"}
	if kind == "tweet" {
		names = append(names, "post.fields")
	}
	return r.named(names...)
}

// named are the comma-separated words of parameters, in the older names.
func (r *xrequest) named(parameters ...string) map[string]bool {
	found := map[string]bool{}
	for _, parameter := range parameters {
		for _, list := range r.query[parameter] {
			for _, word := range strings.Split(list, ",") {
				word = strings.TrimSpace(word)
				for older, name := range newer {
					if first, rest, _ := strings.Cut(word, "."); first == name {
						word = strings.TrimSuffix(older+"."+rest, ".")
					}
				}
				found[word] = true
			}
		}
	}
	return found
}
