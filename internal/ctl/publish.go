package ctl

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/streams"
)

type publishFlags struct {
	file, source, stream string
	sample, dryRun       bool
}

func newPublish(s *session) *cobra.Command {
	var f publishFlags
	c := &cobra.Command{
		Use: "publish TYPE field=value… | --file FILE", Short: "publish an event to its stream, checked", GroupID: "authors",
		Long: `publish checks an event against the catalogue and adds it to its type's stream, on the source
that has that stream (or --source). It prints the entry's id. What breaks a rule is not
published.

A value may be JSON (items='[{"listing_id":100,"quantity":1}]'). --sample begins with the
catalogue's example; fields given beside it replace the example's. An event_id is added
where there is none: notifyctl why finds the event by it.`,
		Example: "  notifyctl publish order.confirmed --sample buyer_id=890\n" +
			"  notifyctl publish order.cancelled order_id=12345 reason='out of stock' buyer_id=890\n  notifyctl publish --file events.jsonl --dry-run",
		ValidArgsFunction: completePublish,
	}
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error { return s.publish(c.Context(), args, f, *yes) }
	c.Flags().StringVarP(&f.file, "file", "f", "", "JSON, or JSON Lines, of events; - is standard input")
	c.Flags().StringVar(&f.source, "source", "", "the source, by its name in the configuration")
	c.Flags().StringVar(&f.stream, "stream", "", "another stream than the type's own")
	c.Flags().BoolVar(&f.sample, "sample", false, "begin with the catalogue's example")
	c.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "check only, and say where it would go")
	return c
}

// published is an event that is in its stream.
type published struct {
	Type    string `json:"type"`
	Source  string `json:"source"`
	Stream  string `json:"stream"`
	Entry   string `json:"entry,omitempty"`
	EventID string `json:"event_id"`
}

func (s *session) publish(ctx context.Context, args []string, f publishFlags, yes bool) error {
	entries, err := s.toPublish(args, f)
	if err != nil {
		return err
	}
	if !f.dryRun {
		if err := s.askProtected("Publish "+plural(len(entries), "event"), yes); err != nil {
			return err
		}
	}
	t := table{head: []string{"TYPE", "SOURCE", "STREAM", "ENTRY", "EVENT"}}
	var done []published
	for _, entry := range entries {
		p, err := s.publishOne(ctx, entry, f)
		if err != nil {
			return fmt.Errorf("%w; %s published before it", err, plural(len(done), "event"))
		}
		done = append(done, p)
		t.add(p.Type, p.Source, p.Stream, p.Entry, p.EventID)
	}
	if f.dryRun {
		fmt.Fprintln(s.Err, "Nothing was published.")
	}
	return print(s, done, t)
}

// toPublish are the checked events, whole.
func (s *session) toPublish(args []string, f publishFlags) ([]map[string]json.RawMessage, error) {
	if f.file == "" {
		one, err := s.fromFields(args, f.sample)
		return []map[string]json.RawMessage{one}, err
	}
	if len(args) > 0 || f.sample {
		return nil, usagef("publish: want a type with fields, or --file, not both")
	}
	list, findings, err := s.readEvents(f.file)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		writeFindings(s.Err, f.file, findings)
		return nil, errFound
	}
	docs := make([]map[string]json.RawMessage, len(list))
	for i, e := range list {
		if docs[i], err = withID(e.entry); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// fromFields makes an event of field=value pairs.
func (s *session) fromFields(args []string, sample bool) (map[string]json.RawMessage, error) {
	if len(args) == 0 {
		return nil, usagef("publish: want a type with fields, or --file")
	}
	t, err := typeOf(args[0])
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if sample {
		if err := json.Unmarshal(t.Payload.Example(), &fields); err != nil {
			return nil, fmt.Errorf("example of %s: %w", t.Name, err)
		}
	}
	for _, pair := range args[1:] {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("%q: want field=value", pair)
		}
		fields[name] = quoted(value)
	}
	fields["type"] = quoted(string(t.Name))
	entry, _ := json.Marshal(fields) // valid already
	return s.checked(entry)
}

// checked holds an event against the catalogue, as the daemon will.
func (s *session) checked(entry json.RawMessage) (map[string]json.RawMessage, error) {
	e, err := asRead(entry, s.clock()())
	if err == nil {
		_, err = eventtypes.Check(&e)
	}
	if err != nil {
		return nil, usageError{err}
	}
	return withID(entry)
}

// quoted is a text as JSON: entries hold texts, and the catalogue reads numbers and lists
// in them.
func quoted(text string) json.RawMessage {
	b, _ := json.Marshal(text) // a string never fails
	return b
}

func withID(entry json.RawMessage) (map[string]json.RawMessage, error) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(entry, &doc); err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	if doc["event_id"] == nil && doc["id"] == nil {
		doc["event_id"] = quoted(uuid.NewString())
	}
	return doc, nil
}

func (s *session) publishOne(ctx context.Context, doc map[string]json.RawMessage, f publishFlags) (published, error) {
	entry, _ := json.Marshal(doc) // valid already
	e, err := asRead(entry, s.clock()())
	if err != nil {
		return published{}, err
	}
	p := published{Type: e.Type, Stream: e.Source.Stream, EventID: e.ID}
	if f.stream != "" {
		p.Stream = f.stream
	}
	to, err := s.home(ctx, p.Stream, f.source)
	if err != nil {
		return p, err
	}
	p.Source = to.name
	if f.dryRun {
		return p, nil
	}
	fields := map[string]any{}
	for k, v := range doc {
		fields[k] = v
	}
	p.Entry, err = streams.Publish(ctx, to.client, p.Stream, fields)
	return p, err
}

// home is the source that a stream is on, or belongs to: the one that has it, the one that
// is named like it begins (listings:events:orders is on listings), or the only one.
func (s *session) home(ctx context.Context, stream, only string) (*origin, error) {
	list, err := s.sources(ctx, only)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		return list[0], list[0].err
	}
	if has, err := s.holder(ctx, stream, ""); err == nil {
		return has, nil
	}
	prefix := stream[:strings.IndexAny(stream+":", ":.")]
	for _, o := range list {
		if slices.Contains(o.names, prefix) {
			return o, o.err
		}
	}
	return nil, usagef("no source has %s yet: say --source %s", stream, strings.Join(slices.Sorted(maps.Keys(s.cfg.Sources)), ", "))
}

func completePublish(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return typeNames(), cobra.ShellCompDirectiveNoFileComp
	}
	t, ok := eventtypes.Lookup(args[0])
	if !ok {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []string
	for _, f := range t.Payload.Fields() {
		list = append(list, f.Name+"=")
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
