package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// xPerson is somebody with an account on X.
type xPerson struct {
	ID                      int64
	Handle, Name, Bio, Kind string
	Tint                    int64
	Created                 int64
}

// Letter is what stands in the round picture.
func (p xPerson) Letter() string {
	for _, r := range p.Name {
		return string(r)
	}
	return "?"
}

// Shade is the class of the round picture's colour.
func (p xPerson) Shade() int64 { return p.Tint }

// Merchant tells whether the account is a shop's.
func (p xPerson) Merchant() bool { return p.Kind == "merchant" }

// everybody are the people of the demo: shops that post and fans who buy. Their ids never change.
var everybody = []xPerson{
	{ID: 1453921887001600011, Handle: "maisonkestrel", Name: "Maison Kestrel", Bio: "Linen, cedar and tea from a small workshop by the Saône.", Kind: "merchant", Tint: 1},
	{ID: 1467215004882145290, Handle: "atelierndiaye", Name: "Atelier Ndiaye", Bio: "Paniers et tissus, entre Dakar et Bruxelles.", Kind: "merchant", Tint: 2},
	{ID: 1489033175920648205, Handle: "kiosklumen", Name: "Kiosk Lumen", Bio: "Magazines and film, printed in Leipzig.", Kind: "merchant", Tint: 3},
	{ID: 1502667781334507523, Handle: "heronpress", Name: "Heron Press", Bio: "Letterpress cards and calendars. Two people, one very old press.", Kind: "merchant", Tint: 4},
	{ID: 1371120934460383233, Handle: "mira_okafor", Name: "Mira Okafor", Bio: "Ceramics, ferries, long lunches.", Kind: "fan", Tint: 5},
	{ID: 1383445102233161730, Handle: "lucbernard", Name: "Luc Bernard", Bio: "Libraire à Nantes. Je lis debout.", Kind: "fan", Tint: 6},
	{ID: 1395880217745920003, Handle: "yuki_draws", Name: "Yuki Tanaka 田中", Bio: "絵と犬。Drawings on Sundays.", Kind: "fan", Tint: 7},
	{ID: 1402116638009458691, Handle: "samirhaddad", Name: "Samir Haddad", Bio: "Coffee first. سمير", Kind: "fan", Tint: 8},
	{ID: 1418830556120031234, Handle: "ingridsol", Name: "Ingrid Solberg", Bio: "Sails, knits, mends.", Kind: "fan", Tint: 9},
	{ID: 1427709943381082113, Handle: "tomasz_w", Name: "Tomasz Wójcik", Bio: "Trains and vinyl.", Kind: "fan", Tint: 10},
	{ID: 1435566720194138117, Handle: "priya_reads", Name: "Priya Raman", Bio: "Reader of everything, owner of too many tote bags.", Kind: "fan", Tint: 11},
	{ID: 1448012275561406466, Handle: "danielcosta", Name: "Daniel Costa", Bio: "Surf report and soup recipes.", Kind: "fan", Tint: 12},
}

// seed makes the people of the demo at the first start.
func (x *X) seed(ctx context.Context) error {
	return x.change(ctx, time.Time{}, func(c *xcall) error {
		for _, p := range everybody {
			_, err := c.db.ExecContext(ctx, `INSERT INTO x_people (id, handle, name, bio, kind, tint, created) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				p.ID, p.Handle, p.Name, p.Bio, p.Kind, p.Tint, p.ID>>22+epoch)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const personColumns = `id, handle, name, bio, kind, tint, created`

func scanPerson(row interface{ Scan(...any) error }) (*xPerson, error) {
	var p xPerson
	err := row.Scan(&p.ID, &p.Handle, &p.Name, &p.Bio, &p.Kind, &p.Tint, &p.Created)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &p, err
}

// person finds somebody by id; nil where there is nobody.
func (c *xcall) person(id int64) (*xPerson, error) {
	return scanPerson(c.db.QueryRowContext(c.ctx, `SELECT `+personColumns+` FROM x_people WHERE id = ?`, id))
}

// called finds somebody by handle.
func (c *xcall) called(handle string) (*xPerson, error) {
	return scanPerson(c.db.QueryRowContext(c.ctx, `SELECT `+personColumns+` FROM x_people WHERE handle = ?`, handle))
}

// people gives everybody, shops first.
func (c *xcall) people() ([]xPerson, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT `+personColumns+` FROM x_people ORDER BY kind DESC, tint, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []xPerson
	for rows.Next() {
		p, err := scanPerson(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, *p)
	}
	return found, rows.Err()
}
