package wording_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/wording"
)

// load reads a configuration's brand from YAML, as notifyd does.
func load(t *testing.T, yaml string) (*render.Set, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "notifyd.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, nil)
	if err != nil {
		return nil, err
	}
	return wording.Watcher(c.Words, c.Brand).Load()
}

const storefront = `
brand:
  paths: {order: /porudzbine/{order_id}}
  storefronts:
    67: {name: Kuća keramike, color: "#9a3412", logo: https://keramika.example/logo.png, support: pomoc@keramika.example}
`

func TestAStorefrontHasItsOwnBrand(t *testing.T) {
	set, err := load(t, strings.ReplaceAll(storefront, "{order: /porudzbine/{order_id}}", `{order: "/porudzbine/{order_id}"}`))
	if err != nil {
		t.Fatal(err)
	}
	for typ, dressed := range map[string]bool{"order.created": true, "order.shipped": false} {
		typed, _ := eventtypes.Lookup(typ)
		sample, err := set.FindSample(typed, render.Typical)
		if err != nil {
			t.Fatal(err)
		}
		m, err := set.RenderSample(typed, "buyer", notify.Email, "sr-Latn", sample)
		if err != nil {
			t.Fatal(err)
		}
		for _, own := range []string{"Kuća keramike", "#9a3412", "https://keramika.example/logo.png", "pomoc@keramika.example"} {
			if strings.Contains(m.HTML, own) != dressed {
				t.Errorf("%s has %q: %t", typ, own, !dressed)
			}
		}
		if typ == "order.created" && m.Link != "https://vondi.rs/porudzbine/12345" {
			t.Errorf("leads to %s", m.Link)
		}
	}
}

func TestABadBrandStopsTheStart(t *testing.T) {
	for yaml, want := range map[string]string{
		`brand: {storefronts: {67: {logo: "http://x.example/a.png"}}}`: "brand.storefronts.67.logo: found ",
		`brand: {storefronts: {67: {color: red}}}`:                     "brand.storefronts.67.color: found ",
		`brand: {storefronts: {67: {storefronts: {68: {name: x}}}}}`:   "brand.storefronts.67.storefronts: found ",
		`brand: {storefronts: {67: {paths: {basket: /b}}}}`:            `brand.storefronts.67.paths: found the page "basket"`,
		`brand: {paths: {order: "http://x.example"}}`:                  "brand.paths: found ",
		`brand: {paths: {order: "/o/{oder_id}"}}`:                      "{oder_id}",
		`brand: {storefronts: {67: {colour: "#123456"}}}`:              "unknown key colour",
	} {
		if _, err := load(t, yaml); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", yaml, err, want)
		}
	}
}
