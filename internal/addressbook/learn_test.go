package addressbook

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestLearnTakesWhatTheTableSays(t *testing.T) {
	b, _, _ := open(t)
	learn(t, b,
		event("user.registered", -100, fields{"user_id": 890, "email": "Jelena@Example.COM", "phone": "063 1234567", "name": "Jelena", "locale": "sr-RS", "timezone": "Europe/Belgrade"}),
		event("user.email_verified", -99, fields{"user_id": 890}),
		event("user.phone_verified", -98, fields{"user_id": 890, "phone": "+381631234567"}),
		event("user.banned", -97, fields{"user_id": 890, "until": "2027-01-01T00:00:00Z"}),
		event("order.created", -90, fields{"order_id": 1, "storefront_id": 67, "buyer_id": 890, "items": []any{}, "seller_id": 501}),
		event("shipment.created", -89, fields{"shipment_id": "s1", "order_id": 1}),
		event("inventory.reserved", -88, fields{"listing_id": 100, "warehouse_id": 1, "quantity": 2, "order_id": 1}),
		event("delivery.parcel.routed_to_pvz", -87, fields{"parcel_id": "p1", "pvz_id": 1, "recipient_id": 890, "estimated_arrival": 1734825600}),
		event("listing.created", -86, fields{"listing_id": 100, "storefront_id": 67}),
		event("listing.favorited", -85, fields{"listing_id": 100, "user_id": 890}),
		event("warehouse.invitation_accepted", -84, fields{"warehouse_id": 1, "user_id": 891, "role": "owner"}),
		event("pvz.shift.started", -83, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 456, "operator_name": "Milan"}),
		event("pvz.partner.approved", -82, fields{"partner_id": "prt", "user_id": 893, "pvz_id": 1, "approved_by": "a"}),
		event("franchise.application_created", -81, fields{"application_id": "a1", "email": "ana@example.com", "applicant_name": "Ana"}),
		event("franchise.application_created", -80, fields{"application_id": "a2", "user_id": 892}),
		event("user.role_changed", -79, fields{"user_id": 890, "role": "admin"}),
	)
	want := notify.Contact{
		UserID: "890", Name: "Jelena", Email: "Jelena@example.com", Phone: "+381631234567", Locale: "sr-Latn", TimeZone: "Europe/Belgrade",
		EmailVerified: noon.Add(-99 * time.Second), PhoneVerified: noon.Add(-98 * time.Second),
		Banned: noon.Add(-97 * time.Second), BannedUntil: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, contact(t, b, "890")); diff != "" {
		t.Errorf("contact (-want +got):\n%s", diff)
	}
	checkLinks(t, b, map[[3]string]string{
		{"order", "1", "buyer"}: "890", {"order", "1", "storefront"}: "67", {"shipment", "s1", "order"}: "1",
		{"listing", "100", "order"}: "1", {"listing", "100", "storefront"}: "67",
		{"parcel", "p1", "recipient"}: "890", {"parcel", "p1", "pvz"}: "1", {"partner", "prt", "user"}: "893",
		{"application", "a1", "applicant"}: "application:a1", {"application", "a2", "applicant"}: "892",
		{"order", "2", "buyer"}: "",
	})
	checkMembers(t, b, map[string][]string{
		"storefront:67:members": {"501"}, "listing:100:watchers": {"890"}, "warehouse:1:staff": {"891"}, "warehouse:1:owners": {"891"},
		"pvz:1:operators": {"456"}, "pvz:1:owners": {"893"}, "role:admin": {"890"},
	})
	if got := contact(t, b, "application:a1").Email; got != "ana@example.com" {
		t.Errorf("the guest applicant has email %q", got)
	}
}

func checkLinks(t *testing.T, b *Book, want map[[3]string]string) {
	t.Helper()
	for l, to := range want {
		got, err := b.Link(t.Context(), l[0], l[1], l[2])
		if err != nil || got != to {
			t.Errorf("link %v = %q, %v; want %q", l, got, err, to)
		}
	}
}

func checkMembers(t *testing.T, b *Book, want map[string][]string) {
	t.Helper()
	for audience, ids := range want {
		got, err := b.Members(t.Context(), audience, 10)
		if err != nil || !slices.Equal(got, ids) {
			t.Errorf("members of %s = %v, %v; want %v", audience, got, err, ids)
		}
	}
}

func TestLearningTwiceIsLearningOnce(t *testing.T) {
	b, client, _ := open(t)
	batch := []notify.Event{
		event("user.registered", -100, fields{"user_id": 890, "email": "jelena@example.com"}),
		event("order.created", -90, fields{"order_id": 1, "storefront_id": 67, "buyer_id": 890, "items": []any{}}),
		event("pvz.shift.started", -80, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 890, "operator_name": "M"}),
		event("pvz.shift.ended", -70, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 890, "duration_minutes": 1, "parcels_handled": 1}),
		event("user.role_changed", -60, fields{"user_id": 890, "role": "admin"}),
		event("user.role_changed", -50, fields{"user_id": 890, "role": "seller"}),
	}
	learn(t, b, batch...)
	first := dump(t, client)
	learn(t, b, batch...)
	if diff := cmp.Diff(first, dump(t, client)); diff != "" {
		t.Errorf("the second reading changed the book (-first +second):\n%s", diff)
	}
	checkMembers(t, b, map[string][]string{"pvz:1:operators": {}, "role:admin": {}, "role:seller": {"890"}})
}

