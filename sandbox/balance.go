package sandbox

// getBalance adds up the ledger of the call's account: what has cleared is available, the rest pending.
func getBalance(c *call) (object, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT json_extract(body, '$.currency'),
			coalesce(sum(CASE WHEN json_extract(body, '$.available_on') <= ?1 THEN json_extract(body, '$.net') END), 0),
			coalesce(sum(CASE WHEN json_extract(body, '$.available_on') > ?1 THEN json_extract(body, '$.net') END), 0)
		FROM objects WHERE kind = 'balance_transaction' AND account = ?2 GROUP BY 1 ORDER BY 1`, c.now, c.account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	available, pending := []any{}, []any{}
	for rows.Next() {
		var currency string
		var now, later int64
		if err := rows.Scan(&currency, &now, &later); err != nil {
			return nil, err
		}
		available = append(available, amountIn(currency, now))
		pending = append(pending, amountIn(currency, later))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(available) == 0 {
		currency, err := c.ownCurrency()
		if err != nil {
			return nil, err
		}
		available, pending = append(available, amountIn(currency, 0)), append(pending, amountIn(currency, 0))
	}
	return object{"object": "balance", "available": available, "pending": pending, "livemode": false}, nil
}

func amountIn(currency string, amount int64) object {
	return object{"amount": amount, "currency": currency, "source_types": object{"card": amount}}
}

func (c *call) ownCurrency() (string, error) {
	if c.account == "" {
		return "eur", nil
	}
	account, err := c.load(c.account)
	if err != nil || account == nil {
		return "eur", err
	}
	return str(account, "default_currency"), nil
}

// announceBalance tells an account that money has cleared.
func announceBalance(c *call, _ string) error {
	balance, err := getBalance(c)
	if err != nil {
		return err
	}
	return c.emit("balance.available", balance)
}
