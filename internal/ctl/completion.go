package ctl

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/similar"
)

// jsonFlag is --json, another way to say -o json.
type jsonFlag struct{ output *string }

func (f jsonFlag) String() string   { return "" }
func (f jsonFlag) Type() string     { return "bool" }
func (f jsonFlag) IsBoolFlag() bool { return true }
func (f jsonFlag) Set(v string) error {
	if v == "true" {
		*f.output = "json"
	}
	return nil
}

// completion is what a shell offers; typed is what stands there already.
type completion = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

func offer(list []string) completion {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// first completes the first argument only.
func first(f completion) completion {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return f(c, args, typed)
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = string(t)
	}
	return out
}

// dress gives every command what all of them have: completion of flags by their names, and
// errors for wrong arguments that exit as wrong usage.
func dress(s *session, c *cobra.Command) {
	for flag, f := range s.flagCompletions() {
		if c.Flags().Lookup(flag) != nil || c.PersistentFlags().Lookup(flag) != nil {
			_ = c.RegisterFlagCompletionFunc(flag, f) // the flag is there
		}
	}
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return wrongArgs(c, err)
			}
			return nil
		}
	}
	if c.PreRunE == nil {
		c.PreRunE = needed
	}
	if c.HasSubCommands() && c.Run == nil && c.RunE == nil {
		c.RunE, c.Args = group, cobra.ArbitraryArgs
	}
	for _, sub := range c.Commands() {
		dress(s, sub)
	}
}

// wrongArgs shows how the command is called, in place of cobra's counts.
func wrongArgs(c *cobra.Command, err error) error {
	if _, ok := errors.AsType[usageError](err); ok {
		return usagef("%s: %w", c.CommandPath(), err)
	}
	example, _, _ := strings.Cut(strings.TrimSpace(c.Example), "\n")
	return usagef("want  %s, such as  %s", c.UseLine(), example)
}

// needed makes a missing flag an error of usage; cobra looks for them only after this.
func needed(c *cobra.Command, _ []string) error {
	if err := c.ValidateRequiredFlags(); err != nil {
		return usagef("%s: %w", c.CommandPath(), err)
	}
	return nil
}

// group is a command that only has others below it: alone it shows them, and what isn't
// one of them is an error. cobra would show the help and exit with 0.
func group(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	var subs []string
	for _, sub := range c.Commands() {
		subs = append(subs, sub.Name())
	}
	if near := similar.Nearest(args[0], subs); near != "" {
		return usagef("no command %q in %s: did you mean %s?", args[0], c.CommandPath(), near)
	}
	return usagef("no command %q in %s: want one of %s", args[0], c.CommandPath(), strings.Join(subs, ", "))
}

func (s *session) flagCompletions() map[string]completion {
	return map[string]completion{
		"output":   offer([]string{"table", "json", "jsonl", "yaml"}),
		"context":  s.completeContexts,
		"source":   s.completeSources,
		"stream":   s.completeStreams,
		"type":     offer(typeNames()),
		"channel":  offer(texts(notify.Channels())),
		"provider": offer(providers()),
		"priority": offer(texts(notify.Priorities())),
		"status":   offer(texts(notify.Statuses())),
		"locale":   offer(render.Locales()),
	}
}

func (s *session) completeContexts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	f, _ := s.readContexts()
	return names(f.Contexts), cobra.ShellCompDirectiveNoFileComp
}

func (s *session) completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := s.settings()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names(cfg.Sources), cobra.ShellCompDirectiveNoFileComp
}

// completionTime bounds how long a key press waits for the servers.
const completionTime = 800 * time.Millisecond

// completeStreams asks the sources for their streams, and offers none where they don't
// answer.
func (s *session) completeStreams(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(commandContext(c), completionTime)
	defer cancel()
	places, err := s.sources(ctx, "")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []string
	for _, p := range places {
		found, _ := p.streams(ctx)
		list = append(list, found...)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeHolds offers what can be held back.
func completeHolds(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list := []string{"all"}
	for _, ch := range notify.Channels() {
		list = append(list, "channel:"+string(ch))
	}
	for _, p := range providers() {
		list = append(list, "provider:"+p)
	}
	for _, t := range typeNames() {
		list = append(list, "type:"+t)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// categories are the first words of the types.
func categories() []string {
	set := map[string]bool{}
	for _, t := range eventtypes.Catalogue() {
		set[t.Name.Category()] = true
	}
	return names(set)
}

func completeQueues(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return jobs.Queues(), cobra.ShellCompDirectiveNoFileComp
}

// commandContext is a command's context; completion runs without one.
func commandContext(c *cobra.Command) context.Context {
	if ctx := c.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}
