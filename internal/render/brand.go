package render

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// Brand is what messages say of their sender. Empty fields of a storefront's brand are
// filled from the marketplace's.
type Brand struct {
	Name     string
	Site     string // base of all links, https
	Logo     string // https; empty: the name in letters
	Color    string // of buttons and links, #rrggbb
	Address  string // postal, for the footer
	Support  string // where questions go
	Currency string // of amounts whose payload doesn't name one

	// Paths replaces pages of [defaultPaths]: "order": "/moje/porudzbine/{order_id}". A
	// full https address is taken as it is.
	Paths map[string]string

	// Storefronts are brands of their own, by storefront id: events that carry the
	// storefront_id are dressed in them.
	Storefronts map[string]Brand

	// Unsubscribe gives the one-click link of a delivery (RFC 8058), "" for none. It isn't
	// asked for mandatory messages. Nil: no message has one.
	Unsubscribe func(d notify.Delivery) string

	// Invitation gives the link by which a person's Telegram chat becomes known, "" for none.
	// It is asked for emails to people who have no chat yet. Nil: no email has one.
	Invitation func(c notify.Contact) string
}

// DefaultBrand dresses tests, previews and a configuration without a brand.
func DefaultBrand() Brand {
	return Brand{
		Name: "Vondi", Site: "https://vondi.rs", Color: "#0f766e",
		Address: "Vondi d.o.o., Beograd", Support: "podrska@vondi.rs", Currency: "RSD",
	}
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// check names the first thing that is wrong with the brand, under its key in the configuration.
func (b Brand) check(key string) error {
	switch {
	case b.Name == "":
		return fmt.Errorf("%s.name: found nothing, want the marketplace's name", key)
	case !isHTTPS(b.Site):
		return fmt.Errorf("%s.site: found %q, want an https:// address", key, b.Site)
	case b.Logo != "" && !isHTTPS(b.Logo):
		return fmt.Errorf("%s.logo: found %q, want an https:// address", key, b.Logo)
	case !hexColor.MatchString(b.Color):
		return fmt.Errorf("%s.color: found %q, want a colour such as #0f766e", key, b.Color)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Paths)) {
		if err := checkPath(name, b.Paths[name]); err != nil {
			return fmt.Errorf("%s.paths: %w", key, err)
		}
	}
	return nil
}

// checkStorefront checks a storefront's brand, filled from the marketplace's.
func (b Brand) checkStorefront(id string) error {
	key := "brand.storefronts." + id
	if len(b.Storefronts) > 0 {
		return fmt.Errorf("%s.storefronts: found %d, want none: a storefront has no storefronts", key, len(b.Storefronts))
	}
	return b.check(key)
}

// checkPath looks at a page's address: a path of the site or an https address, with fields
// that some event carries.
func checkPath(name, path string) error {
	if _, ok := defaultPaths[name]; !ok {
		return fmt.Errorf("found the page %q, want one of %s", name, strings.Join(slices.Sorted(maps.Keys(defaultPaths)), ", "))
	}
	if !strings.HasPrefix(path, "/") && !isHTTPS(pathField.ReplaceAllString(path, "x")) {
		return fmt.Errorf("found %q for %s, want a path such as /orders/{order_id}, or https://", path, name)
	}
	for _, m := range pathField.FindAllStringSubmatch(path, -1) {
		if !slices.ContainsFunc(eventtypes.Catalogue(), func(t *eventtypes.Type) bool { return t.Payload.Has(m[1]) }) {
			return fmt.Errorf("found {%s} for %s, want a field that events carry, such as {order_id}", m[1], name)
		}
	}
	return nil
}

// over fills what a storefront's brand leaves open.
func (b Brand) over(base Brand) Brand {
	b.Name = cmp.Or(b.Name, base.Name)
	b.Site = cmp.Or(b.Site, base.Site)
	b.Logo = cmp.Or(b.Logo, base.Logo)
	b.Color = cmp.Or(b.Color, base.Color)
	b.Address = cmp.Or(b.Address, base.Address)
	b.Support = cmp.Or(b.Support, base.Support)
	b.Currency = cmp.Or(b.Currency, base.Currency)
	paths := maps.Clone(base.Paths)
	if paths == nil {
		paths = map[string]string{}
	}
	maps.Copy(paths, b.Paths)
	b.Paths = paths
	return b
}

// isHTTPS says whether s is a link that may be shown: https, with a host, without a user.
func isHTTPS(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}
