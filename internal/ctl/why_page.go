package ctl

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// pageWriter writes a page for people.
type pageWriter struct {
	*session
	page *storyPage
}

func (w pageWriter) write(out io.Writer) error {
	var b strings.Builder
	b.WriteString(w.paint(bold, w.page.Subject) + ": " + w.summary() + "\n")
	if w.page.Person != nil {
		w.card(&b, w.page.Person)
	}
	for _, e := range w.page.Events {
		w.event(&b, e)
	}
	w.hints(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

// summary counts what became of the deliveries.
func (w pageWriter) summary() string {
	if len(w.page.Events) == 0 {
		return "known, but nothing was to be sent lately"
	}
	counts := map[string]int{}
	for d := range w.page.all() {
		counts[stateWords(string(d.State))]++
	}
	parts := []string{plural(len(w.page.Events), "event")}
	for _, words := range []string{"sent", "being sent", "not sent yet", "not sent", "failed"} {
		if n := counts[words]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words))
		}
	}
	return strings.Join(parts, ", ")
}

// all goes through the deliveries.
func (p *storyPage) all() func(yield func(*deliveryStory) bool) {
	return func(yield func(*deliveryStory) bool) {
		for i := range p.Events {
			for j := range p.Events[i].People {
				for k := range p.Events[i].People[j].Deliveries {
					if !yield(&p.Events[i].People[j].Deliveries[k]) {
						return
					}
				}
			}
		}
	}
}

// failed are the deliveries that failed and have not been sent again since.
func (p *storyPage) failed() []string {
	latest := map[string]*deliveryStory{}
	var order []string
	for d := range p.all() {
		if latest[root(d.ID)] == nil {
			order = append(order, root(d.ID))
		}
		latest[root(d.ID)] = d // a plan has its resends behind it
	}
	order = slices.DeleteFunc(order, func(id string) bool { return latest[id].State != ledger.Failed })
	for i, id := range order {
		order[i] = latest[id].ID
	}
	return order
}

func (w pageWriter) card(b *strings.Builder, c *personCard) {
	if c.Name != "" {
		fmt.Fprintf(b, "  %-9s %s\n", "name", c.Name)
	}
	for _, ch := range slices.Sorted(maps.Keys(c.Addresses)) {
		fmt.Fprintf(b, "  %-9s %s", ch, c.Addresses[ch])
		if why := c.Dead[ch]; why != "" {
			b.WriteString("  " + w.paint(red, "dead: "+why))
		}
		b.WriteByte('\n')
	}
	if c.Locale != "" {
		fmt.Fprintf(b, "  %-9s %s\n", "language", c.Locale)
	}
	if len(c.Muted) > 0 {
		fmt.Fprintf(b, "  %-9s %s\n", "turned off", strings.Join(c.Muted, ", "))
	}
	if c.Banned {
		b.WriteString("  " + w.paint(red, "banned: only mandatory messages go out") + "\n")
	}
}

func (w pageWriter) event(b *strings.Builder, e eventStory) {
	fmt.Fprintf(b, "\n%s  %s\n", w.paint(bold, e.Type), w.when(e.Time))
	if e.About != "" {
		fmt.Fprintf(b, "  %s\n", e.About)
	}
	place := "event " + e.ID
	if e.Stream != "" {
		place += " · " + e.Source + " " + e.Stream + " " + e.Entry
	}
	b.WriteString("  " + w.paint(grey, place) + "\n")
	for _, p := range e.People {
		w.person(b, e, p)
	}
	for _, role := range e.Waiting {
		fmt.Fprintf(b, "\n  %s: %s\n", role, w.paint(yellow, "nobody is known in that role yet; the event waits up to 13 minutes for somebody"))
	}
	for _, id := range e.Broadcasts {
		fmt.Fprintf(b, "\n  a large audience, told by broadcast %s: notifyctl broadcasts\n", id)
	}
}

func (w pageWriter) person(b *strings.Builder, e eventStory, p personStory) {
	who := strings.TrimSpace(p.Role + " " + p.UserID)
	if p.Name != "" {
		who += " (" + p.Name + ")"
	}
	fmt.Fprintf(b, "\n  %s\n", cmp.Or(who, "nobody in particular"))
	for _, d := range p.Deliveries {
		w.delivery(b, e, d)
	}
}

func (w pageWriter) delivery(b *strings.Builder, e eventStory, d deliveryStory) {
	fmt.Fprintf(b, "    %-9s %s\n", cmp.Or(string(d.Channel), "–"), w.headline(d))
	for _, line := range w.details(e, d) {
		fmt.Fprintf(b, "              %s\n", line)
	}
}

