package push_test

import (
	"testing"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/channelstest"
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

func beside(t testing.TB) channelstest.Beside {
	sim, _ := simulator(t)
	s, fcm := sender(t, push.Config{Endpoint: sim.URL(), Project: sim.Project}), sdk(t, sim)
	alone := func() error {
		_, err := fcm.Send(t.Context(), &messaging.Message{
			Token:        device.Value,
			Data:         map[string]string{"delivery": message.Delivery, "event": message.Event, "category": message.Category, "link": message.Link},
			Notification: &messaging.Notification{Title: message.Title, Body: message.Text},
			Android:      &messaging.AndroidConfig{Priority: "normal", Notification: &messaging.AndroidNotification{ChannelID: message.Category, Tag: message.Delivery}},
		})
		return err
	}
	return channelstest.Beside{Alone: alone, Ours: func() error { _, err := s.Send(t.Context(), device, message); return err }}
}

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }
