package addressbook

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests take place.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// clock is a time that a test sets.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func open(t testing.TB, options ...Option) (*Book, *redis.Client, *clock) {
	t.Helper()
	client := redistest.Start(t).Client()
	c := &clock{noon}
	return New(client, c.now, options...), client, c
}

// event is an event of that many seconds before (or behind) noon.
func event(typ string, seconds int, payload map[string]any) notify.Event {
	data, _ := json.Marshal(payload)
	at := noon.Add(time.Duration(seconds) * time.Second)
	return notify.Event{
		ID: typ, Type: typ, Time: at, Data: data,
		Source: notify.Position{Source: "test", Stream: "test:events", Entry: "1-0"},
	}
}

type fields = map[string]any

func learn(t *testing.T, b *Book, events ...notify.Event) {
	t.Helper()
	if err := b.Learn(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func contact(t *testing.T, b *Book, userID string) notify.Contact {
	t.Helper()
	c, err := b.Contact(t.Context(), userID)
	if err != nil {
		t.Fatalf("contact %s: %v", userID, err)
	}
	return c
}
