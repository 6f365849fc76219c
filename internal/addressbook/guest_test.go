package addressbook

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestForWhomADeliveryIs(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Email: "jelena@example.com"})
	invitation := event("warehouse.invitation_created", 0, fields{"warehouse_id": 1, "email": "marko@example.com"})
	application := event("franchise.application_created", 0, fields{"application_id": 1, "email": "ana@example.com", "phone": "0641234567", "applicant_name": "Ana"})
	nothing := event("franchise.application_approved", 0, fields{"application_id": 1})
	for name, c := range map[string]struct {
		event notify.Event
		to    notify.Recipient
		want  notify.Contact
	}{
		"a user":                       {nothing, notify.Recipient{UserID: "890"}, notify.Contact{UserID: "890", Email: "jelena@example.com"}},
		"a guest":                      {invitation, notify.Recipient{Guest: true}, notify.Contact{Email: "marko@example.com"}},
		"a guest with phone and name":  {application, notify.Recipient{Guest: true}, notify.Contact{Email: "ana@example.com", Phone: "+381641234567", Name: "Ana"}},
		"a guest with an id":           {invitation, notify.Recipient{UserID: "891", Guest: true}, notify.Contact{UserID: "891", Email: "marko@example.com"}},
		"a guest who became a user":    {invitation, notify.Recipient{UserID: "890", Guest: true}, notify.Contact{UserID: "890", Email: "jelena@example.com"}},
		"a guest without any address":  {nothing, notify.Recipient{Guest: true}, notify.Contact{}},
		"a stranger":                   {invitation, notify.Recipient{UserID: "891"}, notify.Contact{}},
		"an event that can't be known": {notify.Event{Type: "no.such"}, notify.Recipient{Guest: true}, notify.Contact{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.For(t.Context(), notify.Delivery{Event: c.event, To: c.to})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if nobody := cmp.Equal(c.want, notify.Contact{}); errors.Is(err, notify.ErrNoContact) != nobody {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAGuestsAddressIsRecognisedAsPeopleSayIt(t *testing.T) {
	application := event("franchise.application_created", 0, fields{"application_id": 1, "email": "Ana@Example.com", "phone": "0641234567"})
	keys := GuestKeys(application)
	for what, want := range map[string]int{"ana@example.com": 0, " email:ANA@example.com": 0, "+381641234567": 1, "sms:064 123-4567": 1} {
		if got, ok := AddressKey(what); !ok || len(keys) != 2 || got != keys[want] {
			t.Errorf("%s: %s %t, want one of %v", what, got, ok, keys)
		}
	}
	for _, what := range []string{"", "890", "order:12345"} {
		if got, ok := AddressKey(what); ok {
			t.Errorf("%q is taken for an address: %s", what, got)
		}
	}
}

func TestPagesOfAnAudience(t *testing.T) {
	b, _, _ := open(t)
	if err := b.Join(t.Context(), "a", "5", "1", "3", "2", "4"); err != nil {
		t.Fatal(err)
	}
	var all []string
	for cursor, first := "", true; first || cursor != ""; first = false {
		ids, next, err := b.Page(t.Context(), "a", cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		if first { // somebody goes, somebody comes: nobody else moves
			if err := errors.Join(b.Leave(t.Context(), "a", "1"), b.Join(t.Context(), "a", "0")); err != nil {
				t.Fatal(err)
			}
		}
		all, cursor = append(all, ids...), next
	}
	if !slices.Equal(all, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("paged %v", all)
	}
	if n, err := b.Count(t.Context(), "a"); err != nil || n != 5 {
		t.Errorf("count %d, %v", n, err)
	}
	if in, err := b.Memberships(t.Context(), "1"); err != nil || len(in) != 0 {
		t.Errorf("1 is still in %v, %v", in, err)
	}
	if in, err := b.Memberships(t.Context(), "0"); err != nil || !slices.Equal(in, []string{"a"}) {
		t.Errorf("0 is in %v, %v", in, err)
	}
	var names []string
	if err := b.Audiences(t.Context(), func(name string) error { names = append(names, name); return nil }); err != nil || !slices.Equal(names, []string{"a"}) {
		t.Errorf("audiences %v, %v", names, err)
	}
	if err := b.Join(t.Context(), "a\n", "1"); err == nil {
		t.Error("an audience with a line break was taken")
	}
}
