package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const intakeConnections = 64

// intake is P3: what the door for webhooks takes, durable before the answer, beside the same door with a commit for each
// event and beside one that only checks the signature.
func intake(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	ours, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer ours.close()
	single, err := b.open(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	defer single.close()
	addresses := map[string]string{}
	for name, w := range map[string]*world{"ours": ours, "rows": single} {
		address, stop, err := w.serve()
		if err != nil {
			return nil, nil, err
		}
		defer stop()
		addresses[name] = address
	}
	address, stop, err := serve(http.HandlerFunc(verifyOnly))
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	addresses["verify"] = address

	rates := map[string][]float64{}
	var overRows, overVerify []float64
	var waits []time.Duration
	var p99 []float64
	acknowledged := 0
	for round := range b.rounds {
		rate := map[string]float64{}
		for _, side := range []string{"rows", "ours", "verify"} {
			connections := intakeConnections
			if side == "rows" && b.postgres() {
				connections = 1 // there, the commits one after the other are the baseline
			}
			requests := messages(fmt.Sprintf("%d_%s_%d", time.Now().UnixNano(), side, round), int(b.seconds.Seconds()*22_000)+100)
			done, err := send(ctx, addresses[side], requests, connections, b.seconds)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", side, err)
			}
			rate[side] = done.rate()
			rates[side] = append(rates[side], short(done.rate()))
			if side == "ours" {
				waits = append(waits, done.waits...)
				p99 = append(p99, milliseconds(quantile(done.waits, 0.99)))
				acknowledged += done.sent
			}
		}
		overRows = append(overRows, short(rate["ours"]/rate["rows"]))
		overVerify = append(overVerify, short(rate["ours"]/rate["verify"]))
	}
	raw := map[string]any{
		"connections": intakeConnections, "acknowledged": acknowledged, "per_second": rates, "ratio_rows": overRows, "ratio_verify": overVerify,
		"p50_ms": milliseconds(quantile(waits, 0.5)), "p99_ms": p99, "p999_ms": milliseconds(quantile(waits, 0.999)),
	}
	return []check{
		least("events a second, over one-row commits", median(overRows), 3),
		least("events a second, over verifying only", median(overVerify), 0.40),
		most("p99 in milliseconds", median(p99), 25),
	}, raw, nil
}

// messages are signed events of four kilobytes, each with an id of its own.
func messages(prefix string, n int) [][]byte {
	object := `,"object":"payment_intent","amount":4200,"currency":"eur","description":"` + strings.Repeat("a word of the object ", 180) + `"}`
	list := make([][]byte, n)
	for i := range list {
		list[i] = signed("/webhooks/stripe", fmt.Appendf(nil,
			`{"id":"evt_%s_%d","object":"event","api_version":"2023-10-16","created":%d,"data":{"object":{"id":"pi_%s_%d"%s},"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"payment_intent.succeeded"}`,
			prefix, i, time.Now().Unix(), prefix, i, object))
	}
	return list
}
