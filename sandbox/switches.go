package sandbox

import (
	"context"
	"encoding/json"
)

// switches are how the operator wants webhooks to go wrong.
type switches struct {
	Twice   bool  // each event is delivered twice
	Nothing bool  // what is due is dropped, as if lost for good
	Shuffle bool  // what is due at once goes out in any order
	Delay   int64 // seconds that each try is late
}

func (sb *Sandbox) switches(ctx context.Context) (switches, error) {
	var w switches
	text, err := sb.setting(ctx, "switches", "{}")
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(text), &w)
}

func (sb *Sandbox) keepSwitches(ctx context.Context, w switches) error {
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	defer sb.rouse()
	return sb.keepSetting(ctx, "switches", string(text))
}
