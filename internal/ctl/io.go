package ctl

import (
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// IO is the world around a call: streams, environment, clock. Tests give their own.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string
	Terminal bool // Out is a terminal: colours, prompts and progress bars make sense
	Width    int  // of the terminal, in columns; 0: unknown
	Now      func() time.Time
	Zone     *time.Location
}

// System is the process' own world.
func System() IO {
	fd := int(os.Stdout.Fd())
	io := IO{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(),
		Terminal: term.IsTerminal(fd), Now: time.Now, Zone: time.Local,
	}
	if w, _, err := term.GetSize(fd); err == nil {
		io.Width = w
	}
	return io
}

// env returns a variable of the environment.
func (w IO) env(name string) string {
	for _, kv := range w.Environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}
