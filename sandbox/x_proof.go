package sandbox

import "context"

// XAnswer is a post below another, for proofs: ID answers To.
type XAnswer struct{ ID, To, Text string }

// Answers lists the posts by which a person answered others, oldest first, also those that are deleted.
func (x *X) Answers(ctx context.Context, handle string) ([]XAnswer, error) {
	rows, err := x.sb.read.QueryContext(ctx, `SELECT p.id, p.answers, p.written FROM x_posts p JOIN x_people w ON w.id = p.author WHERE w.handle = ? AND p.answers IS NOT NULL ORDER BY p.id`, handle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []XAnswer
	for rows.Next() {
		var id, to int64
		var a XAnswer
		if err := rows.Scan(&id, &to, &a.Text); err != nil {
			return nil, err
		}
		a.ID, a.To = idText(id), idText(to)
		all = append(all, a)
	}
	return all, rows.Err()
}

// Unlimited lets apps ask X as often as they like: the crowd of a proof comes within minutes.
func (x *X) Unlimited() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unlimited = true
}

// Subscriptions counts what X is to deliver to webhooks that work.
func (x *X) Subscriptions(ctx context.Context) (n int, err error) {
	err = x.sb.read.QueryRowContext(ctx, `SELECT count(*) FROM x_subscriptions s JOIN x_webhooks h ON h.id = s.webhook WHERE h.valid = 1`).Scan(&n)
	return n, err
}
