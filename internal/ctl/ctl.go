// Package ctl is notifyctl: one file per command. A command asks the same packages as the
// daemon, never its goroutines, and writes data to standard output and everything else to
// standard error.
package ctl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitDone     = 0
	exitFound    = 1 // the command worked, and what it found wants attention; or it failed
	exitUsage    = 2
	exitConnect  = 3
	exitStopped  = 130
	helpExitText = `
Exit codes: 0 done, 1 found something or failed, 2 wrong usage, 3 can't connect.`
)

// errFound says that a command worked and found something wrong; it has said what already.
var errFound = errors.New("found something")

// usageError is a wrong call.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// connectError says that a server can't be reached.
type connectError struct{ error }

func (e connectError) Unwrap() error { return e.error }

// Main runs one call of notifyctl and returns its exit code.
func Main(args []string, stdio IO) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &session{IO: stdio, args: args}
	defer s.close()
	redis.SetLogger(quiet{}) // its errors are returned, too
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	command, err := root.ExecuteContextC(ctx)
	return s.exitCode(ctx, command.CommandPath(), err)
}

// quiet keeps the Redis client from writing between our lines.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:           "notifyctl",
		Short:         "Did she get it? Why not? Send it again.",
		Long:          "notifyctl answers for support what became of a notification, and runs the platform for its operators.\n" + helpExitText,
		SilenceErrors: true, SilenceUsage: true,
	}
	s.globalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddGroup(
		&cobra.Group{ID: "support", Title: "For support:"},
		&cobra.Group{ID: "operators", Title: "For operators:"},
		&cobra.Group{ID: "authors", Title: "For template authors and producers:"},
	)
	root.AddCommand(commands(s)...)
	root.SetCompletionCommandGroupID("operators")
	root.InitDefaultCompletionCmd()
	dress(s, root)
	return root
}

// commands lists them all.
func commands(s *session) []*cobra.Command {
	return []*cobra.Command{
		newWhy(s),
		newLog(s),
		newResend(s),
		newReplay(s),
		newDead(s),
		newAudit(s),
		newSend(s),
		newEvents(s),
		newHold(s),
		newRelease(s),
		newQueues(s),
		newBroadcasts(s),
		newContacts(s),
		newAudience(s),
		newContext(s),
		newExplain(s),
		newPublish(s),
		newStreams(s),
		newStatus(s),
		newTemplates(s),
		newLocales(s),
		newDoctor(s),
		newMan(s),
	}
}

// exitCode says what went wrong in a command, and how that ends.
func (s *session) exitCode(ctx context.Context, command string, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errFound) {
		return exitFound
	}
	if ctx.Err() != nil {
		fmt.Fprintln(s.Err, "notifyctl: stopped")
		return exitStopped
	}
	fmt.Fprintln(s.Err, "notifyctl:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(s.Err, "See %s --help.\n", command)
		return exitUsage
	}
	if _, ok := errors.AsType[connectError](err); ok {
		return exitConnect
	}
	return exitFound
}
