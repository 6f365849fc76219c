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
