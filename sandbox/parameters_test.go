package sandbox

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"os"
	"sort"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write parameters.json anew")

// TestParametersFile makes the table of parameters from Stripe's own description.
func TestParametersFile(t *testing.T) {
	file, err := os.Open("testdata/stripe/openapi-2023-10-16-subset.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Required bool
				Schema   schemaNode
			}
			RequestBody struct {
				Content map[string]struct{ Schema schemaNode }
			}
		}
	}
	if err := json.NewDecoder(unzipped).Decode(&spec); err != nil {
		t.Fatal(err)
	}
	added, err := os.ReadFile("testdata/stripe/additions.json")
	if err != nil {
		t.Fatal(err)
	}
	more := spec
	more.Paths = nil
	if err := json.Unmarshal(added, &more); err != nil {
		t.Fatal(err)
	}
	for path, methods := range more.Paths {
		for method, operation := range methods {
			spec.Paths[path][method] = operation
		}
	}
	table := map[string]*parameter{}
	for path, methods := range spec.Paths {
		for method, operation := range methods {
			form, ok := operation.RequestBody.Content["application/x-www-form-urlencoded"]
			if !ok {
				form = operation.RequestBody.Content["multipart/form-data"] // with a file
			}
			node := form.Schema.parameter()
			if node.Kind == "" || node.Kind == "map" {
				node = &parameter{Kind: "object"}
			}
			if node.Fields == nil {
				node.Fields = map[string]*parameter{}
			}
			for _, p := range operation.Parameters {
				if p.In != "query" {
					continue
				}
				node.Fields[p.Name] = p.Schema.parameter()
				if p.Required {
					node.Required = append(node.Required, p.Name)
				}
			}
			node.Fields["expand"] = &parameter{Kind: "array", Item: &parameter{Kind: "string"}}
			table[strings.ToUpper(method)+" "+path] = node
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	if err := encoder.Encode(table); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("parameters.json", out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("parameters.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, out.Bytes()) {
		t.Fatal("parameters.json is stale: run go test ./sandbox -run TestParametersFile -update")
	}
}

type schemaNode struct {
	Type                 string
	Properties           map[string]schemaNode
	Required             []string
	Items                *schemaNode
	Enum                 []any
	AnyOf                []schemaNode
	AdditionalProperties json.RawMessage
}

func (s schemaNode) parameter() *parameter {
	if len(s.AnyOf) > 0 {
		p := &parameter{Kind: "any"}
		for _, option := range s.AnyOf {
			p.Options = append(p.Options, option.parameter())
		}
		return p
	}
	p := &parameter{Kind: s.Type}
	for _, value := range s.Enum {
		if text, ok := value.(string); ok {
			p.Values = append(p.Values, text)
		}
	}
	switch s.Type {
	case "array":
		p.Item = s.Items.parameter()
	case "object":
		if len(s.Properties) == 0 {
			return &parameter{Kind: "map"}
		}
		p.Fields = map[string]*parameter{}
		for name, property := range s.Properties {
			p.Fields[name] = property.parameter()
		}
		p.Required = s.Required
		sort.Strings(p.Required)
	}
	return p
}

// TestRoutes holds the table of endpoints to Stripe's description: none is invented.
func TestRoutes(t *testing.T) {
	for _, e := range endpoints {
		if parametersOf()[e.method+" "+e.path] == nil {
			t.Errorf("%s %s is not in Stripe's description", e.method, e.path)
		}
	}
}

// TestWords holds both languages to the same keys.
func TestWords(t *testing.T) {
	for key := range english {
		if _, there := french[key]; !there {
			t.Errorf("French lacks %q", key)
		}
	}
	for key := range french {
		if _, there := english[key]; !there {
			t.Errorf("English lacks %q", key)
		}
	}
	for _, card := range cardList {
		if say("en", "card."+card.Label) == "card."+card.Label || !passesLuhn(card.Number) {
			t.Errorf("%s has no words, or is no card number", card.Number)
		}
	}
}
