package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/testlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type probe struct {
	health      Health
	live, ready error
}

func (p probe) Health(context.Context) Health { return p.health }
func (p probe) Live() error                   { return p.live }
func (p probe) Ready(context.Context) error   { return p.ready }

func listen(t *testing.T, cfg Config) *Server {
	t.Helper()
	cfg.Addr = "127.0.0.1:0"
	s, err := Listen(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func request(t *testing.T, method, url string, change ...func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestHealthPages(t *testing.T) {
	for name, tc := range map[string]struct {
		probe probe
		want  map[string]int
	}{
		"well": {
			probe{health: Health{Status: Healthy}},
			map[string]int{"/health": 200, "/livez": 200, "/readyz": 200, "/startupz": 200},
		},
		"a source is away": {
			probe{health: Health{Status: Degraded}},
			map[string]int{"/health": 200, "/livez": 200, "/readyz": 200},
		},
		"redis is away": {
			probe{health: Health{Status: Unhealthy}, ready: errors.New("waiting for redis")},
			map[string]int{"/health": 503, "/livez": 200, "/readyz": 503, "/startupz": 503},
		},
		"stuck": {probe{health: Health{Status: Healthy}, live: errors.New("reader wms stands still")}, map[string]int{"/livez": 503}},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, Config{})
			s.HealthPages(tc.probe)
			s.Start()
			for path, want := range tc.want {
				if got, body := request(t, "GET", "http://"+s.Addr()+path); got != want {
					t.Errorf("%s: got %d %s, want %d", path, got, body, want)
				}
			}
		})
	}
}

func TestHealthIsThePassports(t *testing.T) {
	s := listen(t, Config{})
	s.HealthPages(probe{health: Health{
		Status: Healthy, Redis: map[string]string{"wms_events": "connected"},
		Consumers: map[string]Consumer{"notification-consumers": {Status: "running", Pending: 3, LagSeconds: 2}},
	}})
	s.Start()
	_, body := request(t, "GET", "http://"+s.Addr()+"/health")
	var got struct {
		Status    string
		Redis     map[string]string
		Consumers map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Consumers["notification-consumers"]
	if got.Status != "healthy" || got.Redis["wms_events"] != "connected" || c["status"] != "running" || c["pending"] != 3.0 || c["lag_seconds"] != 2.0 {
		t.Errorf("got %s", body)
	}
}

func TestLogin(t *testing.T) {
	login := func(user, pass string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, pass) }
	}
	s := listen(t, Config{User: "ops", Password: "hunter2"})
	s.Profiler()
	s.Start()
	url := "http://" + s.Addr() + "/debug/pprof/"
	for name, tc := range map[string]struct {
		change []func(*http.Request)
		want   int
	}{
		"nobody":         {nil, 401},
		"wrong password": {[]func(*http.Request){login("ops", "hunter3")}, 401},
		"wrong user":     {[]func(*http.Request){login("root", "hunter2")}, 401},
		"right":          {[]func(*http.Request){login("ops", "hunter2")}, 200},
	} {
		if got, _ := request(t, "GET", url, tc.change...); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
}

