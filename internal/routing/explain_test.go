package routing

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

func explain(t *testing.T, r *Router, e notify.Event) Explanation {
	t.Helper()
	x, err := r.Explain(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExplainSaysWhoAndWhyNot(t *testing.T) {
	b := town().change("890", func(c *notify.Contact) { c.Preferences = muted("order/telegram") })
	b = b.change("890", func(c *notify.Contact) { c.PushTokens = nil })
	x := explain(t, newRouter(t, b, Config{}), confirmed(t))
	buyer := x.Roles[0]
	for i := range buyer.Lines {
		buyer.Lines[i].Delivery = ""
	}
	want := RoleExplanation{Role: "buyer", Words: "order.confirmed", Found: "order_id → buyer", Lines: []Line{
		{UserID: "890", Channel: notify.Email, Address: "8•••@example.com", Locale: "sr-Latn", Send: true},
		{UserID: "890", Channel: notify.Telegram, Address: "•••", Locale: "sr-Latn", Reason: "muted", Detail: "preference order/telegram"},
		{UserID: "890", Channel: notify.Push, Locale: "sr-Latn", Reason: "no_address", Detail: "no address for push"},
	}}
	if diff := cmp.Diff(want, buyer); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if seller := x.Roles[1]; seller.Found != "storefront:67:members" || len(seller.Lines) != 4 {
		t.Errorf("seller: %+v", seller)
	}
	text, err := json.Marshal(x)
	if err != nil || strings.Contains(string(text), "890@") || strings.Contains(string(text), "token-") || strings.Contains(string(text), "+381") {
		t.Errorf("%v, an address shows: %s", err, text)
	}
}

func TestExplainSaysWhyNobody(t *testing.T) {
	b := town().join("listing:100:watchers", many(501)...)
	r := newRouter(t, b, Config{Overrides: map[string]Override{"order.accepted": {Off: true}}})
	if x := explain(t, r, example(t, "inventory.placed")); x.Silent != "the catalogue tells nobody" {
		t.Errorf("%+v", x)
	}
	if x := explain(t, r, example(t, "order.accepted")); x.Silent != "switched off in the configuration" {
		t.Errorf("%+v", x)
	}
	x := explain(t, r, with(t, "order.created", `{"order_id":1,"storefront_id":9,"buyer_id":77,"items":[]}`))
	if got := x.Roles[0]; !got.Missing || !cmp.Equal(got.Strangers, []string{"77"}) || got.Found != "buyer_id" {
		t.Errorf("a stranger: %+v", got)
	}
	if got := x.Roles[1]; !got.Missing || got.Strangers != nil {
		t.Errorf("nobody at all: %+v", got)
	}
	if got := explain(t, r, with(t, "listing.price_changed", `{"listing_id":100,"old_price":1,"new_price":1,"currency":"RSD"}`)).Roles[0]; got.Condition != "the price is the same" || got.Missing {
		t.Errorf("a condition: %+v", got)
	}
	if got := explain(t, r, with(t, "listing.sold_out", `{"listing_id":100,"storefront_id":67}`)).Roles[1]; got.Broadcast != 501 || got.Missing {
		t.Errorf("a broadcast: %+v", got)
	}
}

// TestExplainAgreesWithRoute holds the two against each other for the whole catalogue.
func TestExplainAgreesWithRoute(t *testing.T) {
	r := newRouter(t, town(), Config{Channels: map[notify.Channel]bool{notify.Email: true, notify.Push: true}})
	for _, typ := range eventtypes.Catalogue() {
		e := example(t, string(typ.Name))
		plan, x := route(t, r, e), explain(t, r, e)
		sent, held := map[string]bool{}, map[string]string{}
		for _, d := range plan.Send {
			sent[d.ID] = true
		}
		for _, o := range plan.Skip {
			held[o.Delivery.ID] = o.Reason
		}
		lines, missing := 0, 0
		for _, role := range x.Roles {
			if role.Missing {
				missing++
			}
			for _, l := range role.Lines {
				if lines++; l.Send != sent[l.Delivery] || l.Reason != held[l.Delivery] {
					t.Errorf("%s: %+v", typ.Name, l)
				}
			}
		}
		if x.Silent == "" && lines != len(plan.Send)+len(plan.Skip) || missing != len(plan.Missing) {
			t.Errorf("%s: %d lines for %v", typ.Name, lines, who(plan))
		}
	}
}
