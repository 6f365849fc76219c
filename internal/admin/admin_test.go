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

	"github.com/vondi-global/notifications/internal/redistest"
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
	for remote, want := range map[string]bool{"127.0.0.1:5": true, "[::1]:5": true, "10.1.2.3:5": false, "nonsense": false} {
		if got := g.admits(&http.Request{RemoteAddr: remote, Header: http.Header{}}); got != want {
			t.Errorf("%s: got %v", remote, got)
		}
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
