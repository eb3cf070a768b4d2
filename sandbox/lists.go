package sandbox

import (
	"fmt"
	"net/url"
	"sort"
	"strings"
)

// filter is one condition of a list, and the value of its question mark when it has one.
type filter struct {
	where string
	value any
}

// by filters on a property of the object when the parameter of that name was given.
func (c *call) by(names ...string) []filter {
	var filters []filter
	for _, name := range names {
		if value, given := c.params[name]; given {
			filters = append(filters, filter{fmt.Sprintf("json_extract(body, '$.%s') = ?", name), value})
		}
	}
	return filters
}

// page answers a list of the call's account, newest first, in Stripe's envelope.
func (c *call) page(kind string, filters ...filter) (object, error) {
	return c.pageOf("objects", "body", append(ofKind(kind), filters...))
}

// ofKind spells the kind out, because a partial index does not serve a bound value.
func ofKind(kind string) []filter { return []filter{{where: "kind = '" + kind + "'"}} }

func (c *call) pageOf(table, body string, filters []filter) (object, error) {
	limit := int64(10)
	if _, given := c.params["limit"]; given {
		limit = num(c.params, "limit")
	}
	if limit < 1 || limit > 100 {
		return nil, wrong("limit", "parameter_invalid_integer", "This value must be between 1 and 100 (it currently is '%d').", limit)
	}
	filters = append(filters, filter{"account = ?", c.account})
	filters = append(filters, createdFilters(c.params["created"])...)
	where, args := []string{}, []any{}
	for _, f := range filters {
		where = append(where, f.where)
		if f.value != nil {
			args = append(args, f.value)
		}
	}
	order := "DESC"
	for name, sign := range map[string]string{"starting_after": "<", "ending_before": ">"} {
		id := str(c.params, name)
		if id == "" {
			continue
		}
		var created, seq int64
		if err := c.db.QueryRowContext(c.ctx, `SELECT created, seq FROM `+table+` WHERE id = ? AND account = ?`, id, c.account).Scan(&created, &seq); err != nil {
			return nil, unknown(name, "object", id)
		}
		where = append(where, "(created, seq) "+sign+" (?, ?)")
		args = append(args, created, seq)
		if name == "ending_before" {
			order = "ASC"
		}
	}
	query := `SELECT account, ` + body + ` FROM ` + table + ` WHERE ` + strings.Join(where, " AND ") + ` ORDER BY created ` + order + `, seq ` + order + ` LIMIT ?`
	found, err := c.all(query, append(args, limit+1)...)
	if err != nil {
		return nil, err
	}
	more := int64(len(found)) > limit
	if more {
		found = found[:limit]
	}
	data := make([]any, 0, len(found))
	for _, o := range found {
		data = append(data, c.present(o))
	}
	if order == "ASC" {
		for i, j := 0, len(data)-1; i < j; i, j = i+1, j-1 {
			data[i], data[j] = data[j], data[i]
		}
	}
	return object{"object": "list", "data": data, "has_more": more}, nil
}

// createdFilters reads created=… and created[gte]=… and the like.
func createdFilters(given any) []filter {
	switch created := given.(type) {
	case int64:
		return []filter{{where: "created = ?", value: created}}
	case object:
		var filters []filter
		for name, sign := range map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<="} {
			if _, has := created[name]; has {
				filters = append(filters, filter{"created " + sign + " ?", num(created, name)})
			}
		}
		sort.Slice(filters, func(i, j int) bool { return filters[i].where < filters[j].where })
		return filters
	}
	return nil
}

// sublist is a list that stands inside another object.
func sublist(address string, items []object) object {
	data := make([]any, 0, len(items))
	for _, item := range items {
		shown := object{}
		for key, value := range item {
			if !strings.HasPrefix(key, "_") {
				shown[key] = value
			}
		}
		data = append(data, shown)
	}
	return object{"object": "list", "data": data, "has_more": false, "url": (&url.URL{Path: address}).String()}
}
