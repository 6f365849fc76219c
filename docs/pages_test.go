// Package docs holds the pages. Its test keeps them true: commands exist, links lead
// somewhere.
package docs

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/ctl"
)

// pages are all pages by their path from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	roots, err := filepath.Glob("../*.md")
	must(t, err)
	must(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			roots = append(roots, path)
		}
		return err
	}))
	for _, path := range roots {
		b, err := os.ReadFile(path)
		must(t, err)
		list[path] = string(b)
	}
	return list
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A command stands in a block of its own line, or between backticks.
var command = regexp.MustCompile("(?m)(?:^    |^|`)(notifyctl(?: [^`\\n#|]+)?)")

// TestCommandsExist asks for the help of each notifyctl command that a page names, with its
// flags.
func TestCommandsExist(t *testing.T) {
	seen := 0
	for page, text := range pages(t) {
		for _, m := range command.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(m[1])
			if len(words) < 2 || !regexp.MustCompile(`^[a-z]`).MatchString(words[1]) {
				continue
			}
			seen++
			var out, errs bytes.Buffer
			code := ctl.Main(append(words[1:], "--help"), ctl.IO{In: strings.NewReader(""), Out: &out, Err: &errs})
			if name := commandOf(words); code != 0 || !strings.Contains(out.String(), name) {
				t.Errorf("%s: %s: exit %d %s", page, m[1], code, errs.String())
			}
		}
	}
	if seen < 10 {
		t.Errorf("found only %d commands", seen)
	}
}

var subcommand = regexp.MustCompile(`^[a-z]+$`)

// commandOf is what stands before the first argument or flag.
func commandOf(words []string) string {
	end := slices.IndexFunc(words, func(w string) bool { return !subcommand.MatchString(w) })
	if end < 0 {
		end = len(words)
	}
	return strings.Join(words[:end], " ")
}

var link = regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}
