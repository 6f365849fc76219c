// Package internal holds the rooms of the house. This test says who may go where.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/vondi-global/notifications/"

// ours says which packages of ours a package may import. "…" stands for everything below.
// Don't widen a line to make the build pass: find out why data wants to flow backwards.
const ours = `
cmd/notifyd         internal/app
cmd/notifyctl       internal/ctl

internal/notify
internal/rediskeys
internal/secret
internal/similar
internal/proxies
internal/sms
internal/redistest
internal/testlog
internal/browsertest
internal/simulators
internal/embedded
templates
locales

internal/redisconn   internal/secret
internal/telemetry   internal/notify
internal/seal        internal/secret
internal/config      internal/proxies internal/redisconn internal/seal internal/secret internal/similar
internal/eventtypes  internal/notify internal/similar
internal/eventtypes/contract internal/eventtypes internal/notify

internal/streams     internal/notify internal/eventtypes internal/rediskeys
internal/addressbook internal/notify internal/eventtypes internal/rediskeys internal/secret
internal/routing     internal/notify internal/eventtypes internal/similar
internal/render      internal/notify internal/eventtypes internal/sms templates locales
internal/screen
internal/preview     internal/notify internal/eventtypes internal/render internal/screen internal/sms
internal/translations internal/render
internal/pipeline    internal/notify
internal/batcher
internal/packed
internal/jobs        internal/notify internal/rediskeys internal/batcher internal/packed
internal/ledger      internal/notify internal/eventtypes internal/rediskeys internal/batcher internal/packed

internal/channels              internal/notify internal/secret internal/rediskeys
internal/channels/channelstest internal/notify internal/channels internal/secret internal/simulators
internal/channels/email        internal/notify internal/channels internal/secret
internal/channels/telegram     internal/notify internal/channels internal/secret
internal/channels/push         internal/notify internal/channels internal/secret
internal/channels/push/without/firestore
internal/channels/push/without/storage
internal/channels/sms          internal/notify internal/channels internal/channels/sms/… internal/secret internal/sms
internal/channels/sms/twilio   internal/notify internal/channels internal/secret internal/sms
internal/channels/sms/infobip  internal/notify internal/channels internal/secret internal/sms
internal/channels/sms/smpp     internal/notify internal/channels internal/secret internal/sms

internal/admin       internal/notify internal/secret internal/proxies
internal/public      internal/notify internal/secret internal/proxies internal/channels
internal/devinbox    internal/screen internal/simulators
internal/providers   internal/notify internal/secret internal/config internal/channels internal/channels/…
internal/wording     internal/config internal/render templates locales
internal/replies     internal/notify internal/channels internal/channels/telegram
internal/app         internal/… templates locales
internal/ctl         internal/… templates locales
`

// theirs keeps some third parties in their rooms.
const theirs = `
github.com/hibiken/asynq                  internal/jobs internal/admin
github.com/hibiken/asynqmon               internal/admin
firebase.google.com/go/v4                 internal/channels/push
github.com/go-telegram-bot-api/           internal/channels/telegram
github.com/wneessen/go-mail               internal/channels/email
github.com/nicksnyder/go-i18n/            internal/render
github.com/alicebob/miniredis/            internal/embedded
github.com/spf13/cobra                    cmd/notifyd internal/ctl
go.yaml.in/yaml/                          internal/config internal/ctl
github.com/prometheus/                    internal/telemetry internal/app
go.opentelemetry.io/                      internal/telemetry
`

// unwelcome says what a package must not be told of: ctl has no goroutines of the daemon.
const unwelcome = `
internal/ctl internal/app internal/embedded internal/devinbox
`

func TestWhoMayImportWhom(t *testing.T) {
	allowed, rooms, forbidden := table(ours), table(theirs), table(unwelcome)
	for pkg, imports := range packages(t, "..") {
		targets, ok := allowed[pkg]
		if !ok {
			t.Errorf("%s stands in no line of the table", pkg)
			continue
		}
		for _, imp := range imports {
			if own, ok := strings.CutPrefix(imp, module); ok {
				if !covers(targets, own) || slices.Contains(forbidden[pkg], own) {
					t.Errorf("%s must not import %s", pkg, own)
				}
				continue
			}
			for prefix, in := range rooms {
				if strings.HasPrefix(imp+"/", strings.TrimSuffix(prefix, "/")+"/") && !slices.Contains(in, pkg) {
					t.Errorf("%s must not import %s: that lives in %v", pkg, imp, in)
				}
			}
		}
	}
}

func table(text string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Fields(line); len(f) > 0 {
			m[f[0]] = f[1:]
		}
	}
	return m
}

func covers(targets []string, pkg string) bool {
	return slices.ContainsFunc(targets, func(target string) bool {
		below, all := strings.CutSuffix(target, "…")
		return target == pkg || all && strings.HasPrefix(pkg, below)
	})
}

// packages reads the imports of every package, tests left out. It reads the files in this
// process: the test cache then knows that it depends on them.
func packages(t *testing.T, root string) map[string][]string {
	t.Helper()
	imports := map[string]map[string]bool{}
	tree := os.DirFS(root)
	for _, top := range []string{"cmd", "internal", "templates", "locales"} {
		err := fs.WalkDir(tree, top, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
				return err
			}
			src, err := fs.ReadFile(tree, name)
			if err != nil {
				return err
			}
			return collect(imports, path.Dir(name), src)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list := map[string][]string{}
	for pkg, set := range imports {
		list[pkg] = slices.Sorted(maps.Keys(set))
	}
	return list
}

func collect(imports map[string]map[string]bool, pkg string, src []byte) error {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly)
	if err != nil {
		return err
	}
	if imports[pkg] == nil {
		imports[pkg] = map[string]bool{}
	}
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		imports[pkg][name] = true
	}
	return nil
}
