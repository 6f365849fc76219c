package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/simulators"
	"github.com/vondi-global/notifications/internal/streams"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"), // the push SDK's, started by its package
	)
}

// world is a process' surroundings that remember what was printed.
func world(environ ...string) (World, *bytes.Buffer) {
	var out bytes.Buffer
	return World{Out: &out, Err: io.Discard, Environ: environ}, &out
}

// failures is what the table's last line says of failed deliveries.
var failures = regexp.MustCompile(`\d+ failed`)

func devOptions() DevOptions {
	return DevOptions{Once: true, Addr: "127.0.0.1:0", EmbeddedAddr: "127.0.0.1:0", Pace: 20 * time.Millisecond}
}

// TestTheSampleDay runs the whole road, on a real Redis, a Sentinel group, a Cluster and the one inside the process:
// every event of the day is accounted for, by all four channels.
func TestTheSampleDay(t *testing.T) {
	for name, url := range map[string]string{
		"redis": redistest.Start(t).URL(), "embedded": "",
		"sentinel": redistest.StartSentinels(t, 1).URL(), "cluster": redistest.StartCluster(t, 0).URL(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // Telegram's second between two messages in a chat is most of it
			o := devOptions()
			o.Redis = url
			w, out := world()
			if err := Dev(t.Context(), w, o); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{"order.created", "buyer 890", "email", "telegram", "sms", "push", "silent", "37 events"} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the table doesn't show %q:\n%s", want, out)
				}
			}
			for _, wrong := range []string{"under way", notify.ReasonEventLost, notify.ReasonRender, "planned"} {
				if failures.MatchString(out.String()) || strings.Contains(out.String(), wrong) {
					t.Errorf("something went wrong:\n%s", out)
				}
			}
		})
	}
}

func TestEveryTypeRunsThroughEverything(t *testing.T) {
	t.Parallel()
	o := devOptions()
	o.All, o.Redis = true, redistest.Start(t).URL()
	w, out := world()
	if err := Dev(t.Context(), w, o); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out.String(), "69 events") || failures.MatchString(out.String()) || strings.Contains(out.String(), notify.ReasonEventLost) {
		t.Errorf("got:\n%s", out)
	}
}

func TestTroubleIsRetried(t *testing.T) {
	t.Parallel()
	o := devOptions()
	o.Redis, o.Fail = redistest.Start(t).URL(), []string{"email=temporary:20%", "sms=throttled:50%:1s"}
	w, out := world()
	if err := Dev(t.Context(), w, o); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out.String(), "next attempt at") && !strings.Contains(out.String(), "sent at attempt 2") {
		t.Errorf("no retry to be seen:\n%s", out)
	}
	if failures.MatchString(out.String()) || strings.Contains(out.String(), "under way") || strings.Contains(out.String(), "planned") {
		t.Errorf("something is lost, or a fifth of failures holds up the others:\n%s", out)
	}
}

func TestDevRefusesNonsense(t *testing.T) {
	for _, fail := range []string{"fax=throttled", "sms=tired", "sms", "sms=throttled:x"} {
		o := devOptions()
		o.Fail = []string{fail}
		w, _ := world()
		if err := Dev(t.Context(), w, o); err == nil || !strings.Contains(err.Error(), "--fail "+fail) {
			t.Errorf("--fail %s: got %v", fail, err)
		}
	}
}