func TestWithoutLoginLoopbackOnly(t *testing.T) {
	g := guard{}
	for _, tc := range []struct {
		remote, host string
		want         bool
	}{
		{"127.0.0.1:5", "localhost:8085", true},
		{"[::1]:5", "[::1]:8085", true},
		{"127.0.0.1:5", "127.0.0.1", true},
		{"10.1.2.3:5", "localhost:8085", false},
		{"127.0.0.1:5", "evil.example:8085", false}, // a page that has its name point here
		{"nonsense", "localhost", false},
	} {
		if _, got := g.admits(&http.Request{RemoteAddr: tc.remote, Host: tc.host, Header: http.Header{}}); got != tc.want {
			t.Errorf("%s asks for %s: got %v", tc.remote, tc.host, got)
		}
	}
	log := &testlog.Log{}
	s, err := Listen(Config{Addr: "127.0.0.1:0"}, zerolog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil || !strings.Contains(log.String(), "answer on loopback only") {
		t.Errorf("%v; nobody is told: %s", err, log)
	}
}

// TestAProxyNamesThePerson: what an OIDC proxy says in its header is a login, what others say
// in it isn't.
func TestAProxyNamesThePerson(t *testing.T) {
	set, err := proxies.Parse("10.0.0.0/8, 127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	byHeader := guard{header: "X-Auth-Request-Email", proxies: set}
	byBoth := guard{header: "X-Auth-Request-Email", proxies: set, user: "ops", password: "hunter2"}
	ana := http.Header{"X-Auth-Request-Email": {"ana@vondi.rs"}}
	for name, tc := range map[string]struct {
		guard  guard
		remote string
		header http.Header
		who    string
		want   bool
	}{
		"the proxy":                   {byHeader, "10.1.2.3:5", ana, "ana@vondi.rs", true},
		"the proxy, beside a login":   {byBoth, "10.1.2.3:5", ana, "ana@vondi.rs", true},
		"the login, past the proxy":   {byBoth, "192.0.2.7:5", http.Header{"Authorization": {"Basic b3BzOmh1bnRlcjI="}}, "ops", true},
		"a stranger":                  {byHeader, "192.0.2.7:5", ana, "", false},
		"nobody is logged in":         {byHeader, "10.1.2.3:5", http.Header{}, "", false},
		"an empty name":               {byHeader, "10.1.2.3:5", http.Header{"X-Auth-Request-Email": {""}}, "", false},
		"two names":                   {byHeader, "10.1.2.3:5", http.Header{"X-Auth-Request-Email": {"eve@x", "ana@vondi.rs"}}, "", false},
		"another header":              {byHeader, "10.1.2.3:5", http.Header{"X-Forwarded-Email": {"ana@vondi.rs"}}, "", false},
		"this machine, by no proxy":   {byHeader, "127.0.0.1:5", http.Header{}, "", false},
		"an empty password is no key": {byHeader, "192.0.2.7:5", http.Header{"Authorization": {"Basic Og=="}}, "", false},
	} {
		if who, ok := tc.guard.admits(&http.Request{RemoteAddr: tc.remote, Host: "localhost", Header: tc.header}); ok != tc.want || ok && who != tc.who {
			t.Errorf("%s: got %q, %v", name, who, ok)
		}
	}
}

// TestWhoLooksStandsInTheLog: masked, once a visit, and each change.
func TestWhoLooksStandsInTheLog(t *testing.T) {
	log := &testlog.Log{}
	set, err := proxies.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(Config{Addr: "127.0.0.1:0", ProxyHeader: "X-Auth-Request-Email", Proxies: set}, zerolog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	s.Guarded("/asynqmon/", http.NotFoundHandler())
	s.Start()
	ana := func(r *http.Request) { r.Header.Set("X-Auth-Request-Email", "ana@vondi.rs") }
	for range 3 {
		request(t, "GET", "http://"+s.Addr()+"/asynqmon/", ana)
	}
	request(t, "POST", "http://"+s.Addr()+"/asynqmon/api/queues/sms:high:pause", ana)
	if status, body := request(t, "GET", "http://"+s.Addr()+"/asynqmon/"); status != http.StatusForbidden || !strings.Contains(body, "proxy") {
		t.Errorf("without a name: got %d %s", status, body)
	}
	lines := log.String()
	if strings.Count(lines, `"who":"a•••@vondi.rs"`) != 2 || !strings.Contains(lines, "sms:high:pause") || strings.Contains(lines, "ana@") {
		t.Errorf("want one line of the visit and one of the change:\n%s", lines)
	}
}

func TestQueues(t *testing.T) {
	srv := redistest.Start(t)
	client := asynq.NewClientFromRedisClient(srv.Client())
	if _, err := client.Enqueue(asynq.NewTask("deliver", []byte(`{"to":"ana@example.com"}`)), asynq.Queue("email:high")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		writable bool
		pause    int
	}{{false, 405}, {true, 204}} {
		s := listen(t, Config{})
		stop := s.Queues(func() redis.UniversalClient { return redis.NewClient(&redis.Options{Addr: srv.Addr}) }, tc.writable)
		t.Cleanup(func() { _ = stop() })
		s.Start()
		base := "http://" + s.Addr() + "/asynqmon/api/queues/email:high"
		if status, body := request(t, "GET", base+"/pending_tasks"); status != 200 || strings.Contains(body, "ana@") || !strings.Contains(body, "hidden") {
			t.Errorf("got %d %s", status, body)
		}
		if status, _ := request(t, "POST", base+":pause", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); status != 403 {
			t.Errorf("another site may pause a queue: %d", status)
		}
		if status, _ := request(t, "POST", base+":pause"); status != tc.pause {
			t.Errorf("pause: got %d, want %d", status, tc.pause)
		}
	}
}
