package sandbox

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
)

// object is one object of the API. Keys that begin with an underscore are the sandbox's own notes and never leave it.
type object = map[string]any

func decode(text string) (object, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // amounts stay whole numbers
	var o object
	err := decoder.Decode(&o)
	return o, err
}

func encode(o any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(o); err != nil {
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// clone is a deep copy with the number type that the file gives, so that old and new compare.
func clone(o object) object {
	text, err := encode(o)
	if err != nil {
		panic("sandbox: an object that is not JSON: " + err.Error())
	}
	copied, err := decode(text)
	if err != nil {
		panic("sandbox: an object that is not JSON: " + err.Error())
	}
	return copied
}

func num(o object, key string) int64 {
	switch n := o[key].(type) {
	case int64:
		return n
	case int:
		return int64(n)
	case json.Number:
		value, _ := n.Int64()
		return value
	}
	return 0
}

func str(o object, key string) string { s, _ := o[key].(string); return s }

func yes(o object, key string) bool { b, _ := o[key].(bool); return b }

func sub(o object, key string) object { m, _ := o[key].(object); return m }

func list(o object, key string) []any { l, _ := o[key].([]any); return l }

// orNil is null for an empty text, as Stripe has it.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// insert keeps a new object of the call's account.
func (c *call) insert(id string, o object) error {
	text, err := encode(o)
	if err != nil {
		return err
	}
	created := c.now
	if _, has := o["created"]; has {
		created = num(o, "created")
	}
	o["_account"] = c.account
	_, err = c.db.ExecContext(c.ctx, `INSERT INTO objects (id, account, kind, created, body) VALUES (?, ?, ?, ?, ?)`, id, c.account, str(o, "object"), created, text)
	return err
}

// save keeps a changed object.
func (c *call) save(id string, o object) error {
	text, err := encode(o)
	if err != nil {
		return err
	}
	_, err = c.db.ExecContext(c.ctx, `UPDATE objects SET body = ? WHERE id = ?`, text, id)
	return err
}

func (c *call) remove(id string) error {
	_, err := c.db.ExecContext(c.ctx, `DELETE FROM objects WHERE id = ?`, id)
	return err
}

// load finds an object by id, whoever owns it; nil when there is none.
func (c *call) load(id string) (object, error) {
	var account, text string
	err := c.db.QueryRowContext(c.ctx, `SELECT account, body FROM objects WHERE id = ?`, id).Scan(&account, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o, err := decode(text)
	if err != nil {
		return nil, err
	}
	o["_account"] = account
	return o, nil
}

// find is load for an object of one kind that the call's account owns.
func (c *call) find(kind, id string) (object, error) {
	o, err := c.load(id)
	if err != nil || o == nil || str(o, "object") != kind || str(o, "_account") != c.account {
		return nil, err
	}
	return o, nil
}

// named finds the object that the path names, or answers that it is missing.
func (c *call) named(kind, noun, id string) (object, error) {
	o, err := c.find(kind, id)
	if err == nil && o == nil {
		return nil, missing(noun, id)
	}
	return o, err
}

// all gives the objects of a query that selects account and body.
func (c *call) all(query string, args ...any) ([]object, error) {
	rows, err := c.db.QueryContext(c.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []object
	for rows.Next() {
		var account, text string
		if err := rows.Scan(&account, &text); err != nil {
			return nil, err
		}
		o, err := decode(text)
		if err != nil {
			return nil, err
		}
		o["_account"] = account
		found = append(found, o)
	}
	return found, rows.Err()
}

// mergeMetadata lays new entries over old ones; an empty value removes its key, an empty text removes all.
func mergeMetadata(o object, given any) {
	switch values := given.(type) {
	case string:
		o["metadata"] = object{}
	case object:
		merged := object{}
		for key, value := range sub(o, "metadata") {
			merged[key] = value
		}
		for key, value := range values {
			if value == "" {
				delete(merged, key)
			} else {
				merged[key] = value
			}
		}
		o["metadata"] = merged
	}
}

// metadataOf is the metadata parameter of a new object.
func metadataOf(params object) object {
	o := object{"metadata": object{}}
	mergeMetadata(o, params["metadata"])
	return sub(o, "metadata")
}
