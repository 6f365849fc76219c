package ctl

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// yesFlag lets scripts answer what a command would ask.
func yesFlag(c *cobra.Command) *bool {
	return c.Flags().Bool("yes", false, "don't ask, for scripts")
}

// ask makes sure before something that can't be undone. In a protected context the answer
// is the context's name: a "y" is typed too easily. Where nobody can answer, it refuses and
// says how a script says yes.
func (s *session) ask(what string, yes bool) error {
	at, err := s.place()
	if err != nil || yes {
		return err
	}
	want, how := "y", "y/N"
	if at.protected {
		want, how = at.context, "protected: type "+at.context+" to go on"
	}
	if !s.Terminal {
		return usagef("%s: nobody can be asked here; say --yes", what)
	}
	fmt.Fprintf(s.Err, "%s? (%s) ", what, how)
	answer, err := bufio.NewReader(s.In).ReadString('\n')
	if err != nil && answer == "" {
		return fmt.Errorf("%s: no answer; nothing was done", what)
	}
	if answer = strings.TrimSpace(answer); answer != want && (at.protected || !strings.EqualFold(answer, "yes")) {
		return fmt.Errorf("nothing was done")
	}
	return nil
}

// askProtected asks in a protected context only: before what changes how the platform runs
// and can be changed back.
func (s *session) askProtected(what string, yes bool) error {
	at, err := s.place()
	if err != nil || !at.protected {
		return err
	}
	return s.ask(what, yes)
}
