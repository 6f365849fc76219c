package ctl

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/spf13/cobra"
)

func newDoctor(s *session) *cobra.Command {
	var d doctor
	c := &cobra.Command{
		Use: "doctor", Short: "look for what is set up wrong", GroupID: "operators",
		Long: `doctor looks at what goes wrong in silence: how the Redis servers keep data, their clocks, the
providers' configuration, templates and translations, the bot's webhook, and what DNS says of
the sender's domain (SPF, DKIM, DMARC), and when certificates end. Nothing is sent and nothing is changed. What could not
be asked is said to be unknown; the exit code is 1 where something is wrong.`,
		Example: "  notifyctl doctor\n  notifyctl doctor --config /etc/notifyd/notifyd.yaml --dkim-selector mail\n  notifyctl doctor -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d.s = s
			return d.run(c.Context())
		},
	}
	c.Flags().StringVar(&d.selector, "dkim-selector", "", "the DKIM selector that the relay signs with")
	c.Flags().StringVar(&d.nameserver, "resolver", "", "ask this DNS server (host:port), not the system's")
	return c
}

// verdict is what a check found.
type verdict string

const (
	fine    verdict = "ok"
	doubt   verdict = "warning"
	wrong   verdict = "wrong"
	unknown verdict = "unknown" // it could not be asked
)

// check is one thing that was looked at.
type check struct {
	Area    string  `json:"area"`
	What    string  `json:"what"`
	Verdict verdict `json:"verdict"`
	Help    string  `json:"help,omitempty"` // what to do
}

// doctor looks at all areas side by side. The Notifications Redis and the sources belong to
// one area each: a session opens them without a lock.
type doctor struct {
	s          *session
	selector   string
	nameserver string
}

// examination is one area.
type examination func(ctx context.Context) []check

func (d doctor) run(ctx context.Context) error {
	cfg, err := d.s.settings()
	if err != nil {
		return err
	}
	areas := []examination{d.queueRedis, d.sourceRedis, d.rules, d.providers, d.words, d.webhook, d.domain, d.certificates}
	found := make([][]check, len(areas))
	var all sync.WaitGroup
	for i, look := range areas {
		all.Go(func() { found[i] = look(ctx) })
	}
	all.Wait()
	list := append([]check{{"configuration", "it can be read; " + plural(len(cfg.Sources), "source"), fine, ""}}, slices.Concat(found...)...)
	if d.s.flags.output == "table" {
		err = doctorPage{d.s, list}.write(d.s.Out)
	} else {
		err = print(d.s, list, table{})
	}
	if err == nil && slices.ContainsFunc(list, func(c check) bool { return c.Verdict == wrong }) {
		return errFound
	}
	return err
}

// doctorPage writes the checks for people.
type doctorPage struct {
	s    *session
	list []check
}

func (p doctorPage) write(w io.Writer) error {
	signs := map[verdict]string{
		fine: p.s.paint(green, "✓"), doubt: p.s.paint(yellow, "!"), wrong: p.s.paint(red, "✗"), unknown: p.s.paint(grey, "?"),
	}
	area, counts := "", map[verdict]int{}
	for _, c := range p.list {
		if c.Area != area {
			area = c.Area
			fmt.Fprintln(w, p.s.paint(bold, area))
		}
		counts[c.Verdict]++
		fmt.Fprintf(w, "  %s %s\n", signs[c.Verdict], c.What)
		if c.Help != "" {
			fmt.Fprintf(w, "      %s\n", c.Help)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d wrong, %d doubtful, %d not known, %d in order\n", counts[wrong], counts[doubt], counts[unknown], counts[fine])
	return err
}
