package routing

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

func TestBadOverridesAreAllNamed(t *testing.T) {
	_, err := New(Config{Overrides: map[string]Override{
		"order.confirmd": {},
		"order.shipped": {
			Priority: "urgent", Life: -time.Hour,
			Tell: map[string][]string{"buyer": {"fax", "email"}, "seller": {}, "worker": {"push"}},
		},
		"inventory.placed": {Off: true, Tell: map[string][]string{"admin": {"email"}}},
		"zzz":              {},
		"order.accepted":   {Fallback: "fax"},
	}}, town(), time.Now)
	if err == nil {
		t.Fatal("they were taken")
	}
	want := []string{
		"types.inventory.placed: off and tell contradict each other: want one of them",
		`types.order.accepted.fallback: channel "fax": want one of email, telegram, sms, push`,
		"types.order.accepted.instead: no channels: want some of email, telegram, sms, push, or leave the role out",
		"types.order.accepted.after: 0s: want a duration such as 2m",
		"types.order.confirmd: unknown event type, did you mean order.confirmed?",
		`types.order.shipped.priority: priority "urgent": want one of high, normal, low`,
		"types.order.shipped.life: -1h0m0s is in the past: want a duration such as 24h",
		`types.order.shipped.tell.buyer: channel "fax": want one of email, telegram, sms, push`,
		"types.order.shipped.tell.seller: no channels: want some of email, telegram, sms, push, or leave the role out",
		"types.order.shipped.tell.worker: order.shipped says nothing of whom to tell in that role: want one of buyer, seller, admin",
		"types.zzz: unknown event type",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnOverrideLeavesTheCatalogueAlone(t *testing.T) {
	typ, _ := eventtypes.Lookup("order.confirmed")
	before := len(typ.Told[0].Channels)
	r := newRouter(t, town(), Config{Overrides: map[string]Override{"order.confirmed": {Tell: map[string][]string{"buyer": {"SMS", "sms"}}}}})
	if got := r.rules["order.confirmed"].told; len(got) != 1 || len(got[0].Channels) != 1 {
		t.Errorf("told %+v", got)
	}
	if len(typ.Told) != 2 || len(typ.Told[0].Channels) != before {
		t.Error("the catalogue has changed")
	}
}

func TestAnOverrideKeepsWhatIsMandatory(t *testing.T) {
	r := newRouter(t, town(), Config{Overrides: map[string]Override{"user.password_changed": {Tell: map[string][]string{"user": {"email", "sms"}}}}})
	for _, d := range route(t, r, with(t, "user.password_changed", `{"user_id":890}`)).Send {
		if d.Mandatory != (d.Channel == "email") {
			t.Errorf("%s: mandatory %t", d.Channel, d.Mandatory)
		}
	}
}

func TestWordsAreAllThatRulesCanAskFor(t *testing.T) {
	r := newRouter(t, town(), Config{Overrides: map[string]Override{
		"order.confirmed":  {Tell: map[string][]string{"admin": {"email"}}},
		"inventory.placed": {Tell: map[string][]string{"admin": {"email"}}},
	}})
	words := strings.Join(r.Words(), " ")
	for _, key := range []string{"order.created", "order.created.seller", "order.confirmed.admin", "inventory.placed"} {
		if !strings.Contains(" "+words+" ", " "+key+" ") {
			t.Errorf("%s is missing", key)
		}
	}
	if strings.Contains(words, "order.confirmed.seller") {
		t.Error("words of an audience that is told no more")
	}
}
