package ctl

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/app"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/simulators"
	"github.com/vondi-global/notifications/internal/streams"
)

var update = flag.Bool("update", false, "write the outputs into the scripts again")

// TestScripts runs testdata/script/*.txtar, each with a Redis of its own, providers on
// loopback, and the real daemon where the script starts it. Their commands beyond
// testscript's own:
//
//	daemon                    start notifyd; "daemon stop" stops it
//	people FILE               import contacts (JSON Lines)
//	audience NAME USER        make somebody a member
//	publish STREAM field=value …   add an entry, as its producer does
//	xadd STREAM field=value …      the same, exactly as it is
//	trouble CHANNEL KIND      make the channel's providers fail; "none" ends it
//	letters                   set $ID1 to the dead letter of event evt-1, and so on
//	lose PATTERN              delete keys, as an accident does
//	await REGEXP CMD …        run a command until its output matches
//	received CHANNEL N        wait until providers have taken so many messages, and no more
//	runbooks                  run every command of docs/runbooks
//	redis COMMAND …           what an operator types into redis-cli
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	w := newStage(t)
	testscript.Run(t, testscript.Params{
		Files: []string{file}, UpdateScripts: *update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, w.environ...)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"daemon": w.daemon, "people": w.people, "publish": w.publish, "xadd": w.xadd, "trouble": w.trouble,
			"await": await, "traces": w.traces, "bot": w.bot, "start": w.start, "said": w.said, "audience": w.audience, "letters": w.letters, "lose": w.lose, "received": w.received,
			"runbooks": w.runbooks, "redis": w.command,
		},
	})
}

// quickExit keeps a process that was built with the race detector from sleeping for a second
// when it ends: its goroutines have ended before, and the scripts start hundreds of them.
const quickExit = "GORACE=atexit_sleep_ms=0"

// stage is what surrounds a script.
type stage struct {
	t       *testing.T
	redis   *redis.Client
	outside *simulators.World
	environ []string
	app     *app.App
}

func newStage(t *testing.T) *stage {
	server := redistest.Start(t)
	outside, err := simulators.NewWorld(0)
	if err != nil {
		t.Fatal(err)
	}
	w := &stage{t: t, redis: server.Client(), outside: outside}
	w.environ = []string{
		"USER=milica", "TZ=UTC", quickExit,
		"VONDINOTIFY_REDIS_URL=" + server.URL(), "VONDINOTIFY_SOURCES=market=" + server.URL(),
		"VONDINOTIFY_CONSUMER=test", "VONDINOTIFY_ADMIN_ADDR=127.0.0.1:0", "VONDINOTIFY_STREAMS_DISCOVER=100ms",
		"VONDINOTIFY_SMTP_URL=" + outside.SMTP.URL() + "&from=noreply@vondi.rs",
		"VONDINOTIFY_TELEGRAM_TOKEN=123456:simulated", "VONDINOTIFY_TELEGRAM_ENDPOINT=" + outside.Telegram.URL(),
		"VONDINOTIFY_SMS_URL=" + outside.Twilio.DSN("+381600000000"),
		"BY_INFOBIP=" + outside.Infobip.DSN("VONDI"), "BY_SMPP=" + outside.SMPP.DSN("VONDI"),
		"VONDINOTIFY_FCM_ENDPOINT=" + outside.FCM.URL(), "VONDINOTIFY_FCM_PROJECT=vondi-dev",
	}
	t.Cleanup(func() { w.stop(); _ = outside.Close() })
	return w
}

func (w *stage) stop() {
	if w.app != nil {
		if err := w.app.Stop(); err != nil {
			w.t.Error(err)
		}
		w.app = nil
	}
}

func (w *stage) daemon(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 && args[0] == "stop" {
		w.stop()
		return
	}
	cfg, err := config.Load("", w.environ)
	ts.Check(err)
	w.app, err = app.New(cfg, zerolog.Nop())
	ts.Check(err)
	ts.Check(w.app.Start())
}

func (w *stage) people(ts *testscript.TestScript, _ bool, args []string) {
	book := addressbook.New(w.redis, time.Now)
	_, err := book.Import(context.Background(), strings.NewReader(ts.ReadFile(args[0])), addressbook.JSONLines, func(line int, err error) {
		ts.Fatalf("line %d: %v", line, err)
	})
	ts.Check(err)
}

func (w *stage) audience(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(addressbook.New(w.redis, time.Now).Join(context.Background(), args[0], args[1]))
}

func (w *stage) publish(ts *testscript.TestScript, _ bool, args []string) {
	fields := map[string]any{}
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		fields[name] = value
	}
	_, err := streams.Publish(context.Background(), w.redis, args[0], fields)
	ts.Check(err)
}

func (w *stage) xadd(ts *testscript.TestScript, _ bool, args []string) {
	var values []any
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		values = append(values, name, value)
	}
	ts.Check(w.redis.XAdd(context.Background(), &redis.XAddArgs{Stream: args[0], Values: values}).Err())
}

func (w *stage) trouble(ts *testscript.TestScript, _ bool, args []string) {
	var trouble simulators.Trouble
	if args[1] != "none" {
		var err error
		trouble, err = simulators.ParseTrouble(args[1])
		ts.Check(err)
	}
	ts.Check(w.outside.Trouble(args[0], trouble))
}

func (w *stage) command(ts *testscript.TestScript, _ bool, args []string) {
	words := make([]any, len(args))
	for i, a := range args {
		words[i] = a
	}
	ts.Check(w.redis.Do(context.Background(), words...).Err())
}

func (w *stage) letters(ts *testscript.TestScript, _ bool, _ []string) {
	list, err := streams.NewDeadLetters(w.redis, streams.DeadConfig{}).List(context.Background(), "", 100)
	ts.Check(err)
	for _, l := range list {
		ts.Setenv("ID"+strings.TrimPrefix(l.EventID, "evt-"), l.ID)
	}
}

func (w *stage) lose(ts *testscript.TestScript, _ bool, args []string) {
	keys, err := w.redis.Keys(context.Background(), args[0]).Result()
	ts.Check(err)
	if len(keys) == 0 {
		ts.Fatalf("no keys like %s", args[0])
	}
	ts.Check(w.redis.Del(context.Background(), keys...).Err())
}

// patience is how long a script waits for something to become true.
const patience = 20 * time.Second

func await(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[0])
	for deadline, tick := time.Now().Add(patience), time.Tick(50*time.Millisecond); ; <-tick {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout")
		if want.MatchString(out) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v: no output matched %s in %s: %v\n%s%s", args[1:], want, patience, err, out, ts.ReadFile("stderr"))
		}
	}
}

func (w *stage) received(ts *testscript.TestScript, _ bool, args []string) {
	count := func() string {
		n := 0
		for _, m := range w.outside.Inbox.Messages() {
			if m.Channel == args[0] {
				n++
			}
		}
		return fmt.Sprint(n)
	}
	for deadline, tick := time.Now().Add(patience), time.Tick(20*time.Millisecond); count() != args[1]; <-tick {
		if time.Now().After(deadline) {
			ts.Fatalf("%s: %s messages, want %s", args[0], count(), args[1])
		}
	}
}
