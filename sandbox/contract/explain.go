package contract

import (
	"errors"
	"fmt"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
)

// visit checks a value against a schema and says in one line where it breaks.
func visit(schema *openapi3.Schema, value any) error {
	err := schema.VisitJSON(value)
	if err == nil {
		return nil
	}
	if where := explain(schema, value, ""); where != "" {
		return errors.New(where)
	}
	return err
}

func fits(schema *openapi3.Schema, value any) bool { return schema.VisitJSON(value) == nil }

// explain goes down to the place that does not fit; "" when everything does.
func explain(schema *openapi3.Schema, value any, at string) string {
	if fits(schema, value) {
		return ""
	}
	if len(schema.AnyOf) > 0 {
		return explain(likeliest(schema, value), value, at)
	}
	switch value := value.(type) {
	case map[string]any:
		return explainObject(schema, value, at)
	case []any:
		if schema.Items == nil {
			break
		}
		for i, item := range value {
			if where := explain(schema.Items.Value, item, fmt.Sprintf("%s[%d]", at, i)); where != "" {
				return where
			}
		}
	}
	reason := "does not fit"
	var schemaErr *openapi3.SchemaError
	if errors.As(schema.VisitJSON(value), &schemaErr) {
		reason = schemaErr.Reason
	}
	return fmt.Sprintf("%s: %s (it is %v)", at, reason, value)
}

func explainObject(schema *openapi3.Schema, value map[string]any, at string) string {
	names := []string{}
	for name := range value {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		property := schema.Properties[name]
		if property == nil {
			if len(schema.Properties) > 0 {
				return at + "." + name + " is not in the description"
			}
			continue
		}
		if where := explain(property.Value, value[name], at+"."+name); where != "" {
			return where
		}
	}
	for _, name := range schema.Required {
		if _, there := value[name]; !there {
			return at + "." + name + " is missing"
		}
	}
	return fmt.Sprintf("%s does not fit (it is %v)", at, value)
}

// likeliest is the option that the value was meant for: the object of its name, else the last, which names an object.
func likeliest(schema *openapi3.Schema, value any) *openapi3.Schema {
	node, _ := value.(map[string]any)
	for _, option := range schema.AnyOf {
		name := option.Value.Properties["object"]
		if node == nil || name == nil || len(name.Value.Enum) == 0 || name.Value.Enum[0] != node["object"] {
			continue
		}
		if _, deleted := option.Value.Properties["deleted"]; deleted == (node["deleted"] != nil) {
			return option.Value
		}
	}
	if node == nil {
		return schema.AnyOf[0].Value
	}
	return schema.AnyOf[len(schema.AnyOf)-1].Value
}
