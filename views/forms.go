package views

// FieldErrors are the words beside each field of a form, by the field's id.
type FieldErrors map[string]string

// Summary lists the errors of the given fields in their order, for the head of the page; then any others.
func (e FieldErrors) Summary(fields ...string) []Problem {
	var list []Problem
	seen := map[string]bool{}
	for _, field := range fields {
		if text := e[field]; text != "" {
			list = append(list, Problem{FieldID: field, Text: text})
		}
		seen[field] = true
	}
	for field, text := range e {
		if !seen[field] {
			list = append(list, Problem{Text: text})
		}
	}
	return list
}
