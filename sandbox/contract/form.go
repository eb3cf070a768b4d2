package contract

import (
	"bytes"
	"mime"
	"mime/multipart"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// nest turns bracketed keys into maps within maps; lists are maps with numbers for keys until coerce knows better.
func nest(values url.Values) map[string]any {
	tree := map[string]any{}
	for key, given := range values {
		path := strings.Split(strings.ReplaceAll(key, "]", ""), "[")
		at := tree
		for _, part := range path[:len(path)-1] {
			inner, ok := at[part].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[part] = inner
			}
			at = inner
		}
		last := path[len(path)-1]
		if last == "" {
			for i, value := range given {
				at[strconv.Itoa(i)] = value
			}
			continue
		}
		at[last] = given[0]
	}
	return tree
}

// coerce gives the words of a form the types that a schema wants; what does not fit is left for the check to find.
func coerce(schema *openapi3.Schema, given any) any {
	for _, option := range schema.AnyOf {
		if value := coerce(option.Value, given); visit(option.Value, value) == nil {
			return value
		}
	}
	switch given := given.(type) {
	case string:
		return coerceWord(schema, given)
	case map[string]any:
		if schema.Type != nil && schema.Type.Is("array") {
			return coerceList(schema, given)
		}
		result := map[string]any{}
		for key, value := range given {
			switch {
			case schema.Properties[key] != nil:
				result[key] = coerce(schema.Properties[key].Value, value)
			case schema.AdditionalProperties.Schema != nil:
				result[key] = coerce(schema.AdditionalProperties.Schema.Value, value)
			default:
				result[key] = value
			}
		}
		return result
	}
	return given
}

func coerceWord(schema *openapi3.Schema, given string) any {
	switch {
	case schema.Type == nil:
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		if n, err := strconv.ParseFloat(given, 64); err == nil {
			return n
		}
	case schema.Type.Is("boolean"):
		if b, err := strconv.ParseBool(given); err == nil {
			return b
		}
	}
	return given
}

func coerceList(schema *openapi3.Schema, given map[string]any) any {
	type place struct {
		at    int
		value any
	}
	var places []place
	for key, value := range given {
		at, err := strconv.Atoi(key)
		if err != nil {
			return given
		}
		places = append(places, place{at, value})
	}
	sort.Slice(places, func(i, j int) bool { return places[i].at < places[j].at })
	result := []any{}
	for _, p := range places {
		result = append(result, coerce(schema.Items.Value, p.value))
	}
	return result
}

// formOf reads a body as what it says it is: a plain form, or one that brings a file.
func formOf(media string, body []byte) (kind string, form url.Values, err error) {
	kind, about, _ := mime.ParseMediaType(media)
	if kind != "multipart/form-data" {
		form, err = url.ParseQuery(string(body))
		return "application/x-www-form-urlencoded", form, err
	}
	read, err := multipart.NewReader(bytes.NewReader(body), about["boundary"]).ReadForm(int64(len(body)))
	if err != nil {
		return kind, nil, err
	}
	form = url.Values(read.Value)
	for name, files := range read.File {
		form.Set(name, files[0].Filename)
	}
	return kind, form, nil
}