// daemon builds an app on a real Redis with every channel off.
func daemon(t *testing.T, change ...func(*config.Config)) (*App, *redis.Client) {
	t.Helper()
	srv := redistest.Start(t)
	cfg := config.Default()
	cfg.Redis.URL, cfg.Sources = secretOf(srv.URL()), map[string]string{"shop": srv.URL()}
	cfg.Consumer, cfg.Admin.Addr, cfg.Streams.Discover = "test", "127.0.0.1:0", 100*time.Millisecond
	for _, c := range change {
		c(&cfg)
	}
	a, err := New(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	return a, srv.Client()
}

func start(t *testing.T, a *App) {
	t.Helper()
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestAStopDuringTheStartStopsInOrder: a pod may be told to go before it runs.
func TestAStopDuringTheStartStopsInOrder(t *testing.T) {
	a, _ := daemon(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Run(ctx); err != nil {
		t.Errorf("got %v", err)
	}
	if !a.stopping.Load() {
		t.Error("it was left running")
	}
}

func TestWhatCannotBeReadIsSetAside(t *testing.T) {
	a, c := daemon(t)
	start(t, a)
	bad := map[string]map[string]any{
		"broken_json":     {"data": "{broken"},
		"unknown_type":    {"type": "order.creatd", "order_id": 1},
		"invalid_payload": {"type": "order.cancelled", "order_id": 1},
		"no_type":         {"nothing": "at all"},
		"too_large":       {"type": "order.cancelled", "order_id": 1, "reason": strings.Repeat("x", 300<<10)},
	}
	for _, fields := range bad {
		c.XAdd(t.Context(), &redis.XAddArgs{Stream: "listings:events:orders", Values: fields})
	}
	good := c.XAdd(t.Context(), &redis.XAddArgs{Stream: "listings:events:orders", Values: map[string]any{"type": "picking.created", "task_id": 1, "order_id": 2, "warehouse_id": 3}}).Val()
	await(t, "five dead letters", func() bool { return c.XLen(t.Context(), "notifications:dead").Val() == int64(len(bad)) })
	for _, l := range c.XRange(t.Context(), "notifications:dead", "-", "+").Val() {
		reason, _ := l.Values["reason"].(string)
		if _, ok := bad[reason]; !ok {
			t.Errorf("unexpected letter %v", l.Values)
		}
		delete(bad, reason)
	}
	await(t, "nothing is pending", func() bool {
		p, err := c.XPending(t.Context(), "listings:events:orders", "notification-consumers").Result()
		return err == nil && p.Count == 0
	})
	await(t, "the good entry behind them is in the log", func() bool {
		for _, e := range c.XRange(t.Context(), "notifications:events", "-", "+").Val() {
			if e.Values["entry_id"] == good {
				return true
			}
		}
		return false
	})
}

func TestAnUnreachableSourceHoldsUpNoOther(t *testing.T) {
	a, c := daemon(t, func(cfg *config.Config) { cfg.Sources["away"] = "redis://127.0.0.1:1/0" })
	start(t, a)
	c.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": 1, "order_id": 2, "warehouse_id": 3}})
	await(t, "the event of the other source is in the log", func() bool { return c.XLen(t.Context(), "notifications:events").Val() == 1 })
	body := ""
	await(t, "health says which source is away", func() bool {
		_, body = get(t, "http://"+a.admin.Addr()+"/health")
		return strings.Contains(body, `"away_events": "disconnected`)
	})
	for _, want := range []string{`"status": "degraded"`, `"shop_events": "connected"`, `"notification-consumers"`} {
		if !strings.Contains(body, want) {
			t.Errorf("health doesn't say %s:\n%s", want, body)
		}
	}
}

func TestStartsWithoutRedis(t *testing.T) {
	a, _ := daemon(t, func(cfg *config.Config) {
		cfg.Redis.URL, cfg.Sources = "redis://127.0.0.1:1/0", map[string]string{"shop": "redis://127.0.0.1:1/0"}
	})
	start(t, a)
	if status, body := get(t, "http://"+a.admin.Addr()+"/livez"); status != http.StatusOK {
		t.Errorf("a daemon without its Redis is alive: %d %s", status, body)
	}
	if status, body := get(t, "http://"+a.admin.Addr()+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "waiting for the Notifications Redis") {
		t.Errorf("and not ready: %d %s", status, body)
	}
}

// TestARedisThatComesLaterIsTaken: nobody restarts the daemon for it.
func TestARedisThatComesLaterIsTaken(t *testing.T) {
	srv := redistest.Start(t)
	srv.Stop()
	a, _ := daemon(t, func(cfg *config.Config) {
		cfg.Redis.URL, cfg.Sources = secretOf(srv.URL()), map[string]string{"shop": srv.URL()}
	})
	start(t, a)
	ready := func() bool {
		status, _ := get(t, "http://"+a.admin.Addr()+"/readyz")
		return status == http.StatusOK
	}
	if ready() {
		t.Fatal("ready without a Redis")
	}
	srv.Restart()
	await(t, "it is ready", ready)
}

// TestAReaderThatStandsStillIsSeen: a restart would help, so the pod isn't alive.
func TestAReaderThatStandsStillIsSeen(t *testing.T) {
	a, _ := daemon(t)
	start(t, a)
	if err := (probe{a}).Live(); err != nil {
		t.Errorf("the readers have just begun: %v", err)
	}
	if err := stoodStill(streams.SourceHealth{Source: "wms", Progress: time.Now().Add(-still - time.Second)}); err == nil || !strings.Contains(err.Error(), "the reader of wms has stood still") {
		t.Errorf("got %v", err)
	}
}

func TestPages(t *testing.T) {
	a, _ := daemon(t)
	start(t, a)
	for path, want := range map[string]string{
		"/metrics": "notifications_total", "/version": `"go":`, "/config": "redis.url=***",
		"/asynqmon/api/queues": "queues", "/debug/pprof/": "goroutine",
	} {
		if status, body := get(t, "http://"+a.admin.Addr()+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: got %d without %q", path, status, want)
		}
	}
}

func TestTheAccountIsAMetric(t *testing.T) {
	a, c := daemon(t)
	start(t, a)
	c.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": 1, "order_id": 2, "warehouse_id": 3}})
	await(t, "the skip is recorded", func() bool { return c.XLen(t.Context(), "notifications:events").Val() == 1 })
	tally, err := a.account(t.Context())
	if err != nil || tally.Events != 1 || tally.Skipped != 1 || !tally.Holds() {
		t.Fatalf("got %+v, %v", tally, err)
	}
	a.report(tally)
	if _, body := get(t, "http://"+a.admin.Addr()+"/metrics"); !strings.Contains(body, `audit_deliveries{state="skipped"} 1`) || !strings.Contains(body, `audit_deliveries{state="unaccounted"} 0`) {
		t.Error("the metrics don't show the account")
	}
}

func TestOneServerUnderTwoNamesIsReadOnce(t *testing.T) {
	cfg := config.Default()
	cfg.Sources = map[string]string{"listings": "redis://h:36380/0", "delivery": "redis://h:36380/0", "wms": "redis://h:36381/0"}
	list, merged, err := sources(cfg)
	if err != nil || len(list) != 2 || len(merged) != 1 || !strings.Contains(merged[0], "listings is the same server as delivery") {
		t.Errorf("got %v, %v, %v", list, merged, err)
	}
}

func TestCheck(t *testing.T) {
	w, out := world()
	if err := Check(t.Context(), w, "", false); err != nil || !strings.Contains(out.String(), "69 event types") {
		t.Errorf("got %v, %s", err, out)
	}
	w, _ = world("VONDINOTIFY_SMTP_URL=ftp://u:hunter2@h", "VONDINOTIFY_LOG_LEVEL=loud", "VONDINOTIFY_TEMPLATES_DIR=/nowhere")
	err := Check(t.Context(), w, "", false)
	if err == nil {
		t.Fatal("want problems")
	}
	for _, want := range []string{"log.level=loud", "email.url=***", "templates"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not name %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown: %v", err)
	}
	w, _ = world("VONDINOTIFY_REDIS_URL=redis://127.0.0.1:1/0", "VONDINOTIFY_SOURCES=wms=redis://127.0.0.1:1/0")
	if err := Check(t.Context(), w, "", true); err == nil || !strings.Contains(err.Error(), "source wms: 127.0.0.1:1 doesn't answer") {
		t.Errorf("got %v", err)
	}
}

func TestLifecycleUndoesBackwards(t *testing.T) {
	var l lifecycle
	var story []string
	for _, name := range []string{"a", "b", "c"} {
		l.onStop(name, func(context.Context) error {
			story = append(story, name)
			if name == "b" {
				return errors.New("stuck")
			}
			return nil
		})
	}
	err := l.stop(t.Context())
	if strings.Join(story, "") != "cba" || err == nil || err.Error() != "stop b: stuck" {
		t.Errorf("got %v, %v", story, err)
	}
	if again := l.stop(t.Context()); !errors.Is(again, err) || len(story) != 3 {
		t.Errorf("a second stop must do nothing: %v, %v", story, again)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		<-tick.C
	}
}

// TestAFallbackIsSentOnlyWhereNothingElseWas: the push of one person is refused, so the SMS
// comes; another person's push arrives, so it doesn't.
func TestAFallbackIsSentOnlyWhereNothingElseWas(t *testing.T) {
	out, err := newOutside()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	a, c := daemon(t, func(cfg *config.Config) {
		out.point(cfg)
		cfg.Types = map[string]config.Override{"order.processing": {Fallback: "sms", Instead: []string{"push"}, After: time.Second}}
	})
	for _, p := range samplePeople() {
		if err := a.book.Put(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	start(t, a)
	out.FCM.Troubles.Once(simulators.Trouble{Kind: simulators.Rejected, Percent: 100})
	publish := func(order, buyer int) {
		c.XAdd(t.Context(), &redis.XAddArgs{Stream: "listings:events:orders", Values: map[string]any{"type": "order.processing", "order_id": order, "buyer_id": buyer}})
	}
	publish(1, 892)
	await(t, "the refused push's SMS", func() bool { return out.Inbox.Total() == 1 })
	if m := out.Inbox.Messages()[0]; m.Channel != "sms" {
		t.Errorf("got a %s", m.Channel)
	}
	publish(2, 893)
	await(t, "the second SMS is found needless", func() bool {
		for _, e := range c.XRange(t.Context(), "notifications:events", "-", "+").Val() {
			if e.Values["reason"] == "covered" {
				return true
			}
		}
		return false
	})
	if n := out.Inbox.Total(); n != 2 {
		t.Errorf("%d messages, want the SMS and the push", n)
	}
}

func TestAFailedBuildGivesEverythingBack(t *testing.T) {
	cfg := config.Default()
	cfg.Admin.Addr = "127.0.0.1:0"
	cfg.Email.URL = "smtp://host" // no sender
	if _, err := New(cfg, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "email.url=***") {
		t.Errorf("got %v", err)
	}
	cfg.Email.URL, cfg.Admin.Addr = "", "nowhere:8085"
	if _, err := New(cfg, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "admin.addr=nowhere:8085") {
		t.Errorf("got %v", err)
	}
}
