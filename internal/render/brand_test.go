package render_test

import (
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// branded loads the built-in set for a marketplace of which one storefront has its own brand.
func branded(t testing.TB) *render.Set {
	t.Helper()
	brand := render.DefaultBrand()
	brand.Paths = map[string]string{"home": "/pocetna"}
	brand.Storefronts = map[string]render.Brand{"67": {
		Name: "Kuća keramike", Site: "https://keramika.example", Logo: "https://keramika.example/logo.png", Color: "#9a3412",
		Address: "Kuća keramike d.o.o., Zemun", Support: "pomoc@keramika.example", Paths: map[string]string{"order": "/porudzbina/{order_id}"},
	}}
	s, err := render.Load(templates.Files, locales.Files, brand)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestGoldenStorefront holds the whole of an email in a storefront's brand.
func TestGoldenStorefront(t *testing.T) {
	m := message(t, branded(t), "order.created", "buyer", notify.Email, "sr-Latn")
	compare(t, "storefront.html", m.HTML)
	compare(t, "storefront.txt", m.Text)
}

func TestAnyEventMayNameItsStorefront(t *testing.T) {
	r := renderer(branded(t))
	for payload, link := range map[string]string{
		`{"order_id":12345,"buyer_id":890}`:                         "https://vondi.rs/orders/12345",
		`{"order_id":12345,"buyer_id":890,"storefront_id":67}`:      "https://keramika.example/porudzbina/12345",
		`{"order_id":12345,"buyer_id":890,"storefront_id":"67"}`:    "https://keramika.example/porudzbina/12345",
		`{"order_id":12345,"buyer_id":890,"storefront_id":68}`:      "https://vondi.rs/orders/12345",
		`{"order_id":12345,"buyer_id":890,"storefront_id":[67]}`:    "https://vondi.rs/orders/12345",
		`{"order_id":12345,"buyer_id":890,"x":"\"storefront_id\""}`: "https://vondi.rs/orders/12345",
	} {
		if m := mustRender(t, r, deliveryOf(t, "order.processing", payload, notify.Push, "en"), notify.Contact{}); m.Link != link {
			t.Errorf("%s leads to %s, want %s", payload, m.Link, link)
		}
	}
}

func TestAPushShowsThePictureOfItsEvent(t *testing.T) {
	r := renderer(load(t))
	for picture, want := range map[string]string{
		"https://vondi.rs/i/100.jpg": "https://vondi.rs/i/100.jpg",
		"http://vondi.rs/i/100.jpg":  "",
		"javascript:alert(1)":        "",
		"https://me:pw@vondi.rs/":    "",
		"":                           "",
		"https://vondi.rs/" + strings.Repeat("x", 600): "",
	} {
		payload := `{"listing_id":100,"old_price":1995,"new_price":1495,"currency":"RSD","image_url":"` + picture + `"}`
		if m := mustRender(t, r, deliveryOf(t, "listing.price_changed", payload, notify.Push, "en"), notify.Contact{}); m.Image != want {
			t.Errorf("%.40s: got %q", picture, m.Image)
		}
	}
}
