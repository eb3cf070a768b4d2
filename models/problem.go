package models

import "strings"

// Problem is one thing that must be mended before a change can be made. Code is the part after "problem." in words;
// Data are its pairs of name and value.
type Problem struct {
	Field string
	Code  string
	Data  []any
}

// Error names the code, for logs; people get words.
func (p *Problem) Error() string { return "problem: " + p.Field + " " + p.Code }

// Problems is all that is wrong with what was typed, in the order of the form.
type Problems []Problem

// Error names the codes, for logs.
func (ps Problems) Error() string {
	var codes []string
	for _, p := range ps {
		codes = append(codes, p.Field+" "+p.Code)
	}
	return "problems: " + strings.Join(codes, ", ")
}

// For is the problem of one field, or nil.
func (ps Problems) For(field string) *Problem {
	for i := range ps {
		if ps[i].Field == field {
			return &ps[i]
		}
	}
	return nil
}

// Add notes a problem with a field.
func (ps *Problems) Add(field, code string, data ...any) {
	*ps = append(*ps, Problem{Field: field, Code: code, Data: data})
}

// take notes a problem found by a parser, if there is one.
func (ps *Problems) take(field string, p *Problem) {
	if p != nil {
		ps.Add(field, p.Code, p.Data...)
	}
}

// orNil is the error to return: nil where nothing is wrong.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func problem(code string, data ...any) *Problem { return &Problem{Code: code, Data: data} }
