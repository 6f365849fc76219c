//go:build browser

package browsertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

var screenshots = flag.Bool("screenshots", false, "write docs/screenshots anew")

// bin is where the programs under test are built.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", dir+"/", "../../cmd/...")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%s", err, out)
		return 1
	}
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// serve runs one of our programs until the test ends, and returns the address that it says.
func serve(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, name), args...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = t.TempDir(), append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "VONDINOTIFY_BRAND_LOGO="), &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("%s: %v\n%s", name, err, said.Bytes())
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := address.FindString(lines.Text()); found != "" {
			return found
		}
	}
	t.Fatalf("%s %v says no address", name, args)
	return ""
}

// words is a copy of the templates and locales, for a test to change.
func words(t *testing.T) (shapes, texts string) {
	t.Helper()
	dir := t.TempDir()
	shapes, texts = filepath.Join(dir, "templates"), filepath.Join(dir, "locales")
	if err := os.CopyFS(shapes, templates.Files); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(texts, locales.Files); err != nil {
		t.Fatal(err)
	}
	return shapes, texts
}

// quoted writes a string as JavaScript does.
func quoted(s string) string {
	b, _ := json.Marshal(s) // strings always marshal
	return string(b)
}
