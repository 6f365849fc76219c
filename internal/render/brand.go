package render

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"

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
}

// DefaultBrand dresses tests, previews and a configuration without a brand.
func DefaultBrand() Brand {
	return Brand{
		Name: "Vondi", Site: "https://vondi.rs", Color: "#0f766e",
		Address: "Vondi d.o.o., Beograd", Support: "podrska@vondi.rs", Currency: "RSD",
	}
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// check names the first thing that is wrong with the brand.
func (b Brand) check() error {
	switch {
	case b.Name == "":
		return fmt.Errorf("brand.name: found nothing, want the marketplace's name")
	case !isHTTPS(b.Site):
		return fmt.Errorf("brand.site: found %q, want an https:// address", b.Site)
	case b.Logo != "" && !isHTTPS(b.Logo):
		return fmt.Errorf("brand.logo: found %q, want an https:// address", b.Logo)
	case !httpsPaths(b.Paths):
		return fmt.Errorf("brand.paths: found an address, want a path such as /orders/{order_id}, or https://")
	case !hexColor.MatchString(b.Color):
		return fmt.Errorf("brand.color: found %q, want a colour such as #0f766e", b.Color)
	}
	return nil
}

// httpsPaths says whether all pages are paths of the site or https addresses.
func httpsPaths(paths map[string]string) bool {
	for _, p := range paths {
		if !strings.HasPrefix(p, "/") && !isHTTPS(pathField.ReplaceAllString(p, "x")) {
			return false
		}
	}
	return true
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
	if b.Paths == nil {
		b.Paths = base.Paths
	}
	return b
}

// isHTTPS says whether s is a link that may be shown: https, with a host, without a user.
func isHTTPS(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}
