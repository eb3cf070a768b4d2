// Package contract holds the traffic of a Stripe client and a Stripe server to Stripe's own description, in tests.
package contract

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// specification is where the description lies in the module.
const specification = "sandbox/testdata/stripe/openapi-2023-10-16-subset.json.gz"

// additions are what the subset leaves out and the sandbox serves all the same, from the same description.
const additions = "sandbox/testdata/stripe/additions.json"

// Contract checks requests and responses against Stripe's description and fails its test where they differ.
type Contract struct {
	t   testing.TB
	doc *openapi3.T
}

var loaded = sync.OnceValues(load)

// New gives a contract that reports to t.
func New(t testing.TB) *Contract {
	t.Helper()
	doc, err := loaded()
	if err != nil {
		t.Fatalf("Stripe's description could not be read: %v", err)
	}
	return &Contract{t: t, doc: doc}
}

func load() (*openapi3.T, error) {
	path, err := inModule(specification)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, err
	}
	more, err := inModule(additions)
	if err != nil {
		return nil, err
	}
	if text, err = join(text, more); err != nil {
		return nil, err
	}
	if text, err = closeObjects(text); err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// join lays what a file adds over the description.
func join(text []byte, file string) ([]byte, error) {
	added, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc, more map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(added, &more); err != nil {
		return nil, err
	}
	var lay func(under, over map[string]any)
	lay = func(under, over map[string]any) {
		for key, value := range over {
			inner, deeper := value.(map[string]any)
			old, there := under[key].(map[string]any)
			if deeper && there {
				lay(old, inner)
			} else {
				under[key] = value
			}
		}
	}
	lay(doc, more)
	return json.Marshal(doc)
}

// inModule finds a file from the root of the module that the test runs in.
func inModule(path string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, path), nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// closeObjects allows each object the properties it names and no others, so that an invented field is found.
func closeObjects(text []byte) ([]byte, error) {
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			if properties, ok := node["properties"].(map[string]any); ok && node["type"] == "object" && len(properties) > 0 {
				node["additionalProperties"] = false
			}
			for _, inner := range node {
				walk(inner)
			}
		case []any:
			for _, inner := range node {
				walk(inner)
			}
		}
	}
	walk(doc)
	return json.Marshal(doc)
}

// Wrap passes requests of the API through to next and checks them and their answers; other addresses pass unseen.
func (c *Contract) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasSuffix(r.URL.Path, "/contents") { // bytes of a file: Stripe has them at an address apart
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			c.t.Errorf("contract: %s %s: the request could not be read: %v", r.Method, r.URL.Path, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		c.check(r, body, answer)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
}

func (c *Contract) check(r *http.Request, body []byte, answer *httptest.ResponseRecorder) {
	operation := c.operation(r)
	if operation == nil {
		c.t.Errorf("contract: %s %s is not in Stripe's description", r.Method, r.URL.Path)
		return
	}
	if answer.Code < 300 { // what the server has refused is wrong by its own account
		if err := c.Request(operation, r.URL.Query(), r.Header.Get("Content-Type"), body); err != nil {
			c.t.Errorf("contract: %s %s: the request breaks Stripe's description: %v", r.Method, r.URL.Path, err)
		}
	}
	c.checkAnswer(r, operation, answer)
}

func (c *Contract) checkAnswer(r *http.Request, operation *openapi3.Operation, answer *httptest.ResponseRecorder) {
	schema := c.doc.Components.Schemas["error"].Value
	if answer.Code < 300 {
		schema = operation.Responses.Status(http.StatusOK).Value.Content["application/json"].Schema.Value
	}
	if err := c.Answer(schema, answer.Body.Bytes()); err != nil {
		c.t.Errorf("contract: %s %s: the answer %d breaks Stripe's description: %v", r.Method, r.URL.Path, answer.Code, err)
	}
}

// operation is the one of the description that a request is for, nil when there is none.
func (c *Contract) operation(r *http.Request) *openapi3.Operation {
	asked := strings.Split(r.URL.Path, "/")
	var best *openapi3.Operation
	fewest := len(asked) + 1
	for path, item := range c.doc.Paths.Map() {
		parts := strings.Split(path, "/")
		if len(parts) != len(asked) || item.GetOperation(r.Method) == nil {
			continue
		}
		fits, open := true, 0
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				open++
			} else if part != asked[i] {
				fits = false
			}
		}
		if fits && open < fewest {
			best, fewest = item.GetOperation(r.Method), open
		}
	}
	return best
}

// Answer checks a body against a schema, and the object inside each event against the schema of its kind.
func (c *Contract) Answer(schema *openapi3.Schema, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if err := visit(schema, value); err != nil {
		return err
	}
	return c.eventsIn(value)
}

// Event checks a webhook's body: the envelope and the object that it tells of.
func (c *Contract) Event(body []byte) error {
	return c.Answer(c.doc.Components.Schemas["event"].Value, body)
}

func (c *Contract) eventsIn(value any) error {
	node, _ := value.(map[string]any)
	if node["object"] == "list" {
		items, _ := node["data"].([]any)
		for _, item := range items {
			if err := c.eventsIn(item); err != nil {
				return err
			}
		}
	}
	if node["object"] != "event" {
		return nil
	}
	data, _ := node["data"].(map[string]any)
	inner, _ := data["object"].(map[string]any)
	kind, _ := inner["object"].(string)
	schema := c.doc.Components.Schemas[kind]
	if schema == nil {
		return fmt.Errorf("event %v tells of an unknown kind of object %q", node["type"], kind)
	}
	if err := visit(schema.Value, inner); err != nil {
		return fmt.Errorf("the object of event %v: %w", node["type"], err)
	}
	return nil
}

// Request checks the parameters of a request: those of its address and those of its form.
func (c *Contract) Request(operation *openapi3.Operation, query url.Values, media string, body []byte) error {
	allowed := map[string]*openapi3.Schema{}
	for _, parameter := range operation.Parameters {
		if parameter.Value.In == "query" {
			allowed[parameter.Value.Name] = parameter.Value.Schema.Value
		}
	}
	for name, given := range nest(query) {
		schema := allowed[name]
		if schema == nil {
			return fmt.Errorf("the parameter %s is not in the description", name)
		}
		if err := visit(schema, coerce(schema, given)); err != nil {
			return fmt.Errorf("the parameter %s%w", name, err)
		}
	}
	kind, form, err := formOf(media, body)
	if err != nil {
		return err
	}
	if len(form) == 0 && (operation.RequestBody == nil || !operation.RequestBody.Value.Required) {
		return nil
	}
	if operation.RequestBody == nil {
		return errors.New("this operation takes no form")
	}
	content := operation.RequestBody.Value.Content[kind]
	if content == nil {
		return fmt.Errorf("this operation takes no %s", kind)
	}
	return visit(content.Schema.Value, coerce(content.Schema.Value, any(nest(form))))
}
