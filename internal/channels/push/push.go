// Package push sends notifications by Firebase Cloud Messaging, with the Firebase Admin SDK.
//
// One message goes to one device: the SDK's batches start fifty goroutines for a single
// message and wait for the slowest. The SDK's own retries (five attempts, seven seconds, and
// duplicates where FCM delivers and still answers 503) are switched off by the RoundTripper
// in border.go: retrying is the queue's business.
package push

import (
	"context"
	"net/http"
	"sync/atomic"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

const provider = "fcm"

// Sender sends to one Firebase project. It is safe for concurrent use.
type Sender struct {
	fcm    *messaging.Client
	client *http.Client // what is really used for the wire

	strangers atomic.Int32 // tokens of another project in a row, see faults.go
}

// New reads the credentials. It doesn't speak to Firebase.
func New(cfg Config) (*Sender, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	client := channels.Overheard(channels.NewHTTPClient(), cfg.Wire)
	creds, project, err := cfg.access(client)
	if err != nil {
		return nil, err
	}
	opts := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: border{client, creds}})}
	if e := cfg.endpoint(); e != "" {
		opts = append(opts, option.WithEndpoint(e))
	}
	ctx := context.Background() // the SDK keeps it for nothing here: no credentials are looked up
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: project}, opts...)
	if err != nil {
		return nil, err
	}
	fcm, err := app.Messaging(ctx)
	if err != nil {
		return nil, err
	}
	return &Sender{fcm: fcm, client: client}, nil
}

// Provider is the name under which messages are sent.
func (*Sender) Provider() string { return provider }

// Close lets the kept connections go.
func (s *Sender) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send hands the message to FCM for the one device that to names.
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	hide := []string{to.Value, m.Title, m.Text, m.Link, m.Image}
	if n := weight(m); n > maxPayload {
		return notify.Receipt{}, channels.Refused(provider, notify.Rejected, "too_large", "the notification is larger than the 4096 bytes that devices take", hide...)
	}
	ex := &exchange{hide: hide}
	id, err := s.fcm.Send(context.WithValue(ctx, exchangeKey{}, ex), compose(to, m))
	if err != nil {
		return notify.Receipt{}, s.refusal(err, ex)
	}
	s.strangers.Store(0)
	return notify.Receipt{Provider: provider, ID: id}, nil
}
