package main

import (
	"context"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// road measures the whole road of a real daemon beside what the mail library alone does
// against the same sink, and the daemon's memory under that load.
func (b *bench) road(ctx context.Context) error {
	n := b.amount(20_000)
	for range b.rounds {
		if err := b.drive(ctx, n, 1, startServer); err != nil {
			return err
		}
		if b.alone {
			continue
		}
		if err := b.library(ctx, n/2); err != nil {
			return err
		}
	}
	return nil
}

// drive publishes n events at once to some daemons and waits for the last acceptance.
func (b *bench) drive(ctx context.Context, n, daemons int, start func(*owner) server) error {
	return within(ctx, func(o *owner) error {
		j, err := b.journey(o, n, daemons, start(o))
		if err != nil {
			return err
		}
		b.add(road, "emails/s", ours, j.rate)
		b.add(road+", CPU in notifyd", "µs/email", ours, j.own)
		b.add(road+", CPU in Redis", "µs/email", ours, j.redis)
		b.add(loadMemory, "MB", ours, j.memory)
		return nil
	})
}

// journey is what one drive was like.
type journey struct {
	rate       float64 // emails a second
	own, redis float64 // CPU of the daemons and of Redis, µs an email
	memory     float64 // the most of a daemon, MB
}

func (b *bench) journey(o *owner, n, daemons int, s server) (j journey, err error) {
	mails, err := newSink(nil)
	if err != nil {
		return j, err
	}
	o.Cleanup(mails.close)
	if err := settle(o.ctx, s.client, people); err != nil {
		return j, err
	}
	var all []*daemon
	for i := range daemons {
		d, err := b.startDaemon(o, s, "pod"+strconv.Itoa(i), smtpEnv(mails))
		if err != nil {
			return j, err
		}
		all = append(all, d)
	}
	if err := warm(o.ctx, s, mails); err != nil {
		return j, err
	}
	before := mails.took.Load()
	defer b.profileOf(o.ctx, all[0], "road")()
	own, redis := cpuOf(all), s.cpu(o.ctx)
	began := time.Now()
	if err := verified(people).write(o.ctx, s.client, 0, n); err != nil {
		return j, err
	}
	if err := reach(o.ctx, &mails.took, int(before)+n); err != nil {
		return j, fmt.Errorf("%d of %d accepted: %w", mails.took.Load()-before, n, err)
	}
	j.rate = perSecond(n, time.Since(began))
	j.own, j.redis = microseconds(cpuOf(all)-own, n), microseconds(s.cpu(o.ctx)-redis, n)
	for _, d := range all {
		_, high, _ := d.memory()
		j.memory = max(j.memory, high)
	}
	return j, nil
}

// warm sends a first few through: streams are found, connections open, scripts loaded.
func warm(ctx context.Context, s server, mails *sink) error {
	const few = 100
	before := mails.took.Load()
	if err := verified(people).write(ctx, s.client, 0, few); err != nil {
		return err
	}
	return reach(ctx, &mails.took, int(before)+few)
}

// connections is how many the mail library keeps: as many as a pod does by default.
const connections = 32

// library is the mail library alone: one client a connection, Send for each message, with the
// words that the platform would send.
func (b *bench) library(ctx context.Context, n int) error {
	mails, err := newSink(nil)
	if err != nil {
		return err
	}
	defer mails.close()
	m, err := sample()
	if err != nil {
		return err
	}
	var left atomic.Int64
	left.Store(int64(n))
	clients, err := dial(ctx, mails.addr())
	if err != nil {
		return err
	}
	began, own := time.Now(), ownCPU()
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if c.Send(composed(m)) != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	if got := mails.took.Load(); got < int64(n) {
		return fmt.Errorf("go-mail: %d of %d accepted", got, n)
	}
	b.add(road, "emails/s", goMail, perSecond(n, took))
	b.add(road+", CPU in notifyd", "µs/email", goMail+" (and the sink)", microseconds(ownCPU()-own, n))
	for _, c := range clients {
		_ = c.Close()
	}
	return nil
}

func dial(ctx context.Context, addr string) ([]*mail.Client, error) {
	host, port, _ := net.SplitHostPort(addr)
	p, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	clients := make([]*mail.Client, connections)
	for i := range clients {
		if clients[i], err = mail.NewClient(host, mail.WithPort(p), mail.WithTLSPolicy(mail.NoTLS), mail.WithHELO("bench")); err != nil {
			return nil, err
		}
		if err := clients[i].DialWithContext(ctx); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// sample is the message of the events that the road is measured with.
func sample() (notify.Message, error) {
	set, err := render.Load(templates.Files, locales.Files, render.DefaultBrand())
	if err != nil {
		return notify.Message{}, err
	}
	e := notify.Event{ID: "e", Type: "user.phone_verified", Time: time.Now(), Data: []byte(`{"user_id":"890","phone":"+381631234567"}`)}
	if _, err := eventtypes.Check(&e); err != nil {
		return notify.Message{}, err
	}
	to := notify.Recipient{UserID: userID(0), Role: "user"}
	return render.New(set).Render(notify.Delivery{
		ID: notify.DeliveryID("e", to, notify.Email, e.Type, ""), Event: e, To: to, Channel: notify.Email,
		Message: e.Type, Locale: "sr-Latn", Priority: notify.Normal, Expires: time.Now().Add(time.Hour), Mandatory: true,
	}, person(0))
}

func composed(m notify.Message) *mail.Msg {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: "Vondi", Address: "noreply@vondi.rs"})
	msg.ToMailAddress(&netmail.Address{Name: "Jelena Petrović", Address: mailbox(0)})
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.Delivery + "@vondi.rs")
	msg.SetDate()
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return msg
}
