package models

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// PlainAmount writes an amount as a form takes it.
var PlainAmount = plainAmount

// ReadImport reads a file of offers without a database; nil where it cannot be read.
func ReadImport(shop *Shop, raw []byte) []Brought {
	t, wrong := readTable(raw)
	switch {
	case wrong != nil:
		return nil
	case t.isShopify():
		return t.shopify(shop)
	case t.isOurs():
		return t.ours(shop)
	}
	return nil
}

// RepliesPlan is how the database reads a page of replies.
func (s *Store) RepliesPlan(ctx context.Context, shop *Shop, filter ReplyFilter) (string, error) {
	query, err := s.repliesAsked(ctx, shop, filter)
	if err != nil {
		return "", err
	}
	var rows []Reply
	asked := filter.Page.apply(query, "came_at").Session(&gorm.Session{DryRun: true}).Find(&rows).Statement
	var steps []struct{ Detail string }
	err = s.read(ctx).Raw("EXPLAIN QUERY PLAN "+asked.SQL.String(), asked.Vars...).Scan(&steps).Error
	var plan []string
	for _, step := range steps {
		plan = append(plan, step.Detail)
	}
	return strings.Join(plan, "; "), err
}
