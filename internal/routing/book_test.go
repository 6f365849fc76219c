package routing

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests take place.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// book is an address book in memory.
type book struct {
	people    map[string]notify.Contact
	links     map[[3]string]string
	audiences map[string][]string
	err       error
}

func (b *book) Contacts(_ context.Context, ids []string) ([]notify.Contact, error) {
	list := make([]notify.Contact, len(ids))
	for i, id := range ids {
		list[i] = b.people[id]
	}
	return list, b.err
}

func (b *book) For(_ context.Context, d notify.Delivery) (notify.Contact, error) {
	var guest struct{ Email string }
	_ = json.Unmarshal(d.Event.Data, &guest)
	if guest.Email == "" {
		return notify.Contact{}, notify.ErrNoContact
	}
	return notify.Contact{UserID: d.To.UserID, Email: guest.Email}, nil
}

func (b *book) Link(_ context.Context, kind, id, to string) (string, error) {
	return b.links[[3]string{kind, id, to}], b.err
}

func (b *book) Members(_ context.Context, audience string, limit int) ([]string, error) {
	all := b.audiences[audience]
	return all[:min(limit, len(all))], b.err
}

func (b *book) Count(_ context.Context, audience string) (int64, error) {
	return int64(len(b.audiences[audience])), b.err
}

func (b *book) Page(_ context.Context, audience, cursor string, n int) ([]string, string, error) {
	all := b.audiences[audience]
	if cursor != "" {
		all = all[slices.Index(all, cursor)+1:]
	}
	all = all[:min(n, len(all))]
	if len(all) < n {
		return all, "", b.err
	}
	return all, all[n-1], b.err
}

// town is a book with a buyer (890), a storefront's two sellers (501, 502) and an
// administrator (1).
func town() *book {
	reachable := func(id string) notify.Contact {
		return notify.Contact{
			UserID: id, Email: id + "@example.com", Phone: "+38163" + id, TelegramChat: id,
			PushTokens: []notify.PushToken{{Token: "token-" + id, Platform: "android"}},
		}
	}
	b := &book{people: map[string]notify.Contact{}, links: map[[3]string]string{}, audiences: map[string][]string{}}
	for _, id := range []string{"890", "501", "502", "1"} {
		b.people[id] = reachable(id)
	}
	b.audiences["storefront:67:members"] = []string{"501", "502"}
	b.audiences["role:admin"] = []string{"1"}
	b.links[[3]string{"order", "12345", "buyer"}] = "890"
	b.links[[3]string{"order", "12345", "storefront"}] = "67"
	return b
}

// change edits somebody of the town.
func (b *book) change(id string, edit func(c *notify.Contact)) *book {
	c := b.people[id]
	edit(&c)
	b.people[id] = c
	return b
}

func everything() map[notify.Channel]bool {
	on := map[notify.Channel]bool{}
	for _, ch := range notify.Channels() {
		on[ch] = true
	}
	return on
}

func newRouter(t testing.TB, b *book, cfg Config) *Router {
	t.Helper()
	if cfg.Channels == nil {
		cfg.Channels = everything()
	}
	r, err := New(cfg, b, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// example is an event of a type with the catalogue's example as its payload.
func example(t testing.TB, name string) notify.Event {
	t.Helper()
	typ, ok := eventtypes.Lookup(name)
	if !ok {
		t.Fatalf("no type %s", name)
	}
	return notify.Event{ID: "e1", Type: name, Time: noon, Data: typ.Payload.Example()}
}

// with is an event with another payload.
func with(t testing.TB, name, payload string) notify.Event {
	t.Helper()
	e := example(t, name)
	e.Data = json.RawMessage(payload)
	return e
}
