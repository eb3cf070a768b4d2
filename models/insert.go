package models

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// insertion is the statement that writes a row of a type, made once: GORM makes it anew for each row, which costs more
// than the row.
type insertion struct {
	statement string
	fields    []*schema.Field
}

var (
	insertions sync.Map // by type
	schemas    sync.Map // GORM's own
)

// insert writes a row, as Create does, for the paths that are measured. All its fields have to be set: it knows nothing
// of defaults and times that GORM fills in.
func (t *tx) insert(row any) error {
	value := reflect.ValueOf(row).Elem()
	made, ok := insertions.Load(value.Type())
	if !ok {
		parsed, err := schema.Parse(row, &schemas, t.NamingStrategy)
		if err != nil {
			return err
		}
		made, _ = insertions.LoadOrStore(value.Type(), insertionOf(parsed))
	}
	insertion := made.(*insertion)
	values := make([]any, len(insertion.fields))
	for i, field := range insertion.fields {
		values[i], _ = field.ValueOf(t.ctx, value)
	}
	_, err := t.exec(insertion.statement, values...)
	return err
}

func insertionOf(table *schema.Schema) *insertion {
	made := &insertion{}
	for _, name := range table.DBNames {
		made.fields = append(made.fields, table.FieldsByDBName[name])
	}
	made.statement = fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", table.Table, strings.Join(table.DBNames, ", "), rowsOf(1, len(table.DBNames)))
	return made
}
