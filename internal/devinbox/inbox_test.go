package devinbox

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// known is a ledger that knows every message by its id.
type known map[string]About

func (k known) About(_ context.Context, _, id string) (About, bool) { a, ok := k[id]; return a, ok }

var records = known{
	"e1": {Delivery: "d1", Event: "order.created", Person: "890", Role: "buyer", Locale: "sr-Latn"},
	"t1": {Delivery: "d2", Event: "order.created", Person: "501", Role: "seller", Locale: "ru"},
	"s1": {Delivery: "d3", Event: "pvz.parcel.arrived", Person: "890", Role: "recipient", Locale: "sr-Latn"},
	"p1": {Delivery: "d4", Event: "order.shipped", Person: "890", Role: "buyer", Locale: "en"},
}

func serve(t *testing.T) (*simulators.Inbox, *httptest.Server) {
	t.Helper()
	inbox := simulators.NewInbox(0)
	inbox.Add(simulators.Captured{
		Channel: "email", MessageID: "e1", To: "ana@example.com", Subject: "Primili smo <b>", HTML: `<p>hi</p><img src="cid:qr"><script>alert(1)</script>`, Text: "hi",
		Files: []simulators.File{{Name: "qr.png", Type: "image/png", Data: []byte("png"), ContentID: "qr"}}, Raw: []byte("Subject: x\r\n\r\nhi"),
	})
	inbox.Add(simulators.Captured{Channel: "telegram", MessageID: "t1", To: "555", HTML: "<b>Nova</b> &lt;b&gt;x&lt;/b&gt;<script>y</script>", Buttons: []simulators.Button{{Text: "Otvori", URL: "https://vondi.rs/x"}}})
	inbox.Add(simulators.Captured{Channel: "sms", MessageID: "s1", To: "+381601234567", Text: "Kod 1", Encoding: "GSM-7", Segments: 1})
	srv := httptest.NewServer(New(inbox, records))
	t.Cleanup(srv.Close)
	return inbox, srv
}

func get(t *testing.T, url string) (string, http.Header) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", url, resp.Status, err)
	}
	return string(b), resp.Header
}

func TestListShowsEveryChannelNewestFirst(t *testing.T) {
	_, srv := serve(t)
	page, _ := get(t, srv.URL+"/")
	last := -1
	for _, want := range []string{"GSM-7 · 1 segment<", "<b>Nova</b>", "Primili smo &lt;b&gt;"} {
		at := strings.Index(page, want)
		if at <= last {
			t.Errorf("%q is missing or not in its place", want)
		}
		last = at
	}
	if strings.Contains(page, "<script>y") || strings.Contains(page, "<b>x</b>") {
		t.Error("markup of the data became markup of the page")
	}
}

func TestFilters(t *testing.T) {
	_, srv := serve(t)
	for query, want := range map[string]string{
		"channel=sms": "m3", "person=501": "m2", "event=order.created&channel=email": "m1", "person=890&channel=telegram": "",
	} {
		page, _ := get(t, srv.URL+"/?"+query)
		if got := strings.Count(page, "<article"); want == "" && got != 0 || want != "" && got != 1 {
			t.Errorf("%s: %d cards", query, got)
		}
		if want != "" && !strings.Contains(page, `id="`+want+`"`) {
			t.Errorf("%s: %s is missing", query, want)
		}
	}
}

func TestEmailFrameIsSandboxed(t *testing.T) {
	_, srv := serve(t)
	html, h := get(t, srv.URL+"/inbox/messages/1/html")
	if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox;") || strings.Contains(csp, "script") {
		t.Errorf("the frame's policy lets scripts run: %q", csp)
	}
	if !strings.Contains(html, `src="data:image/png;base64,cG5n"`) {
		t.Errorf("the inline image is missing: %s", html)
	}
	if raw, h := get(t, srv.URL+"/inbox/messages/1/raw"); !strings.HasPrefix(raw, "Subject:") || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("got %q as %s", raw, h.Get("Content-Type"))
	}
}

func TestLiveEventsPassTheFilter(t *testing.T) {
	inbox, srv := serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/inbox/events?channel=push", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // ": ready": the watch is on
	inbox.Add(simulators.Captured{Channel: "sms", MessageID: "s1", Text: "not this"})
	inbox.Add(simulators.Captured{Channel: "push", MessageID: "p1", Title: "Na putu", Text: "Stiže sutra"})
	var got strings.Builder
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "id:") {
		got.WriteString(lines.Text())
	}
	if !strings.Contains(got.String(), "Na putu") || strings.Contains(got.String(), "not this") {
		t.Errorf("got %s", got.String())
	}
}

func TestAPI(t *testing.T) {
	inbox, srv := serve(t)
	body, _ := get(t, srv.URL+"/inbox/api/messages?channel=telegram")
	if !strings.Contains(body, `"event":"order.created"`) || strings.Contains(body, "GSM-7") {
		t.Errorf("got %s", body)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, srv.URL+"/inbox/api/messages", nil)
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatal(resp, err)
	}
	if n := len(inbox.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}
