package routing

import (
	"errors"
	"slices"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

func crowd(t *testing.T, n int) (*book, notify.Event) {
	t.Helper()
	b := town().join("listing:100:watchers", many(n)...)
	for _, id := range many(n) {
		b.people[id] = notify.Contact{UserID: id, PushTokens: []notify.PushToken{{Token: id}}}
	}
	return b, with(t, "listing.sold_out", `{"listing_id":100,"storefront_id":67}`)
}

func TestABroadcastIsPlannedByPages(t *testing.T) {
	b, e := crowd(t, 1050)
	delete(b.people, "w0007")
	r := newRouter(t, b, Config{})
	bc := route(t, r, e).Broadcast[0]
	var told []string
	pages, skipped := 0, 0
	for cursor := ""; ; pages++ {
		plan, next, err := r.Page(t.Context(), bc, cursor, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Missing)+len(plan.Broadcast)+len(plan.Supersedes) > 0 {
			t.Fatalf("a page waits, or branches: %+v", plan)
		}
		again, _, _ := r.Page(t.Context(), bc, cursor, 100)
		if !slices.EqualFunc(plan.Send, again.Send, func(a, b notify.Delivery) bool { return a.ID == b.ID }) {
			t.Fatal("a page planned twice gives other deliveries")
		}
		for _, d := range plan.Send {
			told = append(told, d.To.UserID)
			if d.Message != "listing.sold_out.watcher" || d.To.Role != "watcher" {
				t.Fatalf("%+v", d)
			}
		}
		skipped += len(plan.Skip)
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(told) != 1049 || skipped != 1 || !slices.IsSorted(told) || pages != 10 {
		t.Errorf("%d told, %d skipped, %d pages", len(told), skipped, pages+1)
	}
}

func TestABroadcastHasOneIdHoweverOftenItIsPlanned(t *testing.T) {
	b, e := crowd(t, 501)
	r := newRouter(t, b, Config{})
	first, second := route(t, r, e).Broadcast[0], route(t, r, e).Broadcast[0]
	if first.ID == "" || first.ID != second.ID || first.Size != 501 {
		t.Errorf("%q, then %q", first.ID, second.ID)
	}
	if plan := route(t, newRouter(t, b, Config{BroadcastAbove: 501}), e); len(plan.Broadcast) != 0 {
		t.Errorf("501 are not above 501: %v", plan.Broadcast)
	}
}

func TestABroadcastOfAnAudienceThatIsToldNoMore(t *testing.T) {
	b, e := crowd(t, 501)
	bc := route(t, newRouter(t, b, Config{}), e).Broadcast[0]
	off := newRouter(t, b, Config{Overrides: map[string]Override{"listing.sold_out": {Off: true}}})
	plan, next, err := off.Page(t.Context(), bc, "", 100)
	if err != nil || next != "" || len(plan.Send)+len(plan.Skip) != 0 {
		t.Errorf("%v, next %q, %v", who(plan), next, err)
	}
}

func TestAPageThatFailsIsNotPassedOver(t *testing.T) {
	b, e := crowd(t, 501)
	r := newRouter(t, b, Config{})
	bc := route(t, r, e).Broadcast[0]
	b.err = errors.New("away")
	if _, next, err := r.Page(t.Context(), bc, "w0100", 100); err == nil || next != "" {
		t.Errorf("next %q, %v", next, err)
	}
}
