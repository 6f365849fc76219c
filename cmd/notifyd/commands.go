package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/app"
)

func newRun(w app.World) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "run", Short: "run the daemon on real servers until it is told to stop", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return app.Run(c.Context(), w, file) },
	}
	configFlags(c, &file, &w)
	return c
}

func newDev(w app.World) *cobra.Command {
	var o app.DevOptions
	c := &cobra.Command{
		Use: "dev", Short: "run the whole platform on this machine with a sample day of the marketplace",
		Long: `dev runs the daemon with a Redis inside the process, simulators of all providers on
loopback, a few people in every language and a sample day of events. The messages show up on
http://127.0.0.1:8085 the way people see them.`,
		Example: `  notifyd dev
  notifyd dev --once
  notifyd dev --fail sms=throttled:10% --fail email=temporary:50%
  notifyd dev --redis redis://localhost:36382/0`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return app.Dev(c.Context(), w, o) },
	}
	f := c.Flags()
	f.BoolVar(&o.Once, "once", false, "publish, wait until everything has settled, print what became of it, and end")
	f.BoolVar(&o.All, "all", false, "publish every type of the catalogue instead of the sample day")
	f.StringVar(&o.Redis, "redis", "", "use this Redis instead of the one inside the process")
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8085", "where the page listens")
	f.StringVar(&o.EmbeddedAddr, "embedded-addr", "127.0.0.1:36382", "where the Redis inside the process listens")
	f.DurationVar(&o.Pace, "pace", 100*time.Millisecond, "between two events of the sample day")
	f.StringArrayVar(&o.Fail, "fail", nil, "make trouble: channel=fault[:share[:retry after]], such as sms=throttled:10%")
	return c
}

func newCheck(w app.World) *cobra.Command {
	var file string
	var connect bool
	c := &cobra.Command{
		Use: "check", Short: "load everything, start nothing, and say everything that is wrong at once", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return app.Check(c.Context(), w, file, connect) },
	}
	configFlags(c, &file, &w)
	c.Flags().BoolVar(&connect, "connect", false, "try the servers too")
	return c
}

func newConfig(w app.World) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "config [show]", Short: "show the configuration in force, secrets hidden",
		ValidArgs: []string{"show"}, Args: cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(*cobra.Command, []string) error { return app.ShowConfig(w, file) },
	}
	configFlags(c, &file, &w)
	return c
}

func newVersion(w app.World) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b, err := json.Marshal(app.ReadVersion())
			fmt.Fprintln(w.Out, string(b))
			return err
		},
	}
}

func configFlags(c *cobra.Command, file *string, w *app.World) {
	c.Flags().StringVar(file, "config", "", "configuration file (YAML); the environment wins over it")
	c.Flags().StringArrayVar(&w.Set, "set", nil, "a setting, such as log.level=debug; wins over both (docs/configuration.md)")
}
