package render_test

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
)

// BenchmarkRender makes whole messages of a checked event, as the pipeline does.
func BenchmarkRender(b *testing.B) {
	r := render.New(load(b))
	to := notify.Contact{Name: "Jelena", TimeZone: "Europe/Belgrade"}
	for _, ch := range notify.Channels() {
		b.Run(string(ch), func(b *testing.B) {
			d := delivery(b, "order.created", ch, "sr-Latn")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Render(d, to); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func delivery(t testing.TB, typ string, ch notify.Channel, locale string) notify.Delivery {
	t.Helper()
	typed, ok := eventtypes.Lookup(typ)
	if !ok {
		t.Fatalf("no type %s", typ)
	}
	e := notify.Event{ID: "evt-1", Type: typ, Time: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Data: typed.Payload.Example()}
	if _, err := eventtypes.Check(&e); err != nil {
		t.Fatal(err)
	}
	d := notify.Delivery{ID: "d1", Event: e, Channel: ch, Locale: locale, Message: typ, Topic: "order_id:12345/" + typ, Priority: typed.Priority}
	if len(typed.Told) > 0 {
		d.To = notify.Recipient{UserID: "890", Role: string(typed.Told[0].Role)}
	}
	return d
}
