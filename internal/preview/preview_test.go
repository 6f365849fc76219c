package preview

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

func TestEveryPageCanBeMade(t *testing.T) {
	g := gallery(t)
	for i, a := range render.Audiences() {
		for j, ch := range notify.Channels() {
			// All samples are the lint's task; here each comes by each channel.
			p := place{Audience: a, Channel: ch, Locale: render.Locales()[(i+j)%4], Sample: samples()[i%4]}
			page, r := get(t, g, "/"+p.Path())
			if r.StatusCode != http.StatusOK || strings.Contains(page, "There is no message") {
				t.Fatalf("%s: %s", p.Path(), r.Status)
			}
		}
	}
}

func TestPagesThatAreNone(t *testing.T) {
	g := gallery(t)
	for _, path := range []string{
		"/order.kreated/email/ru/typical.html", "/order.created/fax/ru/typical.html", "/order.created/email/de/typical.html",
		"/order.created/email/ru/other.html", "/order.created/email/ru/typical", "/static/gallery.go",
	} {
		if _, r := get(t, g, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}

func TestAPageShowsTheMessage(t *testing.T) {
	g := gallery(t)
	for path, want := range map[string][]string{
		"/pvz.parcel.arrived/email/sr-Latn/typical.html": {`sandbox="allow-same-origin"`, "data:image/png;base64,", "HTML ", "of 100 KB"},
		"/order.shipped/sms/ru/typical.html":             {"2 segments", "UCS-2"},
		"/order.shipped/sms/en/typical.html":             {"1 segment<", "GSM-7"},
		"/order.shipped/telegram/en/typical.html":        {"<b>Order ORD-2025-001 is on its way</b>", "Track the parcel"},
		"/order.shipped/push/en/typical.html":            {"iOS", "Android", "phones show about 40"},
		"/":                                              {"order.shipped", "100%"},
	} {
		page, _ := get(t, g, path)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s doesn't have %q", path, text)
			}
		}
	}
}

func TestChangedDataIsShown(t *testing.T) {
	page, _ := post(t, gallery(t), "/order.shipped/telegram/en/typical.html", `{"order_id": 1, "order_number": "ORD-X", "buyer_id": 1}`)
	if !strings.Contains(page, "<b>Order ORD-X is on its way</b>") || !strings.Contains(page, "data-edited") {
		t.Error("the changed order isn't there")
	}
}

func TestTheCatalogueJudgesChangedData(t *testing.T) {
	g := gallery(t)
	for data, want := range map[string]string{
		`{"buyer_id": 1}`: "order_id: found nothing",
		`{"order_id": `:   "There is no message",
		`[]`:              "There is no message",
	} {
		page, r := post(t, g, "/order.shipped/email/en/typical.html", data)
		if r.StatusCode != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%s: %s, want %q", data, r.Status, want)
		}
	}
	if _, r := post(t, g, "/order.shipped/email/en/typical.html", strings.Repeat("x", 300<<10)); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("300 KB: %s", r.Status)
	}
}

// TestNothingOfAMessageRuns looks at the walls; internal/browsertest runs into them.
func TestNothingOfAMessageRuns(t *testing.T) {
	g := gallery(t)
	page, r := get(t, g, "/order.created/email/en/hostile.html")
	csp := r.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'self';") {
		t.Errorf("the policy lets scripts run: %s", csp)
	}
	for _, tag := range regexp.MustCompile(`<(script|iframe)[^>]*>`).FindAllString(page, -1) {
		if strings.HasPrefix(tag, "<script") && !strings.Contains(tag, `src="../../../static/preview.js"`) || strings.Contains(tag, "allow-scripts") {
			t.Errorf("found %s", tag)
		}
	}
	if page, _ := get(t, g, "/order.created/telegram/en/hostile.html"); strings.Contains(page, "onerror=alert(1)>") {
		t.Error("markup of the data became markup of the page")
	}
}

