package addressbook

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func autoPipelined(t *testing.T) redis.UniversalClient {
	t.Helper()
	p, err := redistest.Start(t).Client().AutoPipelineWithOptions(&redis.AutoPipelineOptions{MaxBatchSize: 300, MaxQueuedCommands: 50_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestTheBookWorksOnEveryKindOfClient(t *testing.T) {
	for name, client := range map[string]func(t *testing.T) redis.UniversalClient{
		"cluster":        func(t *testing.T) redis.UniversalClient { return redistest.StartCluster(t, 0).Client() },
		"auto-pipelined": autoPipelined,
	} {
		t.Run(name, func(t *testing.T) {
			now := &clock{noon}
			b := New(client(t), now.now)
			if name == "auto-pipelined" {
				WithOneNode()(b)
			}
			put(t, b, jelena())
			learn(t, b,
				event("order.created", -9, fields{"order_id": 1, "storefront_id": 67, "buyer_id": 890, "items": []any{}, "seller_id": 501}),
				event("user.role_changed", -8, fields{"user_id": 890, "role": "admin"}),
				event("user.registered", -7, fields{"user_id": 891, "email": "b@example.com"}))
			checkLinks(t, b, map[[3]string]string{{"order", "1", "buyer"}: "890"})
			checkMembers(t, b, map[string][]string{"role:admin": {"890"}, "storefront:67:members": {"501"}})
			if list, err := b.Contacts(t.Context(), []string{"890", "891", "892"}); err != nil || list[0].Name != "Jelena" || list[1].Email != "b@example.com" || list[2].UserID != "" {
				t.Errorf("contacts: %v, %v", list, err)
			}
			var file bytes.Buffer
			if n, err := b.Export(t.Context(), &file, JSONLines, true); err != nil || n < 2 {
				t.Errorf("%d exported, %v", n, err)
			}
			if err := b.Unreachable(t.Context(), "891", notify.Address{Channel: notify.Email, Value: "b@example.com"}, gone()); err != nil {
				t.Error(err)
			}
			if err := b.Forget(t.Context(), "890"); err != nil {
				t.Error(err)
			}
			if _, err := b.Contact(t.Context(), "890"); !errors.Is(err, notify.ErrNoContact) {
				t.Error(err)
			}
		})
	}
}

func TestManyReadAndLearnAtOnce(t *testing.T) {
	b := New(autoPipelined(t), (&clock{noon}).now)
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			e := event("user.registered", i, fields{"user_id": 1, "email": "a@example.com"})
			_, err := b.Link(t.Context(), "order", "1", "buyer")
			if _, cerr := b.Contacts(t.Context(), []string{"1", "2"}); errors.Join(err, cerr, b.Learn(t.Context(), []notify.Event{e})) != nil {
				t.Error(err, cerr)
			}
		})
	}
	all.Wait()
	if contact(t, b, "1").Email == "" {
		t.Error("nothing was learnt")
	}
}
