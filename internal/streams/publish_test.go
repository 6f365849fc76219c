package streams_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
)

func TestPublishWritesFlatFields(t *testing.T) {
	c := redistest.Start(t).Client()
	var log bytes.Buffer
	ctx := zerolog.New(&log).WithContext(t.Context())
	id, err := streams.Publish(ctx, c, "wms:events:picking", map[string]any{
		"type": "picking.created", "task_id": int64(123), "order_id": 456, "warehouse_id": 1, "note": "ana@example.com", "parts": []int{1, 2}, "empty": "",
	})
	if err != nil {
		t.Fatal(err)
	}
	entry := c.XRange(t.Context(), "wms:events:picking", id, id).Val()[0].Values
	for name, want := range map[string]string{"type": "picking.created", "task_id": "123", "note": "ana@example.com", "parts": "[1,2]", "empty": ""} {
		if entry[name] != want {
			t.Errorf("%s is %q, want %q", name, entry[name], want)
		}
	}
	if entry["timestamp"] == nil || entry["event_id"] == nil {
		t.Errorf("got %v, want a timestamp and an event_id", entry)
	}
	for _, want := range []string{`"message":"Event published"`, `"level":"debug"`, `"stream":"wms:events:picking"`, `"event_type":"picking.created"`, `"task_id":123`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "ana@") {
		t.Error("the log shows an address")
	}
}

// TestWhatIsPublishedIsRead publishes the example of every type and reads it back.
func TestWhatIsPublishedIsRead(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	r := start(t, quick(), options(s))
	types := eventtypes.Catalogue()
	for i, typ := range types {
		event := map[string]any{"type": typ.Name, "payload": typ.Payload.Example()}
		if i%2 == 0 { // flat
			if err := json.Unmarshal(typ.Payload.Example(), &event); err != nil {
				t.Fatal(err)
			}
			delete(event, "payload")
		}
		if _, err := streams.Publish(t.Context(), c, typ.Stream, event); err != nil {
			t.Fatalf("%s: %v", typ.Name, err)
		}
	}
	await(t, "every type", func() bool { return len(r.desk.events())+len(r.grave.all()) == len(types) })
	for _, l := range r.grave.all() {
		t.Errorf("%s: %s: %s", l.EventType, l.Reason, l.Error)
	}
}

func TestPublishRefuses(t *testing.T) {
	c := redistest.Start(t).Client()
	if _, err := streams.Publish(t.Context(), c, "x:events:y", map[string]any{"order_id": 1}); err == nil {
		t.Error("an event without a type was published")
	}
	if _, err := streams.Publish(t.Context(), c, "x:events:y", map[string]any{"type": "a", "f": func() {}}); err == nil {
		t.Error("a function was published")
	}
	if n := c.Exists(t.Context(), "x:events:y").Val(); n != 0 {
		t.Error("something was written")
	}
}
