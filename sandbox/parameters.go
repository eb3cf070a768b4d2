package sandbox

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
)

// parametersFile holds, for each operation that the sandbox serves, what Stripe's description lets one send.
// It is made from testdata/stripe by TestParametersFile, which also fails when it is stale.
//
//go:embed parameters.json
var parametersFile []byte

// parameter describes what may stand at one place of a form.
type parameter struct {
	Kind     string                `json:"k"` // string, integer, number, boolean, object, map, array, any
	Fields   map[string]*parameter `json:"f,omitempty"`
	Required []string              `json:"r,omitempty"`
	Item     *parameter            `json:"i,omitempty"`
	Values   []string              `json:"v,omitempty"`
	Options  []*parameter          `json:"o,omitempty"`
}

var parametersOf = sync.OnceValue(func() map[string]*parameter {
	table := map[string]*parameter{}
	if err := json.Unmarshal(parametersFile, &table); err != nil {
		panic("sandbox: parameters.json is not readable: " + err.Error())
	}
	return table
})

// read checks a form against the description and gives the values in their own types.
func (p *parameter) read(f *field, name string) (any, *failure) {
	switch p.Kind {
	case "any":
		return p.readAny(f, name)
	case "object":
		return p.readObject(f, name)
	case "map":
		return p.readMap(f, name)
	case "array":
		return p.readArray(f, name)
	}
	if f.kids != nil {
		return nil, wrong(name, "", "Invalid string: the parameter %s takes a single value", name)
	}
	return p.readValue(f.value, name)
}

func (p *parameter) readValue(value, name string) (any, *failure) {
	switch p.Kind {
	case "integer":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, wrong(name, "parameter_invalid_integer", "Invalid integer: %s", value)
		}
		return n, nil
	case "number":
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return nil, wrong(name, "", "Invalid decimal: %s", value)
		}
		return json.Number(value), nil
	case "boolean":
		switch value {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
		return nil, wrong(name, "", "Invalid boolean: %s", value)
	}
	if len(p.Values) > 0 {
		for _, allowed := range p.Values {
			if value == allowed {
				return value, nil
			}
		}
		return nil, wrong(name, "", "Invalid %s: must be one of %s", name, strings.Join(p.Values, ", "))
	}
	if value == "" {
		return nil, wrong(name, "parameter_invalid_empty", "You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; however '%s' cannot be unset. You should remove '%s' from your request or supply a non-empty value.", name, name, name)
	}
	return value, nil
}

// readAny takes the first option that fits; an option of the same shape gives the clearer words otherwise.
func (p *parameter) readAny(f *field, name string) (any, *failure) {
	var best *failure
	for _, option := range p.Options {
		value, fail := option.read(f, name)
		if fail == nil {
			return value, nil
		}
		nested := option.Kind == "object" || option.Kind == "map" || option.Kind == "array"
		if best == nil || nested == (f.kids != nil) {
			best = fail
		}
	}
	return nil, best
}

func (p *parameter) readObject(f *field, name string) (any, *failure) {
	if f.given {
		return nil, wrong(name, "parameter_invalid", "Invalid object")
	}
	result := object{}
	for _, key := range f.names() {
		inner := nested(name, key)
		if p.Fields[key] == nil {
			return nil, wrong(inner, "parameter_unknown", "Received unknown parameter: %s", inner)
		}
		value, fail := p.Fields[key].read(f.kids[key], inner)
		if fail != nil {
			return nil, fail
		}
		result[key] = value
	}
	for _, key := range p.Required {
		if _, given := result[key]; !given {
			return nil, wrong(nested(name, key), "parameter_missing", "Missing required param: %s.", nested(name, key))
		}
	}
	return result, nil
}

func (p *parameter) readMap(f *field, name string) (any, *failure) {
	if f.given {
		return nil, wrong(name, "parameter_invalid", "Invalid hash")
	}
	result := object{}
	for key, kid := range f.kids {
		if kid.kids != nil {
			return nil, wrong(nested(name, key), "", "Invalid string: a value of %s cannot be an object", name)
		}
		if len(key) > 40 {
			return nil, wrong(name, "", "Metadata keys can have up to 40 characters, but you passed in a key with %d characters. Invalid key: %s", len(key), key)
		}
		if len([]rune(kid.value)) > 500 {
			return nil, wrong(nested(name, key), "", "Metadata values can have up to 500 characters, but you passed in a value that is %d characters.", len([]rune(kid.value)))
		}
		result[key] = kid.value
	}
	if len(result) > 50 {
		return nil, wrong(name, "", "You can have up to 50 metadata keys.")
	}
	return result, nil
}

func (p *parameter) readArray(f *field, name string) (any, *failure) {
	if f.given {
		return nil, wrong(name, "parameter_invalid", "Invalid array")
	}
	result := []any{}
	for _, key := range f.names() {
		if _, err := strconv.Atoi(key); err != nil {
			return nil, wrong(name, "parameter_invalid", "Invalid array")
		}
		value, fail := p.Item.read(f.kids[key], nested(name, key))
		if fail != nil {
			return nil, fail
		}
		result = append(result, value)
	}
	return result, nil
}

func nested(name, key string) string {
	if name == "" {
		return key
	}
	return name + "[" + key + "]"
}