// dump is every key with its value.
func dump(t *testing.T, client *redis.Client) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		switch client.Type(t.Context(), key).Val() {
		case "hash":
			all[key] = client.HGetAll(t.Context(), key).Val()
		case "string":
			all[key] = client.Get(t.Context(), key).Val()
		case "set":
			all[key] = slices.Sorted(slices.Values(client.SMembers(t.Context(), key).Val()))
		case "zset":
			all[key] = client.ZRange(t.Context(), key, 0, -1).Val()
		case "stream":
			all[key] = client.XRange(t.Context(), key, "-", "+").Val()
		}
	}
	return all
}

func TestAnOlderEventNeverReplacesANewerFact(t *testing.T) {
	for name, c := range map[string]struct {
		newer, older notify.Event
		check        func(t *testing.T, b *Book)
	}{
		"email": {
			event("user.email_verified", -10, fields{"user_id": 1, "email": "new@example.com"}),
			event("user.registered", -20, fields{"user_id": 1, "email": "old@example.com"}),
			func(t *testing.T, b *Book) {
				if got := contact(t, b, "1").Email; got != "new@example.com" {
					t.Errorf("email is %s", got)
				}
			},
		},
		"link": {
			event("order.created", -10, fields{"order_id": 1, "storefront_id": 1, "buyer_id": 2, "items": []any{}}),
			event("order.created", -20, fields{"order_id": 1, "storefront_id": 1, "buyer_id": 3, "items": []any{}}),
			func(t *testing.T, b *Book) { checkLinks(t, b, map[[3]string]string{{"order", "1", "buyer"}: "2"}) },
		},
		"membership": {
			event("pvz.shift.ended", -10, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 4, "duration_minutes": 1, "parcels_handled": 1}),
			event("pvz.shift.started", -20, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 4, "operator_name": "M"}),
			func(t *testing.T, b *Book) { checkMembers(t, b, map[string][]string{"pvz:1:operators": {}}) },
		},
		"role": {
			event("user.role_changed", -10, fields{"user_id": 4, "role": "user"}),
			event("user.role_changed", -20, fields{"user_id": 4, "role": "admin"}),
			func(t *testing.T, b *Book) {
				checkMembers(t, b, map[string][]string{"role:admin": {}, "role:user": {"4"}})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, _, _ := open(t)
			learn(t, b, c.newer)
			learn(t, b, c.older)
			c.check(t, b)
		})
	}
}

func TestEventsOfOneMillisecondKeepTheirOrder(t *testing.T) {
	b, _, _ := open(t)
	on := event("pvz.shift.started", -10, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 4, "operator_name": "M"})
	off := event("pvz.shift.ended", -10, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 4, "duration_minutes": 1, "parcels_handled": 1})
	on.Source.Entry, off.Source.Entry = "1-3", "1-12"
	learn(t, b, on, off)
	learn(t, b, on) // a crash before its acknowledgement brings it again
	checkMembers(t, b, map[string][]string{"pvz:1:operators": {}})
}

func TestAStaffMemberWhoIsNoOwnerAnyMore(t *testing.T) {
	b, _, _ := open(t)
	learn(t, b,
		event("warehouse.invitation_accepted", -30, fields{"warehouse_id": 1, "user_id": 5, "role": "owner"}),
		event("warehouse.staff_role_changed", -20, fields{"warehouse_id": 1, "user_id": 5, "role": "picker"}))
	checkMembers(t, b, map[string][]string{"warehouse:1:owners": {}, "warehouse:1:staff": {"5"}})
	learn(t, b, event("warehouse.staff_removed", -10, fields{"warehouse_id": 1, "user_id": 5}))
	checkMembers(t, b, map[string][]string{"warehouse:1:staff": {}})
}

func TestABadValueCostsOnlyItself(t *testing.T) {
	var refused []error
	b, _, _ := open(t, WithRefused(func(_ notify.Event, err error) { refused = append(refused, err) }))
	learn(t, b,
		event("user.registered", -10, fields{"user_id": 1, "email": "a@example.com", "phone": "012345"}),
		event("no.such.type", -9, fields{}),
		event("user.registered", -8, fields{"user_id": 2})) // its payload doesn't hold
	if got := contact(t, b, "1"); got.Email != "a@example.com" || got.Phone != "" {
		t.Errorf("got %+v", got)
	}
	if _, err := b.Contact(t.Context(), "2"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("an invalid payload taught something: %v", err)
	}
	if len(refused) != 1 || !cmp.Equal(refused[0].Error(), (&Invalid{Field: "phone", Want: refusedPhone}).Error()) {
		t.Errorf("refused: %v", refused)
	}
}

const refusedPhone = "want a number that can be called, such as +381631234567; without + it is read as a Serbian one"

func TestEveryRowOfTheTableNamesATypeOfTheCatalogue(t *testing.T) {
	names := slices.Sorted(maps.Keys(curriculum()))
	for _, r := range table() {
		if !slices.ContainsFunc(names, r.covers) {
			t.Errorf("no type is taught by %v", r.types)
		}
	}
}

func TestLinksLiveLongerWhenUsed(t *testing.T) {
	b, client, _ := open(t)
	if err := b.SetLink(t.Context(), "order", "1", "buyer", "2"); err != nil {
		t.Fatal(err)
	}
	key := "notifications:l:{order:1}"
	client.PExpire(t.Context(), key, 24*time.Hour)
	checkLinks(t, b, map[[3]string]string{{"order", "1", "buyer"}: "2"})
	if left := client.PTTL(t.Context(), key).Val(); left < 179*24*time.Hour {
		t.Errorf("the link lives %s more", left)
	}
}
