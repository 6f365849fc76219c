package redis_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/app"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
	"github.com/vondi-global/notifications/internal/streams"
	"github.com/vondi-global/notifications/internal/testlog"
)

// server is a Redis that knows exactly the users of a file, and one for the test.
type server struct {
	*redistest.Server
	admin *redis.Client
}

func start(t *testing.T, aclFile string) server {
	t.Helper()
	b, err := os.ReadFile(aclFile)
	must(t, err)
	file := filepath.Join(t.TempDir(), "users.acl")
	users := strings.ReplaceAll(string(b), ">CHANGE-ME", ">pass") + "user test on >pass ~* &* +@all\n"
	must(t, os.WriteFile(file, []byte(users), 0o600))
	s := server{Server: redistest.Start(t, "--aclfile", file)}
	s.admin = s.as(t, "test")
	return s
}

func (s server) url(user string) string { return "redis://" + user + ":pass@" + s.Addr + "/0" }

// as logs in.
func (s server) as(t *testing.T, user string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr: s.Addr, Username: user, Password: "pass",
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// refusals fails the test for each command that Redis has refused.
func (s server) refusals(t *testing.T) {
	t.Helper()
	list, err := s.admin.ACLLog(context.Background(), 100).Result()
	must(t, err)
	for _, e := range list {
		t.Errorf("%s was refused: %s %s (%s), %d times", e.Username, e.Reason, e.Object, e.Context, e.Count)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !holds() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// TestTheDaemonNeedsNoMore: events become messages, unreadable ones dead letters, those of
// nobody wait; asynqmon and the metrics answer. Redis refuses nothing.
func TestTheDaemonNeedsNoMore(t *testing.T) {
	queue, source := start(t, "notifications.acl"), start(t, "source.acl")
	inbox := simulators.NewInbox(1000)
	smtp, err := simulators.NewSMTP(inbox)
	must(t, err)
	t.Cleanup(func() { must(t, smtp.Close()) })
	cfg := config.Default()
	cfg.Redis.URL = secret.String(queue.url("notifyd"))
	cfg.Sources = map[string]string{"listings": source.url("notifyd-source"), "notifications": queue.url("notifyd-source")}
	cfg.Admin.Addr, cfg.Consumer, cfg.Streams.Discover = "127.0.0.1:0", "notifyd-0", 200*time.Millisecond
	cfg.Email.URL, cfg.Email.Rate = secret.String(smtp.URL()+"&from=noreply@vondi.rs"), 1000
	var log testlog.Log
	a, err := app.New(cfg, zerolog.New(&log).Level(zerolog.InfoLevel))
	must(t, err)
	must(t, a.Start())
	publish(t, source.admin, 40)
	publish(t, queue.admin, 10)
	await(t, "everybody has mail", func() bool { return inbox.Total() >= 50 })
	await(t, "the unreadable entries are letters", func() bool { return queue.admin.XLen(t.Context(), "notifications:dead").Val() == 2 })
	base := "http://" + adminAddr(t, log.String())
	for _, page := range []string{"/readyz", "/health", "/metrics", "/asynqmon/api/queues", "/asynqmon/api/queue_stats", "/asynqmon/api/servers", "/asynqmon/api/redis_info", "/asynqmon/api/queues/email:high/completed_tasks"} {
		if got, text := get(t, base+page); got != http.StatusOK {
			t.Errorf("%s: %d %s", page, got, text)
		}
	}
	must(t, a.Stop())
	queue.refusals(t)
	source.refusals(t)
}

// publish writes entries of people, one of an unknown buyer, and one that can't be read.
func publish(t *testing.T, producer *redis.Client, people int) {
	t.Helper()
	for i := range people {
		_, err := streams.Publish(t.Context(), producer, "users:events", map[string]any{
			"type": "user.registered", "user_id": fmt.Sprintf("%s-%d", producer.Options().Addr, i),
			"email": fmt.Sprintf("ana%d@example.com", i), "name": "Ana",
		})
		must(t, err)
	}
	_, err := streams.Publish(t.Context(), producer, "listings:events:orders", map[string]any{"type": "order.cancelled", "order_id": 7, "user_id": "nobody", "reason": "test"})
	must(t, err)
	must(t, producer.XAdd(t.Context(), &redis.XAddArgs{Stream: "pvz.events", Values: map[string]any{"nonsense": "{"}}).Err())
}

func adminAddr(t *testing.T, log string) string {
	t.Helper()
	_, rest, ok := strings.Cut(log, `"admin":"`)
	if !ok {
		t.Fatal("the log does not say where the admin server listens")
	}
	addr, _, _ := strings.Cut(rest, `"`)
	return addr
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(b)
}

// TestOperatorsNeedNoMore: what notifyctl and asynqmon do with queues, letters, holds, the
// address book and the ledger, and what the reconciler repairs.
func TestOperatorsNeedNoMore(t *testing.T) {
	s := start(t, "notifications.acl")
	o, err := redisconn.Parse(s.url("notifyd"), "")
	must(t, err)
	client := o.New()
	t.Cleanup(func() { _ = client.Close() })
	ctx := t.Context()
	d := notify.Delivery{
		ID: "d1", Channel: notify.SMS, Priority: notify.High, Expires: time.Now().Add(time.Hour),
		Event: notify.Event{ID: "e1", Type: "order.cancelled", Time: time.Now()}, To: notify.Recipient{UserID: "891"},
	}
	queue := jobs.NewQueue(client, jobs.Defaults())
	for name, do := range map[string]func() error{
		"enqueue":  func() error { return queue.Enqueue(ctx, []notify.Delivery{d}) },
		"has":      func() error { _, err := queue.Has(ctx, []notify.Delivery{d}); return err },
		"stats":    func() error { _, err := queue.Stats(ctx); return err },
		"pause":    func() error { return queue.Pause(ctx, "sms:high") },
		"resume":   func() error { return queue.Resume(ctx, "sms:high") },
		"later":    func() error { return queue.Later(ctx, d.Event, 0, time.Minute) },
		"cancel":   func() error { _, err := queue.Cancel(ctx, d); return err },
		"inspect":  func() error { return inspect(client) },
		"holds":    func() error { return holds(ctx, client) },
		"letters":  func() error { return letters(ctx, client) },
		"book":     func() error { return book(ctx, client) },
		"ledger":   func() error { return books(ctx, client, queue, d) },
		"repair":   func() error { return jobs.NewReconciler(client, jobs.Crashed{}, zerolog.Nop()).Pass(ctx) },
		"announce": func() error { return client.Publish(ctx, "asynq:cancel", "d1").Err() },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.refusals(t)
}

func inspect(client redis.UniversalClient) error {
	i := asynq.NewInspectorFromRedisClient(client)
	if _, err := i.Queues(); err != nil {
		return err
	}
	_, err := i.GetQueueInfo("sms:high")
	if err != nil && !strings.Contains(err.Error(), "does not exist") {
		return err
	}
	_, err = i.Servers()
	return err
}

func holds(ctx context.Context, client redis.UniversalClient) error {
	h := jobs.NewHolds(client, time.Now)
	if err := h.Set(ctx, jobs.Hold{What: "channel:sms", By: "ana", Reason: "outage", Since: time.Now()}); err != nil {
		return err
	}
	if _, err := h.List(ctx); err != nil {
		return err
	}
	_, err := h.Lift(ctx, "channel:sms")
	return err
}

func letters(ctx context.Context, client redis.UniversalClient) error {
	dead := streams.NewDeadLetters(client, streams.DeadConfig{})
	if err := dead.Bury(ctx, notify.Letter{Kind: notify.DeadEntry, Key: "k", Reason: "test", Fields: map[string]string{"a": "b"}}); err != nil {
		return err
	}
	list, err := dead.List(ctx, "", 10)
	if err != nil || len(list) != 1 {
		return fmt.Errorf("%d letters: %w", len(list), err)
	}
	if _, err := dead.Get(ctx, list[0].ID); err != nil {
		return err
	}
	_, err = dead.Drop(ctx, list[0].ID)
	return err
}

func book(ctx context.Context, client redis.UniversalClient) error {
	b := addressbook.New(client, time.Now)
	if err := b.Put(ctx, notify.Contact{UserID: "891", Name: "Ana", Locale: "sr-Latn"}); err != nil {
		return err
	}
	if err := b.Join(ctx, "listing:1:watchers", "891"); err != nil {
		return err
	}
	if _, _, err := b.Page(ctx, "listing:1:watchers", "", 10); err != nil {
		return err
	}
	if _, err := b.Export(ctx, io.Discard, addressbook.JSONLines, true); err != nil {
		return err
	}
	if err := b.Audiences(ctx, func(string) error { return nil }); err != nil {
		return err
	}
	if err := b.LinkChat(ctx, "891", "", "555"); err != nil {
		return err
	}
	return b.Forget(ctx, "891")
}

func books(ctx context.Context, client redis.UniversalClient, queue *jobs.Queue, d notify.Delivery) error {
	l := ledger.New(client, ledger.Defaults(), time.Now)
	if _, err := l.Claim(ctx, d, time.Minute); err != nil {
		return err
	}
	if _, err := l.Settle(ctx, notify.Outcome{Status: notify.Sent, Time: time.Now(), Delivery: d, Provider: "twilio", MessageID: "m1"}); err != nil {
		return err
	}
	if _, err := l.Last(ctx, 10); err != nil {
		return err
	}
	if _, err := l.Tail(ctx, "0", 10, 0); err != nil {
		return err
	}
	if _, err := l.ByUser(ctx, "891", 10); err != nil {
		return err
	}
	_, _, err := l.Audit(ctx, 0, time.Now().Add(-time.Hour), queue)
	return err
}

// nobody takes events and refuses them all.
type nobody struct{}

func (nobody) Dispatch(_ context.Context, events []notify.Event) []error {
	errs := make([]error, len(events))
	for i := range errs {
		errs[i] = fmt.Errorf("not now")
	}
	return errs
}

func (nobody) Bury(context.Context, notify.Letter) error { return nil }

// TestReadersNeedNoMore: what a reader does beyond reading: it takes over what a dead pod
// held, tries again, gives up, removes consumers, repairs a group.
func TestReadersNeedNoMore(t *testing.T) {
	s := start(t, "source.acl")
	publish(t, s.admin, 20)
	ctx := t.Context()
	must(t, s.admin.XGroupCreate(ctx, "users:events", "notification-consumers", "0").Err())
	must(t, s.admin.XReadGroup(ctx, &redis.XReadGroupArgs{Group: "notification-consumers", Consumer: "dead", Streams: []string{"users:events", ">"}, Count: 5}).Err())
	o, err := redisconn.Parse(s.url("notifyd-source"), "")
	must(t, err)
	client := streams.NewClient(o.Universal())
	t.Cleanup(func() { _ = client.Close() })
	cfg := streams.Config{
		Consumer: "alive", Block: 20 * time.Millisecond, Discover: 50 * time.Millisecond, Inspect: 50 * time.Millisecond, Budget: 50 * time.Millisecond,
		Sweep: 50 * time.Millisecond, MinIdle: 100 * time.Millisecond, ConsumerIdle: 200 * time.Millisecond, Backoff: 20 * time.Millisecond,
	}.Defaults()
	r := streams.NewReader(cfg, streams.Source{Name: "listings", Client: client}, nobody{}, nobody{}, streams.Nop{}, zerolog.Nop())
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	consumers := func() int {
		return len(s.admin.XInfoConsumers(t.Context(), "users:events", "notification-consumers").Val())
	}
	await(t, "all is given up", func() bool {
		p, err := s.admin.XPending(t.Context(), "users:events", "notification-consumers").Result()
		return err == nil && p.Count == 0
	})
	await(t, "the dead consumer is gone", func() bool { return consumers() == 1 })
	must(t, s.admin.XGroupDestroy(t.Context(), "users:events", "notification-consumers").Err())
	await(t, "the group is there again", func() bool { return consumers() == 1 })
	cancel()
	must(t, <-done)
	s.refusals(t)
}

// TestForbidden: what a stolen password is not good for.
func TestForbidden(t *testing.T) {
	queue, source := start(t, "notifications.acl"), start(t, "source.acl")
	for _, user := range []*redis.Client{queue.as(t, "notifyd"), queue.as(t, "notifyd-source"), source.as(t, "notifyd-source")} {
		for _, command := range []string{
			"FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG GET requirepass", "CONFIG SET dir /tmp", "ACL LIST", "ACL SETUSER x on nopass +@all ~*",
			"SHUTDOWN NOSAVE", "MONITOR", "REPLICAOF localhost 1", "SLAVEOF localhost 1", "CLIENT KILL TYPE normal", "CLIENT LIST", "MODULE LIST",
			"MIGRATE h 1 k 0 1", "SCRIPT FLUSH", "FUNCTION LIST", "SAVE", "BGSAVE", "SLOWLOG GET", "LATENCY DOCTOR", "SWAPDB 0 1",
			"GET session:1", "SET session:1 x", "DEL cart:1", "EVAL return(redis.call('GET',KEYS[1])) 1 session:1", "XTRIM listings:events:orders MAXLEN 0",
			"XADD listings:events:orders * type order.confirmed", "DEL listings:events:orders", "XDEL listings:events:orders 1-1", "SUBSCRIBE other", "PSUBSCRIBE *",
		} {
			refused(t, user, command)
		}
	}
	for _, command := range []string{"GET asynq:queues", "SET notifications:x y", "XADD notifications:dead * a b", "PUBLISH asynq:cancel x", "XGROUP DESTROY listings:events:orders wms-consumers"} {
		refused(t, source.as(t, "notifyd-source"), command)
	}
	refused(t, queue.as(t, "default"), "PING")
}

func refused(t *testing.T, user *redis.Client, command string) {
	t.Helper()
	var args []any
	for _, w := range strings.Fields(command) {
		args = append(args, w)
	}
	err := user.Do(t.Context(), args...).Err()
	if redis.HasErrorPrefix(err, "unknown command") {
		return // Redis 6.2 has no FUNCTION
	}
	if !redis.HasErrorPrefix(err, "NOPERM") && !redis.HasErrorPrefix(err, "WRONGPASS") && !strings.Contains(fmt.Sprint(err), "ACL failure") {
		t.Errorf("%s may %s: %v", user.Options().Username, command, err)
	}
}

// TestSecurityMDShowsTheseLines: the page and the files don't part.
func TestSecurityMDShowsTheseLines(t *testing.T) {
	page, err := os.ReadFile("../../SECURITY.md")
	must(t, err)
	for _, file := range []string{"notifications.acl", "source.acl"} {
		b, err := os.ReadFile(file)
		must(t, err)
		for line := range strings.Lines(string(b)) {
			if !strings.Contains(string(page), strings.TrimSpace(line)) {
				t.Errorf("SECURITY.md does not show this line of %s:\n%s", file, line)
			}
		}
	}
}
