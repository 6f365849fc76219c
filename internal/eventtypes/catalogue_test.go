package eventtypes_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// lines reads a file of testdata without comments and blank lines.
func lines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

func TestCatalogueHasExactlyThePassportsTypes(t *testing.T) {
	want, got := lines(t, "passport-types.txt"), eventtypes.Names()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the passport's names (-) and the catalogue's (+):\n%s", diff)
	}
	if len(got) != 69 {
		t.Errorf("%d types, want 69", len(got))
	}
}

// TestCatalogueKeepsToTheDesign holds priorities, lives, audiences and channels against the
// design's table.
func TestCatalogueKeepsToTheDesign(t *testing.T) {
	for _, line := range lines(t, "catalogue.txt") {
		word := strings.Fields(line)
		typ, ok := eventtypes.Lookup(word[0])
		if !ok {
			t.Errorf("%s is not in the catalogue", word[0])
			continue
		}
		got := []string{word[0], string(typ.Priority), lifeOf(typ)}
		got = append(got, toldOf(typ)...)
		if diff := cmp.Diff(word, got); diff != "" {
			t.Errorf("%s: design (-), code (+):\n%s", word[0], diff)
		}
	}
}

// lifeOf writes a life as the design does: 48h, 7d, or the field that says it.
func lifeOf(t *eventtypes.Type) string {
	life, _, _ := strings.Cut(t.Lasts(), ",")
	return strings.NewReplacer(" h", "h", " days", "d", "until ", "", "for ", "").Replace(life)
}

func toldOf(t *eventtypes.Type) []string {
	if len(t.Told) == 0 {
		return []string{"-"}
	}
	var list []string
	for _, told := range t.Told {
		var channels []string
		for _, ch := range told.Channels {
			mark := ""
			if slices.Contains(told.Mandatory, ch) {
				mark = "!"
			}
			channels = append(channels, string(ch)+mark)
		}
		list = append(list, string(told.Role)+":"+strings.Join(channels, ","))
	}
	return list
}

// TestPayloadsKeepToTheDesign holds streams and fields against the design's table. The code
// may have more optional fields, never more required ones.
func TestPayloadsKeepToTheDesign(t *testing.T) {
	for _, line := range lines(t, "payloads.txt") {
		needed, optional, _ := strings.Cut(strings.TrimSuffix(line, ")"), "(")
		word := strings.Fields(needed)
		typ, ok := eventtypes.Lookup(word[0])
		if !ok {
			t.Errorf("%s is not in the catalogue", word[0])
			continue
		}
		if typ.Stream != word[1] {
			t.Errorf("%s: stream %s, want %s", word[0], typ.Stream, word[1])
		}
		want, got := word[2:], required(typ.Payload)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: required fields, design (-), code (+):\n%s", word[0], diff)
		}
		for _, name := range strings.Fields(optional) {
			if !typ.Payload.Has(name) {
				t.Errorf("%s has no field %s", word[0], name)
			}
		}
	}
}

