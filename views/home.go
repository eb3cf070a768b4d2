package views

import "github.com/tillbird/tillbird/models"

// Home is what the landing page shows beside its words.
type Home struct {
	Card            *OfferTile   // an offer that can be bought now, or nil for the example
	Price, Fee, Net models.Money // the sum of one sale
	Host            string       // under which these pages are found, as networks show it
}

// question is one of those that people ask first.
var questions = []string{"money", "fans", "need", "refund", "review", "leave"}
