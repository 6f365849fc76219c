package devinbox

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/simulators"
)

// settle is how long a new message waits for its record: the simulator has it a moment
// before the ledger does.
const settle = 2 * time.Second

// events sends each new message that passes the filter as a rendered card.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	fresh, stop := p.inbox.Watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{})
	fmt.Fprint(w, ": ready\n\n")
	_ = rc.Flush()
	filter := filterOf(r.URL.Query())
	for {
		select {
		case <-r.Context().Done():
			return
		case m := <-fresh:
			card := p.await(r.Context(), m)
			if !filter.Takes(card) {
				continue
			}
			if err := p.send(w, card); err != nil || rc.Flush() != nil {
				return
			}
		}
	}
}

// await looks a message up until its record is there.
func (p *Page) await(ctx context.Context, m simulators.Captured) Card {
	ctx, cancel := context.WithTimeout(ctx, settle)
	defer cancel()
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		if c := p.card(ctx, m); c.About.Delivery != "" {
			return c
		}
		select {
		case <-ctx.Done():
			return Card{Captured: m}
		case <-t.C:
		}
	}
}

func (p *Page) send(w http.ResponseWriter, c Card) error {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, "card", c); err != nil {
		return err
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if _, err := fmt.Fprintf(w, "data: %s\n", line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "id: %d\n\n", c.ID)
	return err
}
