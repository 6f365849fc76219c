package telegram_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestWhatArrives(t *testing.T) {
	server, inbox := api(t)
	if _, err := sender(t, server.URL()).Send(t.Context(), chat, message()); err != nil {
		t.Fatal(err)
	}
	got := inbox.Messages()[0]
	if got.To != chat.Value || got.Text != "Porudžbina 12345 je poslata & stiže." {
		t.Errorf("arrived %q for %q", got.Text, got.To)
	}
	want := []simulators.Button{{Text: "Prati", URL: "https://vondi.rs/t/12345"}, {Text: "Pomoć", URL: "https://vondi.rs/pomoc"}}
	if d := cmp.Diff(want, got.Buttons); d != "" {
		t.Error(d)
	}
	f, _ := url.ParseQuery(string(got.Raw))
	var preview struct {
		Off bool `json:"is_disabled"`
	}
	if err := json.Unmarshal([]byte(f.Get("link_preview_options")), &preview); err != nil || !preview.Off {
		t.Errorf("link_preview_options %q: want previews off", f.Get("link_preview_options"))
	}
}

func TestPlainTextIsNotParsed(t *testing.T) {
	server, inbox := api(t)
	m := notify.Message{Channel: notify.Telegram, Text: "a < b & <p>"}
	if _, err := sender(t, server.URL()).Send(t.Context(), chat, m); err != nil {
		t.Fatal(err)
	}
	if got := inbox.Messages()[0].Text; got != m.Text {
		t.Errorf("arrived %q, want %q", got, m.Text)
	}
}

// The limit counts UTF-16 units of what a person sees, not of the markup.
func TestTooLongIsRefusedHere(t *testing.T) {
	server, inbox := api(t)
	s := sender(t, server.URL())
	for text, fits := range map[string]bool{
		"<b>" + strings.Repeat("š", 4096) + "</b>":                           true,
		"<b>" + strings.Repeat("š", 4097) + "</b>":                           false,
		strings.Repeat("&amp;", 4096):                                        true,
		strings.Repeat("😀", 2048):                                            true,
		strings.Repeat("😀", 2049):                                            false,
		`<a href="https://vondi.rs/` + strings.Repeat("x", 5000) + `">x</a>`: true,
	} {
		before := inbox.Total()
		_, err := s.Send(t.Context(), chat, notify.Message{HTML: text})
		if fits && err != nil {
			t.Errorf("%d bytes: %v", len(text), err)
		}
		if !fits && (notify.FaultOf(err) != notify.Rejected || inbox.Total() != before) {
			t.Errorf("%d bytes: error %v, want a refusal before the network", len(text), err)
		}
	}
}

func TestAGroupThatMovedIsFollowedAtOnce(t *testing.T) {
	server, inbox := api(t)
	server.Move(chat.Value, -1001234567890)
	r, err := sender(t, server.URL()).Send(t.Context(), chat, message())
	if err != nil {
		t.Fatal(err)
	}
	if r.NewChat != "-1001234567890" || inbox.Total() != 1 || inbox.Messages()[0].To != r.NewChat {
		t.Errorf("receipt %+v, %d messages", r, inbox.Total())
	}
}

func TestConfigNeverNamesTheToken(t *testing.T) {
	_, err := telegram.New(telegram.Config{Token: "bad token/with slash", Endpoint: "ftp://x"})
	if err == nil || strings.Contains(err.Error(), "bad token") || !strings.Contains(err.Error(), "endpoint") {
		t.Errorf("error %v: want both faults and no token", err)
	}
}
