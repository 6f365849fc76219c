package infobip_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/simulators"
)

type object = map[string]any

func TestWhatIsOnTheWire(t *testing.T) {
	sim, inbox := simulator(t)
	m := message
	m.Text, m.Expires = "Porudžbina „12345“", time.Now().Add(2*time.Hour+30*time.Second)
	r, err := sender(t, sim.DSN("VONDI")+"&callback=https://n.example/callbacks/infobip?key=k3y").Send(t.Context(), number, m)
	if err != nil || r.Parts != 1 || r.ID != message.Delivery {
		t.Fatalf("receipt %+v, %v", r, err)
	}
	var got object
	if err := json.Unmarshal(inbox.Messages()[0].Raw, &got); err != nil {
		t.Fatal(err)
	}
	want := object{"messages": []any{object{
		"sender":       "VONDI",
		"destinations": []any{object{"to": "381641234567", "messageId": message.Delivery}},
		"content":      object{"text": m.Text},
		"options":      object{"validityPeriod": object{"amount": 120.0, "timeUnit": "MINUTES"}},
		"webhooks":     object{"delivery": object{"url": "https://n.example/callbacks/infobip?key=k3y"}, "contentType": "application/json"},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// bare is what the same send takes by hand, without any of our care.
func bare(b testing.TB, client *http.Client, sim *simulators.Infobip) {
	body, err := json.Marshal(object{"messages": []any{object{
		"sender": "VONDI", "destinations": []any{object{"to": "381641234567", "messageId": message.Delivery}}, "content": object{"text": message.Text},
	}}})
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, sim.URL()+"/sms/3/messages", strings.NewReader(string(body)))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "App "+sim.Key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(answer), "PENDING_ACCEPTED") {
		b.Fatalf("not accepted: %s, %v", answer, err)
	}
}

func TestAllocations(t *testing.T) {
	sim, _ := simulator(t)
	s := sender(t, sim.DSN("VONDI"))
	client := channels.NewHTTPClient()
	defer client.CloseIdleConnections()
	hand := testing.AllocsPerRun(100, func() { bare(t, client, sim) })
	ours := testing.AllocsPerRun(100, func() {
		if _, err := s.Send(t.Context(), number, message); err != nil {
			t.Fatal(err)
		}
	})
	if t.Logf("%.0f allocations, %.0f by hand", ours, hand); ours > 1.5*hand {
		t.Errorf("%.0f allocations, more than 1.5 × %.0f by hand", ours, hand)
	}
}

func BenchmarkSend(b *testing.B) {
	sim, _ := simulator(b)
	b.Run("hand", func(b *testing.B) {
		client := channels.NewHTTPClient()
		defer client.CloseIdleConnections()
		b.ReportAllocs()
		for b.Loop() {
			bare(b, client, sim)
		}
	})
	b.Run("sender", func(b *testing.B) {
		s := sender(b, sim.DSN("VONDI"))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Send(b.Context(), number, message); err != nil {
				b.Fatal(err)
			}
		}
	})
}
