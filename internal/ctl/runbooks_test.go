package ctl

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// runbookCommand is a line of a block, or what stands between backticks.
var runbookCommand = regexp.MustCompile("(?m)(?:^    |`)(notifyctl [^`\\n]+)")

// runbooks runs every command of every page as it stands there: the one thing that must not
// happen at night is "see --help". Words in capitals are the environment's variables.
func (w *stage) runbooks(ts *testscript.TestScript, _ bool, _ []string) {
	pages, err := filepath.Glob("../../docs/runbooks/*.md")
	ts.Check(err)
	commands := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		ts.Check(err)
		for _, m := range runbookCommand.FindAllStringSubmatch(string(text), -1) {
			commands++
			code, out, errs := call(w.t, w.environ, "y\n", argsOf(ts, m[1])...)
			if code != exitDone && code != exitFound {
				w.t.Errorf("%s: %s: exit code %d: %s", filepath.Base(page), m[1], code, errs)
			}
			if out+errs == "" && code != exitDone {
				w.t.Errorf("%s: %s: it fails and says nothing", filepath.Base(page), m[1])
			}
		}
	}
	if commands < 40 {
		ts.Fatalf("%d commands in %d runbooks: are they still found?", commands, len(pages))
	}
}

var (
	shellWord = regexp.MustCompile(`'[^']*'|\S+`)
	toFill    = regexp.MustCompile(`^[A-Z]+$`)
)

// argsOf are the arguments of a command line, filled in.
func argsOf(ts *testscript.TestScript, line string) (args []string) {
	for _, word := range shellWord.FindAllString(line, -1)[1:] {
		word = strings.Trim(word, "'")
		if toFill.MatchString(word) {
			if word = ts.Getenv(word); word == "" {
				ts.Fatalf("%s: a word that nobody can fill in", line)
			}
		}
		if word == "templates" || word == "locales" { // directories, from the repository's root
			word = "../../" + word
		}
		args = append(args, word)
	}
	if len(args) > 1 && args[0] == "../../templates" {
		args[0] = "templates"
	}
	return args
}
