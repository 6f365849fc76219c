package routing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

func route(t testing.TB, r *Router, e notify.Event) notify.Plan {
	t.Helper()
	plan, err := r.Route(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// who writes a plan down: "buyer 890 email" for what is sent, "buyer 890 sms: muted
// (preference */sms)" for what is not.
func who(p notify.Plan) []string {
	var lines []string
	for _, d := range p.Send {
		lines = append(lines, name(d))
	}
	for _, o := range p.Skip {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s (%s)", name(o.Delivery), o.Reason, o.Detail)))
	}
	for _, m := range p.Missing {
		lines = append(lines, m+": missing")
	}
	for _, b := range p.Broadcast {
		lines = append(lines, fmt.Sprintf("%s: %d of %s", b.Role, b.Size, b.Audience))
	}
	slices.Sort(lines)
	return lines
}

func name(d notify.Delivery) string {
	who := d.To.UserID
	if d.To.Guest {
		who += "guest"
	}
	return strings.Join(slices.DeleteFunc([]string{d.To.Role, who, string(d.Channel)}, func(s string) bool { return s == "" }), " ")
}

func muted(key string) notify.Preferences { return notify.Preferences{key: {On: false}} }

func TestRoute(t *testing.T) {
	dead := notify.Address{Channel: notify.Email, Value: "890@example.com"}
	sellers := []string{"seller 501 push", "seller 501 telegram", "seller 502 push", "seller 502 telegram"}
	buyer := []string{"buyer 890 email", "buyer 890 push", "buyer 890 telegram"}
	for name, c := range map[string]struct {
		book  *book
		cfg   Config
		event notify.Event
		want  []string
	}{
		"the passport's order.confirmed: buyer through the order, sellers through the storefront": {
			town(), Config{}, confirmed(t), append(buyer, sellers...),
		},
		"the seller whom the payload names is told alone": {
			town(),
			Config{},
			with(t, "order.confirmed", `{"order_id":1,"storefront_id":67,"items":[],"buyer_id":890,"seller_id":502}`),
			append(slices.Clone(buyer), "seller 502 push", "seller 502 telegram"),
		},
		"storefront found through the order": {
			town(),
			Config{},
			with(t, "order.cancelled", `{"order_id":12345,"reason":"x"}`),
			[]string{"buyer 890 email", "buyer 890 push", "buyer 890 telegram", "seller 501 email", "seller 501 telegram", "seller 502 email", "seller 502 telegram"},
		},
		"an order that nobody has told us of": {
			town(), Config{}, with(t, "order.accepted", `{"order_id":7}`), []string{"buyer: missing"},
		},
		"a buyer who is known by id only": {
			town(), Config{}, with(t, "order.accepted", `{"order_id":7,"buyer_id":77}`), []string{"buyer: missing"},
		},
		"of an audience, some are known": {
			town().join("storefront:67:members", "77"),
			Config{},
			with(t, "listing.created", `{"listing_id":1,"storefront_id":67}`),
			[]string{"seller 501 push", "seller 502 push", "seller 77: no_recipient (no contact is known)"},
		},
		"no address": {
			town().change("890", func(c *notify.Contact) { c.Email, c.PushTokens = "", nil }),
			Config{},
			with(t, "order.delivered", `{"order_id":12345}`),
			[]string{"buyer 890 email: no_address (no address for email)", "buyer 890 push: no_address (no address for push)"},
		},
		"each device": {
			town().change("890", func(c *notify.Contact) { c.PushTokens = append(c.PushTokens, notify.PushToken{Token: "b"}) }),
			Config{},
			with(t, "order.processing", `{"order_id":12345}`),
			[]string{"buyer 890 push", "buyer 890 push"},
		},
		"muted, and by what": {
			town().change("890", func(c *notify.Contact) { c.Preferences = muted("*/push") }),
			Config{},
			with(t, "order.delivered", `{"order_id":12345}`),
			[]string{"buyer 890 email", "buyer 890 push: muted (preference */push)"},
		},
		"mandatory is never muted": {
			town().change("890", func(c *notify.Contact) { c.Preferences = muted("*/*") }),
			Config{},
			with(t, "user.password_changed", `{"user_id":890}`),
			[]string{"user 890 email", "user 890 telegram"},
		},
		"banned: mandatory only": {
			town().change("890", func(c *notify.Contact) { c.Banned = noon.Add(-time.Hour) }),
			Config{},
			with(t, "user.email_verified", `{"user_id":890}`),
			[]string{"user 890 email: banned (since 2026-11-24T11:00:00Z)"},
		},
		"banned, and told so": {
			town().change("890", func(c *notify.Contact) { c.Banned = noon.Add(-time.Hour) }),
			Config{},
			with(t, "user.banned", `{"user_id":890}`),
			[]string{"user 890 email"},
		},
		"a dead address stays dead, mandatory or not": {
			town().change("890", func(c *notify.Contact) {
				c.Health = map[string]notify.Health{dead.Key(): {Provider: "smtp", Reason: "550 5.1.1", Since: noon}}
			}),
			Config{},
			with(t, "user.password_changed", `{"user_id":890}`),
			[]string{"user 890 email: unreachable (smtp said 550 5.1.1 on 2026-11-24)", "user 890 telegram"},
		},
		"a channel that is off": {
			town(),
			Config{Channels: map[notify.Channel]bool{notify.Email: true}},
			with(t, "order.delivered", `{"order_id":12345}`),
			[]string{"buyer 890 email", "buyer 890 push: channel_off (no provider is configured for push)"},
		},
		"a condition that doesn't hold": {
			town().join("listing:100:watchers", "890"),
			Config{},
			with(t, "listing.price_changed", `{"listing_id":100,"old_price":1,"new_price":2,"currency":"RSD"}`),
			[]string{"watcher: condition (the price rose)"},
		},
		"a condition that holds": {
			town().join("listing:100:watchers", "890"),
			Config{},
			with(t, "listing.price_changed", `{"listing_id":100,"old_price":2,"new_price":1,"currency":"RSD"}`),
			[]string{"watcher 890 push", "watcher 890 telegram"},
		},
		"silent": {town(), Config{}, example(t, "inventory.placed"), []string{": silent (the catalogue tells nobody)"}},
		"a guest": {
			town(),
			Config{},
			with(t, "warehouse.invitation_created", `{"warehouse_id":1,"email":"marko@example.com"}`),
			[]string{"invitee guest email", "invitee guest telegram: no_address (no address for telegram)"},
		},
		"a guest who has an id but no contact yet": {
			town(),
			Config{},
			with(t, "warehouse.invitation_created", `{"warehouse_id":1,"user_id":77,"email":"marko@example.com"}`),
			[]string{"invitee 77guest email", "invitee 77guest telegram: no_address (no address for telegram)"},
		},
		"a known person is no guest": {
			town(),
			Config{},
			with(t, "warehouse.invitation_created", `{"warehouse_id":1,"user_id":890,"email":"marko@example.com"}`),
			[]string{"invitee 890 email", "invitee 890 telegram"},
		},
		"an audience too large to plan at once": {
			town().join("listing:100:watchers", many(600)...),
			Config{},
			with(t, "listing.sold_out", `{"listing_id":100,"storefront_id":67}`),
			[]string{"seller 501 email", "seller 501 telegram", "seller 502 email", "seller 502 telegram", "watcher: 600 of listing:100:watchers"},
		},
		"wish: this person alone": {town(), Config{}, wish(confirmed(t), notify.Wishes{UserID: "1"}), []string{"buyer 1 email", "buyer 1 push", "buyer 1 telegram"}},
		"wish: a user_id that is the payload's own": {
			town(),
			Config{},
			wish(with(t, "listing.favorited", `{"listing_id":1,"user_id":890,"storefront_id":67}`), notify.Wishes{UserID: "890"}),
			[]string{"seller 501 push", "seller 502 push"},
		},
		"wish: channels": {
			town(), Config{}, wish(with(t, "order.accepted", `{"order_id":12345}`), notify.Wishes{Channels: []notify.Channel{notify.SMS}}), []string{"buyer 890 sms"},
		},
		"wish: a silent type, a person and channels": {
			town(), Config{}, wish(example(t, "inventory.placed"), notify.Wishes{UserID: "1", Channels: []notify.Channel{notify.Email}}), []string{"user 1 email"},
		},
		"wish: a silent type and a person": {
			town(), Config{}, wish(example(t, "inventory.placed"), notify.Wishes{UserID: "1"}), []string{": silent (the catalogue tells nobody)"},
		},
		"override: another audience": {
			town(),
			Config{Overrides: map[string]Override{"order.confirmed": {Tell: map[string][]string{"buyer": {"sms"}, "admin": {"email"}}}}},
			confirmed(t),
			[]string{"admin 1 email", "buyer 890 sms"},
		},
		"override: a silent type speaks": {
			town(),
			Config{Overrides: map[string]Override{"delivery.created": {Tell: map[string][]string{"buyer": {"push"}}}}},
			with(t, "delivery.created", `{"shipment_id":1,"order_id":12345}`),
			[]string{"buyer 890 push"},
		},
		"override: off": {
			town(),
			Config{Overrides: map[string]Override{"order.accepted": {Off: true}}},
			with(t, "order.accepted", `{"order_id":12345}`),
			[]string{": silent (switched off in the configuration)"},
		},
		"two roles with the same words are told once": {
			town().change("890", func(*notify.Contact) {}).join("role:admin", "890"),
			Config{Overrides: map[string]Override{"delivery.created": {Tell: map[string][]string{"buyer": {"push"}, "admin": {"push"}}}}},
			with(t, "delivery.created", `{"shipment_id":1,"order_id":12345}`),
			[]string{"admin 1 push", "buyer 890 push"},
		},
		"two roles with their own words are told twice": {
			town(),
			Config{},
			with(t, "order.confirmed", `{"order_id":1,"storefront_id":67,"items":[],"buyer_id":890,"seller_id":890}`),
			[]string{"buyer 890 email", "buyer 890 push", "buyer 890 telegram", "seller 890 push", "seller 890 telegram"},
		},
		"too late": {
			town(),
			Config{},
			aged(with(t, "order.accepted", `{"order_id":12345}`), 24*time.Hour),
			[]string{"buyer 890 push: expired (since 2026-11-24T12:00:00Z)", "buyer 890 telegram: expired (since 2026-11-24T12:00:00Z)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			slices.Sort(c.want)
			plan := route(t, newRouter(t, c.book, c.cfg), c.event)
			if diff := cmp.Diff(c.want, who(plan)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkIDs(t, plan)
		})
	}
}

// checkIDs sees that every entry of a plan has an id of its own: the ledger goes by it.
func checkIDs(t *testing.T, p notify.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for _, d := range p.Send {
		if d.ID == "" || seen[d.ID] {
			t.Errorf("id %q twice or missing", d.ID)
		}
		seen[d.ID] = true
	}
	for _, o := range p.Skip {
		if o.Delivery.ID == "" || seen[o.Delivery.ID] || o.Status == "" || o.Time.IsZero() {
			t.Errorf("skip %+v", o)
		}
		seen[o.Delivery.ID] = true
	}
}

func many(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("w%04d", i)
	}
	return ids
}

func (b *book) join(audience string, ids ...string) *book {
	b.audiences[audience] = append(slices.Clone(b.audiences[audience]), ids...)
	return b
}

func wish(e notify.Event, w notify.Wishes) notify.Event {
	e.Wishes = w
	return e
}

func aged(e notify.Event, d time.Duration) notify.Event {
	e.Time = e.Time.Add(-d)
	return e
}

func TestADeliveryKnowsAllThatItNeeds(t *testing.T) {
	b := town().change("501", func(c *notify.Contact) { c.Locale = notify.Russian })
	plan := route(t, newRouter(t, b, Config{}), confirmed(t))
	byRole := map[string]notify.Delivery{}
	for _, d := range plan.Send {
		byRole[d.To.Role+" "+d.To.UserID+" "+string(d.Channel)] = d
	}
	want := notify.Delivery{
		ID:      notify.DeliveryID("e1", notify.Recipient{UserID: "501", Role: "seller"}, notify.Push, "order.confirmed.seller", b.people["501"].PushTokens[0].Device()),
		To:      notify.Recipient{UserID: "501", Role: "seller"},
		Channel: notify.Push, Device: b.people["501"].PushTokens[0].Device(), Message: "order.confirmed.seller", Locale: "ru",
		Priority: notify.High, Expires: noon.Add(48 * time.Hour), Topic: "order_id:12345/order.confirmed",
	}
	got := byRole["seller 501 push"]
	if got.Event.Payload == nil {
		t.Error("the event goes on undecoded")
	}
	got.Event = notify.Event{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d := byRole["buyer 890 email"]; d.Message != "order.confirmed" || d.Locale != notify.SerbianLatin {
		t.Errorf("the buyer's: %s in %s", d.Message, d.Locale)
	}
}

func TestWishesAndOverridesOfALifeAndALane(t *testing.T) {
	life := Config{Overrides: map[string]Override{"order.accepted": {Life: time.Hour, Priority: "LOW"}}}
	e := with(t, "order.accepted", `{"order_id":12345}`)
	d := route(t, newRouter(t, town(), life), e).Send[0]
	if !d.Expires.Equal(noon.Add(time.Hour)) || d.Priority != notify.Low {
		t.Errorf("override: %s until %s", d.Priority, d.Expires)
	}
	d = route(t, newRouter(t, town(), life), wish(e, notify.Wishes{Priority: notify.High, Locale: "uk-UA"})).Send[0]
	if d.Priority != notify.High || d.Locale != notify.Russian {
		t.Errorf("wish: %s in %s", d.Priority, d.Locale)
	}
	arrived := with(t, "pvz.parcel.arrived", `{"parcel_id":1,"pvz_id":1,"pvz_code":"P","recipient_id":890,"pickup_code":"1","storage_days":3,"accepted_by":"o"}`)
	d = route(t, newRouter(t, town(), Config{}), arrived).Send[0]
	if !d.Expires.Equal(noon.AddDate(0, 0, 3)) {
		t.Errorf("a life that the payload says: until %s", d.Expires)
	}
}

func TestAPlanNamesWhatItSupersedes(t *testing.T) {
	plan := route(t, newRouter(t, town(), Config{}), with(t, "order.delivered", `{"order_id":12345}`))
	want := []string{"order_id:12345/order.accepted", "order_id:12345/order.processing", "order_id:12345/order.shipped"}
	if diff := cmp.Diff(want, plan.Supersedes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if plan := route(t, newRouter(t, town(), Config{}), example(t, "picking.completed")); len(plan.Supersedes) != 1 {
		t.Errorf("a silent type supersedes too: %v", plan.Supersedes)
	}
}

func TestMandatoryByChannel(t *testing.T) {
	plan := route(t, newRouter(t, town(), Config{}), with(t, "warehouse.staff_removed", `{"warehouse_id":1,"user_id":890}`))
	for _, d := range plan.Send {
		if d.Mandatory != (d.Channel == notify.Email) {
			t.Errorf("%s: mandatory %t", d.Channel, d.Mandatory)
		}
	}
}

func TestErrorsSayWhoseTheyAre(t *testing.T) {
	away := errors.New("redis is away")
	b := town()
	b.err = away
	if _, err := newRouter(t, b, Config{}).Route(t.Context(), confirmed(t)); !errors.Is(err, away) {
		t.Errorf("the book's: %v", err)
	}
	r := newRouter(t, town(), Config{})
	if _, err := r.Route(t.Context(), notify.Event{Type: "order.confirmd"}); !isUnknown(err) {
		t.Errorf("an unknown type: %v", err)
	}
	if _, err := r.Route(t.Context(), with(t, "order.confirmed", `{}`)); !isInvalid(err) {
		t.Errorf("an invalid payload: %v", err)
	}
}

func isUnknown(err error) bool { _, ok := errors.AsType[*eventtypes.UnknownType](err); return ok }
func isInvalid(err error) bool { _, ok := errors.AsType[*eventtypes.InvalidPayload](err); return ok }

func TestEveryTypeOfTheCatalogueIsRouted(t *testing.T) {
	r := newRouter(t, town(), Config{})
	for _, typ := range eventtypes.Catalogue() {
		plan := route(t, r, example(t, string(typ.Name)))
		checkIDs(t, plan)
		if len(plan.Send)+len(plan.Skip)+len(plan.Missing)+len(plan.Broadcast) == 0 {
			t.Errorf("%s: nothing is planned, skipped or waited for", typ.Name)
		}
	}
}

func TestAFallbackWaitsForTheOthers(t *testing.T) {
	fallback := func(t *testing.T, b *book) notify.Plan {
		r := newRouter(t, b, Config{Overrides: map[string]Override{
			"order.accepted": {Fallback: "sms", Instead: []string{"push", "telegram"}, After: time.Hour},
		}})
		return route(t, r, with(t, "order.accepted", `{"order_id":12345}`))
	}
	plan := fallback(t, town())
	if len(plan.Send) != 2 || len(plan.Fallback) != 1 {
		t.Fatalf("%v", who(plan))
	}
	f := plan.Fallback[0]
	if f.Delivery.Channel != notify.SMS || !f.At.Equal(noon.Add(time.Hour)) || !slices.Equal(f.Unless, []string{plan.Send[0].ID, plan.Send[1].ID}) {
		t.Errorf("fallback %+v", f)
	}
	plan = fallback(t, town().change("890", func(c *notify.Contact) { c.TelegramChat, c.PushTokens = "", nil }))
	if len(plan.Send) != 1 || plan.Send[0].Channel != notify.SMS || len(plan.Fallback) != 0 {
		t.Errorf("with nothing to wait for: %v", who(plan))
	}
}

// A parcel that waits: who has a device is told there, and by SMS only where that had no
// success; who has none gets the SMS at once. Operators and producers can have it otherwise.
func TestAParcelIsToldByPushElseBySMS(t *testing.T) {
	const arrived = `{"parcel_id":1,"pvz_id":1,"pvz_code":"P","recipient_id":890,"pickup_code":"1","storage_days":3,"accepted_by":"o"}`
	sms := func(list []notify.Delivery) int {
		return len(slices.DeleteFunc(slices.Clone(list), func(d notify.Delivery) bool { return d.Channel != notify.SMS }))
	}
	noDevice := func(c *notify.Contact) { c.PushTokens = nil }
	tell := Config{Overrides: map[string]Override{"pvz.parcel.arrived": {Tell: map[string][]string{"recipient": {"sms", "push"}}}}}
	for name, c := range map[string]struct {
		book          *book
		cfg           Config
		wishes        []notify.Channel
		atOnce, later int
	}{
		"with a device":              {town(), Config{}, nil, 0, 1},
		"without":                    {town().change("890", noDevice), Config{}, nil, 1, 0},
		"an operator wants both":     {town(), tell, nil, 1, 0},
		"a producer wants email":     {town(), Config{}, []notify.Channel{notify.Email}, 0, 0},
		"a producer wants the SMS":   {town(), Config{}, []notify.Channel{notify.SMS}, 1, 0},
		"a producer wants the order": {town(), Config{}, []notify.Channel{notify.Push, notify.SMS}, 0, 1},
	} {
		e := with(t, "pvz.parcel.arrived", arrived)
		e.Wishes.Channels = c.wishes
		plan := route(t, newRouter(t, c.book, c.cfg), e)
		if sms(plan.Send) != c.atOnce || len(plan.Fallback) != c.later {
			t.Errorf("%s: %d SMS at once and %d later, want %d and %d", name, sms(plan.Send), len(plan.Fallback), c.atOnce, c.later)
		}
	}
}
