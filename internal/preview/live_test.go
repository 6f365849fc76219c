package preview

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/render"
)

func TestOpenPagesAreToldOfChanges(t *testing.T) {
	g := gallery(t)
	srv := httptest.NewServer(g)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/events", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // ": ready": the watch is on
	g.Reloaded(true, []render.Finding{{File: "locales/ru.toml", What: "wrong"}})
	for lines.Scan() && lines.Text() != "data: changed" {
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
	if page, _ := get(t, g, "/"); !strings.Contains(page, "1 finding<") {
		t.Error("the new finding isn't shown")
	}
}

// TestABrokenLayoutIsShownAtOnce: it makes thousands of findings.
func TestABrokenLayoutIsShownAtOnce(t *testing.T) {
	g := gallery(t)
	var list []render.Finding
	for range 50 {
		for _, a := range render.Audiences() {
			list = append(list, render.Finding{File: "templates/email/layout.html", What: a.Message + " in ru with the typical sample: broken"})
		}
	}
	g.Reloaded(true, list)
	began := time.Now()
	page, _ := get(t, g, "/order.created/email/ru/typical.html")
	if got := strings.Count(page, "typical sample: broken"); got != 50 {
		t.Errorf("%d findings beside the message", got)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the page took %s", took)
	}
	if page, _ := get(t, g, "/"); !strings.Contains(page, "the first 200 of") {
		t.Error("the index lists them all")
	}
}
