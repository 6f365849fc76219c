package infobip_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/channelstest"
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

// byHand is what the same send takes by hand, without any of our care.
func byHand(t testing.TB, sim *simulators.Infobip) func() error {
	client := channels.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	return func() error {
		body, err := json.Marshal(object{"messages": []any{object{
			"sender": "VONDI", "destinations": []any{object{"to": "381641234567", "messageId": message.Delivery}}, "content": object{"text": message.Text},
		}}})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sim.URL()+"/sms/3/messages", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "App "+sim.Key)
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var answer struct {
			Messages []struct {
				ID     string `json:"messageId"`
				Status struct {
					Group string `json:"groupName"`
				} `json:"status"`
			} `json:"messages"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			return err
		}
		if answer.Messages[0].Status.Group != "PENDING" {
			return errors.New("not accepted")
		}
		return nil
	}
}

func beside(t testing.TB) channelstest.Beside {
	sim, _ := simulator(t)
	s := sender(t, sim.DSN("VONDI"))
	return channelstest.Beside{Alone: byHand(t, sim), Ours: func() error { _, err := s.Send(t.Context(), number, message); return err }}
}

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }
