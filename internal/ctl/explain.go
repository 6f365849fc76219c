package ctl

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/routing"
)

func newExplain(s *session) *cobra.Command {
	var x explainer
	c := &cobra.Command{
		Use: "explain FILE|-|TYPE [FIELD=VALUE…]", Short: "who would be told of an event, how and when, and who not and why", GroupID: "authors",
		Long: `explain takes an event through the daemon's own rules and address book and says what would
become of it. Nothing is sent, learnt or written down.

The event may have any shape that the daemon reads; a type stands for its example in the
catalogue, with the fields that are said here. With --text the words are shown, made by
the daemon's own templates and locales (templates_dir, locales_dir, or those built in).
Channels whose provider isn't configured here are named; the daemon may have one.`,
		Example: "  notifyctl explain order.json\n  notifyctl explain order.confirmed buyer_id=890 --text\n  notifyctl explain order.json --json",
		Args:    cobra.MinimumNArgs(1), ValidArgs: typeNames(),
		RunE: func(c *cobra.Command, args []string) error {
			x.s = s
			return x.explain(c.Context(), args)
		},
	}
	c.Flags().BoolVar(&x.text, "text", false, "show the words, too")
	return c
}

// explainer explains events.
type explainer struct {
	s         *session
	text      bool
	p         *platform
	providers map[notify.Channel]string
	holds     []jobs.Hold
	paused    map[string]bool
	renderer  *render.Renderer
}

// explained is an event with what would become of it.
type explained struct {
	routing.Explanation
	Stream string          `json:"stream,omitempty"`
	Known  string          `json:"known,omitempty"` // the event id was seen before
	Roles  []explainedRole `json:"roles"`
}

type explainedRole struct {
	routing.RoleExplanation
	Lines []explainedLine `json:"lines,omitempty"`
}

type explainedLine struct {
	routing.Line
	Provider string       `json:"provider,omitempty"`
	When     string       `json:"when,omitempty"`
	Message  *messageView `json:"message,omitempty"`
}

func (x *explainer) explain(ctx context.Context, args []string) error {
	list, findings, err := x.events(args)
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		writeFindings(x.s.Err, args[0], findings)
		return errFound
	}
	if err := x.open(ctx); err != nil {
		return err
	}
	views := make([]explained, len(list))
	for i, e := range list {
		if views[i], err = x.one(ctx, e.Event); err != nil {
			return err
		}
	}
	if len(views) == 1 {
		return printOne(x.s, views[0], explainPage{x.s, views}.write)
	}
	if x.s.flags.output == "table" {
		return explainPage{x.s, views}.write(x.s.Out)
	}
	return print(x.s, views, table{})
}

// events are those of a file, or a type's example with some fields of its own.
func (x *explainer) events(args []string) ([]draftEvent, []eventtypes.Finding, error) {
	if _, isType := eventtypes.Lookup(args[0]); !isType {
		if len(args) > 1 {
			return nil, nil, usagef("%s is no type of the catalogue, so that it can't have fields", args[0])
		}
		list, findings, err := x.s.readEvents(args[0])
		if errors.Is(err, fs.ErrNotExist) {
			err = usagef("%s is no file, and no type of the catalogue", args[0])
		}
		return list, findings, err
	}
	fields, err := x.s.fromFields(args, true)
	if err != nil {
		return nil, nil, err
	}
	entry, err := json.Marshal(fields)
	if err != nil {
		return nil, nil, err
	}
	e, err := asRead(entry, x.s.clock()())
	return []draftEvent{{e, entry}}, nil, err
}

// open looks up what holds for all events.
func (x *explainer) open(ctx context.Context) (err error) {
	if x.p, err = x.s.platform(ctx); err != nil {
		return err
	}
	x.providers = configuredProviders(x.s.cfg)
	if x.holds, err = x.p.holds.List(ctx); err != nil {
		return err
	}
	stats, err := x.p.queue.Stats(ctx)
	if err != nil {
		return err
	}
	x.paused = map[string]bool{}
	for _, q := range stats {
		x.paused[q.Queue] = q.Paused
	}
	if x.text {
		x.renderer, err = x.s.renderer()
	}
	return err
}

func (x *explainer) one(ctx context.Context, e notify.Event) (explained, error) {
	known, err := x.p.ledger.ByEvent(ctx, e.ID)
	if err != nil && !errors.Is(err, ledger.ErrNoEvent) {
		return explained{}, err
	}
	made, err := x.p.router.Explain(ctx, e)
	if err != nil {
		return explained{}, err
	}
	plan, err := x.p.router.Route(ctx, e)
	if err != nil {
		return explained{}, err
	}
	v := explained{Explanation: made, Stream: e.Source.Stream, Roles: []explainedRole{}}
	if len(known.Plan) > 0 {
		v.Known = "an event with this id was planned at " + x.s.when(known.Kept) + ": what was sent then stays sent"
	}
	deliveries := byID(e, plan)
	for _, r := range made.Roles {
		role := explainedRole{RoleExplanation: r}
		for _, l := range r.Lines {
			role.Lines = append(role.Lines, x.line(ctx, l, deliveries[l.Delivery]))
		}
		v.Roles = append(v.Roles, role)
	}
	return v, nil
}

// byID are the deliveries of a plan with their event whole.
func byID(e notify.Event, plan notify.Plan) map[string]notify.Delivery {
	m := map[string]notify.Delivery{}
	for _, d := range plan.Send {
		d.Event = e
		m[d.ID] = d
	}
	return m
}

func (x *explainer) line(ctx context.Context, l routing.Line, d notify.Delivery) explainedLine {
	v := explainedLine{Line: l}
	if !l.Send {
		return v
	}
	v.Provider = x.providers[l.Channel]
	v.When = x.when(d)
	if x.renderer != nil {
		v.Message = x.message(ctx, d)
	}
	return v
}

// when says what a delivery would wait for.
func (x *explainer) when(d notify.Delivery) string {
	for _, h := range x.holds {
		if held(h, d, x.providers[d.Channel]) {
			return "held back by " + h.By + " (" + h.Reason + ") " + x.s.holdWords(h.Until)
		}
	}
	if q := jobs.QueueName(d.Channel, d.Priority); x.paused[q] {
		return "until the queue " + q + " is resumed"
	}
	return atOnce
}

const atOnce = "at once"

// held says whether a hold stops a delivery that would go through a provider.
func held(h jobs.Hold, d notify.Delivery, provider string) bool {
	return h.What == "all" || h.What == "channel:"+string(d.Channel) || h.What == "type:"+d.Event.Type ||
		provider != "" && h.What == "provider:"+firstWord(provider)
}
