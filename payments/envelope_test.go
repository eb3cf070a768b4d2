package payments

import (
	"encoding/json"
	"testing"
)

// FuzzEnvelope: whatever the quick look at an event answers, the library answers too.
func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"id":"evt_1","object":"event","type":"charge.succeeded","created":1700000000,"livemode":false,"data":{"object":{"id":"ch_1","amount":4200,"metadata":{"order":"a"}}},"account":"acct_1"}`,
		`{"id":"evt_1","object":"event","account":null,"type":"a.b","created":17,"data":{"object":{"object":"balance","list":[{"id":"x"},"}"]}}}`,
		` { "data" : { "previous_attributes" : { "id" : "no" } , "object" : { "id" : "x\"y" } } , "created" : 1.5e3 } `,
		`{"id":"a","ID":"b"}`, `{"id":"a","id":"b"}`, `{"\u0069d":"a"}`, `{"Data":{"object":{"id":"k"}}}`, `{"data":null}`, `{"id":7}`, `[]`, `"event"`, ``, `{`, `{"a":"\\"}`, `{"created":007}`,
		`{"type":"` + "\u212a" + `"}`, `{"livemode":"true"}`, `{"livemode":truely}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		quick, usual := scanEnvelope(body)
		var full envelope
		if usual && json.Unmarshal(body, &full) == nil && quick != full {
			t.Errorf("%q: %+v, and the library reads %+v", body, quick, full)
		}
		if event, err := readEnvelope(body); err == nil && (event.StripeID == "" || event.Type == "" || len(event.StripeID) > 255 || event.OccurredAt.Unix() <= 0) {
			t.Errorf("%q was taken for an event: %+v", body, event)
		}
	})
}
