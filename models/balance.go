package models

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Balance is what a shop has at Stripe, and how it is paid out, as fetched.
type Balance struct {
	At        time.Time
	Available []Money // by currency; below zero where more went back than came in
	Pending   []Money
	Interval  string // of the schedule: daily, weekly, monthly, manual
	Weekday   string // monday … sunday, where weekly
	MonthDay  int64  // where monthly
	DelayDays int64  // from a sale until it can be paid out
	Banks     []BankAccount
}

// BankAccount is where a shop is paid out in a currency.
type BankAccount struct {
	ID, Name, Last4, Currency string
	Refused                   bool // it took no money
}

// Negative tells whether more went back than came in, in some currency.
func (b *Balance) Negative() bool {
	return slices.ContainsFunc(b.Available, func(m Money) bool { return m.Amount < 0 })
}

// Bank gives the bank account of a currency, or the only one; nil where there is none.
func (b *Balance) Bank(currency string) *BankAccount {
	at := slices.IndexFunc(b.Banks, func(bank BankAccount) bool { return bank.Currency == currency })
	switch {
	case at >= 0:
		return &b.Banks[at]
	case len(b.Banks) == 1:
		return &b.Banks[0]
	}
	return nil
}

// Balance gives what was last fetched of a shop; nil where nothing was.
func (s *Store) Balance(ctx context.Context, shop *Shop) (*Balance, error) {
	text, err := s.Note(ctx, "stripe.balance."+shop.ID)
	if err != nil || text == "" {
		return nil, err
	}
	var balance Balance
	if json.Unmarshal([]byte(text), &balance) != nil {
		return nil, nil // of an older form: it is fetched again
	}
	return &balance, nil
}

// KeepBalance keeps what was fetched, for the time when Stripe cannot be reached.
func (s *Store) KeepBalance(ctx context.Context, shop *Shop, balance *Balance) error {
	text, err := json.Marshal(balance)
	if err != nil {
		return err
	}
	return s.KeepNote(ctx, "stripe.balance."+shop.ID, string(text))
}