func required(p eventtypes.Payload) []string {
	var names []string
	for _, f := range p.Fields() {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	for _, group := range p.Either() {
		names = append(names, strings.Join(group, "|"))
	}
	slices.Sort(names)
	return names
}

func TestEveryTypeIsComplete(t *testing.T) {
	words := map[string]string{}
	for _, typ := range eventtypes.Catalogue() {
		t.Run(string(typ.Name), func(t *testing.T) {
			complete(t, typ)
			for _, told := range typ.Told {
				key := typ.Words(string(told.Role))
				if other, taken := words[key]; taken {
					t.Errorf("the words %s serve %s too", key, other)
				}
				words[key] = string(typ.Name) + " " + string(told.Role)
			}
		})
	}
}

func complete(t *testing.T, typ *eventtypes.Type) {
	t.Helper()
	switch {
	case !strings.HasSuffix(typ.About, "."):
		t.Errorf("About %q is no sentence", typ.About)
	case typ.Stream == "":
		t.Error("no Stream")
	case typ.Life == 0 && typ.LifeFrom == nil:
		t.Error("neither Life nor LifeFrom")
	case (typ.LifeFrom == nil) != (typ.LifeSays == ""):
		t.Error("LifeFrom and LifeSays belong together")
	case !slices.Contains(notify.Priorities(), typ.Priority):
		t.Errorf("priority %q", typ.Priority)
	case !typ.Payload.Has(typ.Entity):
		t.Errorf("its entity %q is no field of the payload", typ.Entity)
	}
	for _, f := range typ.Payload.Fields() {
		if f.Doc == "" || f.Example == "" {
			t.Errorf("field %s has no doc (%q) or no example (%q)", f.Name, f.Doc, f.Example)
		}
	}
	for _, older := range typ.Supersedes {
		o, ok := eventtypes.Lookup(string(older))
		if !ok || o.Entity != typ.Entity {
			t.Errorf("supersedes %s, which is not about the same %s", older, typ.Entity)
		}
	}
	for _, told := range typ.Told {
		reachable(t, typ, told)
	}
}

// reachable says whether an audience can be found, and by ways that the payload has.
func reachable(t *testing.T, typ *eventtypes.Type, told eventtypes.Told) {
	t.Helper()
	if len(told.Find) == 0 || len(told.Channels) == 0 {
		t.Errorf("%s: no ways to find them, or no channels", told.Role)
	}
	if (told.Only == nil) != (told.When == "") {
		t.Errorf("%s: Only and When belong together", told.Role)
	}
	for _, ch := range told.Mandatory {
		if !slices.Contains(told.Channels, ch) {
			t.Errorf("%s: %s is mandatory and no channel of theirs", told.Role, ch)
		}
	}
	for _, p := range told.Find {
		switch {
		case p.Guest && !typ.Payload.Has("email"):
			t.Errorf("%s: a guest, and the payload has no email", told.Role)
		case p.Field != "" && !typ.Payload.Has(p.Field):
			t.Errorf("%s: the payload has no %s", told.Role, p.Field)
		case strings.Contains(p.Audience, "%s") == (p.Field == "") && p.Audience != "":
			t.Errorf("%s: audience %s and field %q don't fit", told.Role, p.Audience, p.Field)
		case (p.Link == "") != (p.To == ""):
			t.Errorf("%s: a link needs both its ends: %+v", told.Role, p)
		}
	}
}

func TestExamplesHold(t *testing.T) {
	for _, typ := range eventtypes.Catalogue() {
		for name, data := range map[string][]byte{"example": typ.Payload.Example(), "minimal": typ.Payload.Minimal()} {
			e := notify.Event{Type: string(typ.Name), Data: data}
			if got, err := eventtypes.Check(&e); err != nil || got != typ {
				t.Errorf("%s %s: %v\n%s", typ.Name, name, err, data)
			}
		}
	}
}

func TestLivesThatThePayloadSays(t *testing.T) {
	at := time.Date(2025, 12, 22, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, typ, data string
		want            time.Time
	}{
		{"plain", "order.created", `{}`, at.Add(48 * time.Hour)},
		{"storage days", "pvz.parcel.arrived", `{"storage_days":3}`, at.AddDate(0, 0, 3)},
		{"storage days beyond reason", "pvz.parcel.arrived", `{"storage_days":"99999999999"}`, at.AddDate(0, 0, 365)},
		{"until the training", "franchise.training_scheduled", `{"starts_at":"2026-01-12T09:00:00Z"}`, time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC)},
		{"until the link dies", "user.password_reset", `{"expires_at":"2025-12-22T00:20:00Z"}`, at.Add(20 * time.Minute)},
		{"a link without an end", "user.password_reset", `{}`, at.Add(time.Hour)},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ, e := checked(t, c.typ, c.data)
			if got := typ.Expires(e.Payload, at); !got.Equal(c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWatchersHearOfAFallOnly(t *testing.T) {
	for _, c := range []struct {
		prices string
		told   bool
		why    string
	}{
		{`{"old_price":1995,"new_price":1495}`, true, ""},
		{`{"old_price":"1995","new_price":"1994.99"}`, true, ""},
		{`{"old_price":1995,"new_price":1995}`, false, "the price is the same"},
		{`{"old_price":1495,"new_price":1995}`, false, "the price rose"},
	} {
		typ, e := checked(t, "listing.price_changed", c.prices)
		if ok, why := typ.Told[0].Only(e.Payload); ok != c.told || why != c.why {
			t.Errorf("%s: %t %q, want %t %q", c.prices, ok, why, c.told, c.why)
		}
	}
}

func TestNamesInParts(t *testing.T) {
	for _, c := range []struct {
		name             eventtypes.EventType
		category, action string
		valid            bool
	}{
		{"order.created", "order", "created", true},
		{"payment.cod_confirmed", "payment", "cod_confirmed", true},
		{"pvz.parcel.arrived", "pvz", "parcel.arrived", true},
		{"order.create", "order", "create", false},
		{"Order.Created", "Order", "Created", false},
		{"order", "order", "", false},
		{"", "", "", false},
	} {
		if c.name.Category() != c.category || c.name.Action() != c.action || c.name.IsValid() != c.valid {
			t.Errorf("%q: %q %q %t, want %q %q %t", c.name,
				c.name.Category(), c.name.Action(), c.name.IsValid(), c.category, c.action, c.valid)
		}
	}
}

func TestWordsOfAudiences(t *testing.T) {
	typ, _ := eventtypes.Lookup("order.created")
	for role, want := range map[string]string{"buyer": "order.created", "seller": "order.created.seller"} {
		if got := typ.Words(role); got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
	}
}