// headline is what became of a delivery, in one line.
func (w pageWriter) headline(d deliveryStory) string {
	switch d.State {
	case ledger.Sent:
		return w.sent(d)
	case ledger.Failed:
		return w.paint(red, "failed") + " " + w.clockTime(d.Since) + ": " + d.Explained
	case ledger.Skipped, ledger.Suppressed:
		return w.paint(yellow, "not sent") + ": " + d.Explained
	case ledger.Planned, ledger.Sending, ledger.Waiting:
	}
	return w.paint(yellow, stateWords(string(d.State))) + ": " + w.nextWords(d.Next, d.NextAt)
}

func (w pageWriter) sent(d deliveryStory) string {
	text := w.paint(green, "sent") + " " + w.clockTime(d.Since)
	if d.Provider != "" {
		text += " by " + d.Provider
	}
	if d.Latency > 0 {
		text += ", " + brief(time.Duration(d.Latency)*time.Millisecond) + " after the event"
	}
	switch d.Receipt {
	case notify.DeliveredState:
		text += "; " + w.paint(green, "the provider says that it arrived")
	case notify.Bounced:
		text += "; " + w.paint(red, "the provider says that it did not arrive")
	default: // no word from it, or none expected
	}
	if d.MaybeDuplicate {
		text += "; " + w.paint(yellow, "perhaps twice")
	}
	return text
}

// details are the lines below: address, language, attempts, who resent it.
func (w pageWriter) details(e eventStory, d deliveryStory) []string {
	var lines []string
	if d.ResendOf != "" {
		lines = append(lines, "resent"+by(d.Actor)+because(d.Note))
	}
	var facts []string
	words := d.Words
	if d.Version != "" {
		words += " of version " + d.Version
	}
	for _, f := range []string{d.Address, d.Locale, words} {
		if f != "" {
			facts = append(facts, f)
		}
	}
	facts = append(facts, "delivery "+d.ID)
	lines = append(lines, w.paint(grey, strings.Join(facts, " · ")))
	again := 0
	for _, a := range d.Story {
		if a.Reason == notify.ReasonDuplicate {
			again++
		} else if line := w.attempt(a); line != "" {
			lines = append(lines, line)
		}
	}
	if again > 0 {
		lines = append(lines, "came again "+times(again)+", and was not sent again")
	}
	if !d.State.Settled() && !e.Expires.IsZero() {
		lines = append(lines, "worth sending until "+w.when(e.Expires))
	}
	return lines
}

func by(actor string) string {
	if actor == "" {
		return ""
	}
	return " by " + actor
}

func because(note string) string {
	if note == "" {
		return ""
	}
	return ": " + note
}

// attempt is one line of the log. The one that the headline has said already is left out,
// unless the provider's answer is in it.
func (w pageWriter) attempt(a attemptStory) string {
	at := w.clockTime(a.Time) + "  "
	switch a.Status {
	case notify.Revealed:
		return at + "address looked at" + by(a.Actor) + because(a.Note)
	case notify.Retried:
		return at + w.numbered(a) + answer(a) + "; again at " + w.clockTime(a.NextAt)
	case notify.Failed:
		if a.Error == "" {
			return ""
		}
		return at + w.numbered(a) + answer(a)
	case notify.Sent:
		if a.Attempt < 2 {
			return ""
		}
		return at + w.numbered(a) + "accepted by " + cmp.Or(a.Provider, "the provider")
	case notify.DeliveredState:
		return at + a.Provider + " says that it arrived"
	case notify.Bounced:
		return at + a.Provider + " says that it did not arrive" + because(a.Error)
	case notify.Suppressed, notify.Skipped, notify.Replayed: // the headline says why, or it is about no delivery
	}
	return ""
}

func (w pageWriter) numbered(a attemptStory) string { return fmt.Sprintf("attempt %d: ", a.Attempt) }

// answer is what the provider said.
func answer(a attemptStory) string {
	return cmp.Or(a.Error, a.Provider+" "+reasonWords(a.Reason, ""))
}

// hints are the commands that come next.
func (w pageWriter) hints(b *strings.Builder) {
	var lines []string
	failed := w.page.failed()
	if n := len(failed); n > 0 {
		lines = append(lines, "Send what failed again:  notifyctl resend "+strings.Join(failed[:min(n, 3)], " "))
	}
	if w.page.More {
		lines = append(lines, "There are older events:  --limit shows more")
	}
	if len(w.page.Also) > 0 {
		lines = append(lines, "The same word also is:   "+strings.Join(w.page.Also, ", "))
	}
	if len(lines) > 0 {
		b.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// brief is a latency for people: "80 ms", "1.8 s", "12 s", "3 min".
func brief(d time.Duration) string {
	if d >= time.Second && d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return duration(d)
}
