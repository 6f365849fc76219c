package push_test

import (
	"testing"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/simulators"
)

// sdk is the bare SDK on the same simulator, with the same kind of connections.
func sdk(b testing.TB, sim *simulators.FCM) *messaging.Client {
	b.Helper()
	client := channels.NewHTTPClient()
	b.Cleanup(client.CloseIdleConnections)
	app, err := firebase.NewApp(b.Context(), &firebase.Config{ProjectID: sim.Project}, option.WithHTTPClient(client), option.WithEndpoint(sim.URL()+"/v1"))
	if err != nil {
		b.Fatal(err)
	}
	fcm, err := app.Messaging(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return fcm
}

func bare(b testing.TB, fcm *messaging.Client) {
	_, err := fcm.Send(b.Context(), &messaging.Message{
		Token:        device.Value,
		Data:         map[string]string{"delivery": message.Delivery, "event": message.Event, "category": message.Category, "link": message.Link},
		Notification: &messaging.Notification{Title: message.Title, Body: message.Text},
		Android:      &messaging.AndroidConfig{Priority: "normal", Notification: &messaging.AndroidNotification{ChannelID: message.Category, Tag: message.Delivery}},
	})
	if err != nil {
		b.Fatal(err)
	}
}

func TestAllocations(t *testing.T) {
	sim, _ := simulator(t)
	s := sender(t, push.Config{Endpoint: sim.URL(), Project: sim.Project})
	fcm := sdk(t, sim)
	library := testing.AllocsPerRun(100, func() { bare(t, fcm) })
	ours := testing.AllocsPerRun(100, func() {
		if _, err := s.Send(t.Context(), device, message); err != nil {
			t.Fatal(err)
		}
	})
	if t.Logf("%.0f allocations, %.0f of the bare SDK", ours, library); ours > 1.5*library {
		t.Errorf("%.0f allocations, more than 1.5 × %.0f of the bare SDK", ours, library)
	}
}

func BenchmarkSend(b *testing.B) {
	sim, _ := simulator(b)
	b.Run("sdk", func(b *testing.B) {
		fcm := sdk(b, sim)
		b.ReportAllocs()
		for b.Loop() {
			bare(b, fcm)
		}
	})
	b.Run("sender", func(b *testing.B) {
		s := sender(b, push.Config{Endpoint: sim.URL(), Project: sim.Project})
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Send(b.Context(), device, message); err != nil {
				b.Fatal(err)
			}
		}
	})
}