// TestABrandIsPicked: where storefronts have brands, the author looks at each.
func TestABrandIsPicked(t *testing.T) {
	brand := render.DefaultBrand()
	brand.Storefronts = map[string]render.Brand{"67": {Name: "Kuća keramike", Color: "#9a3412"}}
	set, err := render.Load(templates.Files, locales.Files, brand)
	if err != nil {
		t.Fatal(err)
	}
	g := open(render.New(set), nil)
	for path, worn := range map[string]bool{"typical.html": false, "typical@67.html": true} {
		for _, message := range []string{"order.created", "order.shipped"} {
			page, _ := get(t, g, "/"+message+"/email/sr-Latn/"+path)
			if strings.Contains(page, "#9a3412") != worn {
				t.Errorf("%s %s wears the storefront's brand: %t", message, path, !worn)
			}
			if !strings.Contains(page, `/typical@67.html"`) || !strings.Contains(page, ">Kuća keramike<") {
				t.Errorf("%s %s: no way to the storefront's brand", message, path)
			}
		}
	}
	if _, resp := get(t, g, "/order.created/email/sr-Latn/typical@68.html"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown storefront: %s", resp.Status)
	}
	if n, err := g.Export(t.TempDir(), "order.shipped"); err != nil || n != 2*4*4 {
		t.Errorf("wrote %d messages, %v", n, err)
	}
	if page, _ := get(t, gallery(t), "/order.created/email/sr-Latn/typical.html"); strings.Contains(page, `class="brands"`) {
		t.Error("a choice of one brand is shown")
	}
}

func TestACardShowsThePicture(t *testing.T) {
	page, _ := post(t, gallery(t), "/listing.price_changed/push/en/typical.html",
		`{"listing_id":100,"old_price":1995,"new_price":1495,"currency":"RSD","image_url":"https://vondi.rs/i/100.jpg"}`)
	if n := strings.Count(page, `<img src="https://vondi.rs/i/100.jpg"`); n != 2 {
		t.Errorf("%d cards show the picture, want iOS and Android", n)
	}
}

func TestFindingsStandBesideWhatTheyConcern(t *testing.T) {
	all := sortOut([]render.Finding{
		{File: "locales/ru.toml", Line: 5, What: "order.created.short with the typical sample: takes 3 SMS segments"},
		{File: "locales/ru.toml", Line: 9, What: "order.created.seller.short with the typical sample: takes 3 SMS segments"},
		{File: "templates/email/layout.html", What: "order.shipped in ru with the typical sample: leads to something"},
		{File: "templates/sms/default.txt", What: "can't be read"},
	})
	audience := func(message string) render.Audience {
		p, ok := find(gallery(t).renderer.Set(), message, "sms", render.Russian, "typical.html")
		if !ok {
			t.Fatal(message)
		}
		return p.Audience
	}
	for _, c := range []struct {
		message string
		channel notify.Channel
		locale  string
		want    int
	}{
		{"order.created", notify.SMS, render.Russian, 2},
		{"order.created.seller", notify.Push, render.Russian, 1},
		{"order.created", notify.Push, render.English, 0},
		{"order.shipped", notify.Email, render.Russian, 1},
		{"order.delivered", notify.Email, render.Russian, 0},
	} {
		if got := all.at(place{Audience: audience(c.message), Channel: c.channel, Locale: c.locale}); len(got) != c.want {
			t.Errorf("%s by %s in %s: got %v, want %d", c.message, c.channel, c.locale, got, c.want)
		}
	}
}

func TestExport(t *testing.T) {
	dir := t.TempDir()
	n, err := gallery(t).Export(dir, "order.created")
	if err != nil || n != 2*4*4 {
		t.Fatal(n, err)
	}
	links := regexp.MustCompile(`(?:href|src)="([^"#:]+)"`)
	err = filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".html" {
			return err
		}
		page, err := os.ReadFile(name)
		for _, link := range links.FindAllStringSubmatch(string(page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), link[1])); err != nil {
				t.Errorf("%s leads nowhere: %s", name, link[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyThisMachine(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80", "nonsense"} {
		if l, err := Listen(addr); err == nil {
			t.Errorf("%s: listens on %s", addr, l.Addr())
		}
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, gallery(t)) }()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for host, want := range map[string]int{"": http.StatusOK, "localhost:80": http.StatusOK, "evil.example": http.StatusForbidden} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/", nil)
		req.Host = host
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("host %q: %v %v, want %d", host, resp, err, want)
		}
		_ = resp.Body.Close()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
