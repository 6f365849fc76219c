package ctl

import (
	"cmp"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/secret"
)

func newContext(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "context", Short: "which platform is worked on: production, staging, one's own", GroupID: "operators",
		Long: `A context names a platform: the daemon's configuration file, or its servers. They are kept in
$XDG_CONFIG_HOME/notifyctl/contexts.yaml (~/.config without it).

--context and NOTIFYCTL_CONTEXT win over the servers that the environment names
(VONDINOTIFY_REDIS_URL …); a context that was chosen by "context use" gives way to them.
In a protected context every command that changes something asks first.`,
	}
	c.AddCommand(newContextList(s), newContextAdd(s), newContextUse(s), newContextShow(s), newContextRemove(s))
	return c
}

// contextView is a context as the commands show it.
type contextView struct {
	Name    string `json:"name"`
	Current bool   `json:"current"`
	contextEntry
}

func newContextList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list the contexts", Example: "  notifyctl context list", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := s.readContexts()
			if err != nil {
				return err
			}
			at, err := s.place()
			if err != nil {
				return err
			}
			t := table{head: []string{"", "NAME", "PROTECTED", "REDIS"}}
			var items []contextView
			for _, name := range names(f.Contexts) {
				v := contextView{name, name == at.context, f.Contexts[name].redacted()}
				items = append(items, v)
				t.add(sign(v.Current, "*"), name, sign(v.Protected, "yes"), cmp.Or(v.Redis, v.Config))
			}
			return print(s, items, t)
		},
	}
}

// sign is a word for yes and nothing for no.
func sign(yes bool, word string) string {
	if yes {
		return word
	}
	return ""
}

func newContextAdd(s *session) *cobra.Command {
	var e contextEntry
	c := &cobra.Command{
		Use: "add NAME", Short: "add a context, or change one",
		Example: "  notifyctl context add prod --config-file /etc/notifyd/notifyd.yaml --protected\n" +
			"  notifyctl context add dev --redis redis://localhost:36382/0 --source market=redis://localhost:36382/0",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if e.Redis == "" && e.Config == "" {
				return usagef("context %s: want --redis or --config-file, which say where it is", args[0])
			}
			for _, url := range append([]string{e.Redis}, values(e.Sources)...) {
				if _, err := redisconn.Parse(cmp.Or(url, "redis://localhost"), secret.String("")); err != nil {
					return usageError{err}
				}
			}
			return s.changeContexts(func(f *contextFile) error { f.Contexts[args[0]] = e; return nil })
		},
	}
	c.Flags().StringVar(&e.Config, "config-file", "", "the daemon's configuration file")
	c.Flags().StringVar(&e.Redis, "redis", "", "URL of the Notifications Redis")
	c.Flags().StringVar(&e.PasswordFile, "password-file", "", "file with its password, so that it stands in no URL")
	c.Flags().StringToStringVar(&e.Sources, "source", nil, "a source, name=URL; may be repeated")
	c.Flags().BoolVar(&e.Protected, "protected", false, "ask before anything is changed")
	return c
}

func values(m map[string]string) []string {
	var list []string
	for _, k := range names(m) {
		list = append(list, m[k])
	}
	return list
}

func newContextUse(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "use NAME", Short: "choose the context for the commands to come", Example: "  notifyctl context use dev",
		Args: cobra.ExactArgs(1), ValidArgsFunction: s.completeContexts,
		RunE: func(_ *cobra.Command, args []string) error {
			err := s.changeContexts(func(f *contextFile) error {
				_, err := f.entry(args[0])
				f.Current = args[0]
				return err
			})
			if err == nil && s.env("VONDINOTIFY_REDIS_URL") != "" {
				fmt.Fprintln(s.Err, "VONDINOTIFY_REDIS_URL is set and goes before it; unset it, or say --context", args[0])
			}
			return err
		},
	}
}

func newContextRemove(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "forget a context", Example: "  notifyctl context remove staging",
		Args: cobra.ExactArgs(1), ValidArgsFunction: s.completeContexts,
		RunE: func(_ *cobra.Command, args []string) error {
			return s.changeContexts(func(f *contextFile) error {
				_, err := f.entry(args[0])
				delete(f.Contexts, args[0])
				if f.Current == args[0] {
					f.Current = ""
				}
				return err
			})
		},
	}
}

func (s *session) changeContexts(change func(f *contextFile) error) error {
	f, err := s.readContexts()
	if err != nil {
		return err
	}
	if f.Contexts == nil {
		f.Contexts = map[string]contextEntry{}
	}
	if err := change(&f); err != nil {
		return err
	}
	return s.writeContexts(f)
}

func newContextShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "show what a command would work on now", Example: "  notifyctl context show\n  notifyctl context show --context prod",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			at, err := s.place()
			if err != nil {
				return err
			}
			cfg, err := s.settings()
			if err != nil {
				return err
			}
			v := contextView{at.context, true, contextEntry{
				Config: at.file, Redis: cfg.Redis.URL.Reveal(), Sources: cfg.Sources, Protected: at.protected,
			}.redacted()}
			return printOne(s, v, v.write)
		},
	}
}

func (v contextView) write(w io.Writer) error {
	fmt.Fprintf(w, "Context    %s\n", cmp.Or(v.Name, "none: the environment and --config say where"))
	if v.Config != "" {
		fmt.Fprintf(w, "Config     %s\n", v.Config)
	}
	fmt.Fprintf(w, "Redis      %s\n", v.Redis)
	for _, name := range names(v.Sources) {
		fmt.Fprintf(w, "Source     %s at %s\n", name, v.Sources[name])
	}
	_, err := fmt.Fprintf(w, "Protected  %s\n", map[bool]string{true: "yes", false: "no"}[v.Protected])
	return err
}
