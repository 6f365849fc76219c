// Command notifyd is the notification daemon of the marketplace: it reads events from
// Redis Streams and turns them into emails, Telegram messages, SMS and pushes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/app"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	setMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	world := app.World{Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()}
	root := &cobra.Command{
		Use:           "notifyd",
		Short:         "The notification daemon of the marketplace",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(newRun(world), newDev(world), newCheck(world), newConfig(world), newVersion(world))
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "notifyd:", err)
		return 1
	}
	return 0
}
