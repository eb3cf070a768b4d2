package models

import (
	"context"
	"time"
)

// Limit allows Burst at once and then one each Every.
type Limit struct {
	Name  string
	Burst int
	Every time.Duration
}

// Allow counts one use of a limit by somebody (an address, an account) and tells how long to wait: zero means go on.
// It is the generic cell rate algorithm in one statement, so instances on one database share it.
func (s *Store) Allow(ctx context.Context, limit Limit, who string) (wait time.Duration, err error) {
	now := s.now().UnixMicro()
	step := limit.Every.Microseconds()
	tolerance := step * int64(limit.Burst-1)
	name := limit.Name + ":" + s.sealer.digest("limit", who)[:32]
	var rows int64
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		result := db.Exec(`INSERT INTO rate_limits (name, arrival_us) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET arrival_us = CASE WHEN rate_limits.arrival_us > ? THEN rate_limits.arrival_us ELSE ? END + ?
			WHERE rate_limits.arrival_us - ? <= ?`, name, now+step, now, now, step, tolerance, now)
		rows = result.RowsAffected
		return result.Error
	})
	if err != nil || rows > 0 {
		return 0, err
	}
	var arrival int64
	if err := s.read(ctx).Raw("SELECT arrival_us FROM rate_limits WHERE name = ?", name).Scan(&arrival).Error; err != nil {
		return 0, err
	}
	return max(time.Duration(arrival-tolerance-now)*time.Microsecond, time.Second), nil
}
