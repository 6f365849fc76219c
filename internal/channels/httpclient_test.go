package channels_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// do posts a small body to a server with a handler of the test's.
func do(ctx context.Context, t *testing.T, h http.HandlerFunc) (channels.Answer, error) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c := channels.NewHTTPClient()
	t.Cleanup(c.CloseIdleConnections)
	req, err := http.NewRequest(http.MethodPost, s.URL+"/secret-path", strings.NewReader("to=x"))
	if err != nil {
		t.Fatal(err)
	}
	return channels.Do(ctx, c, "stub", req)
}

func TestDoReadsTheWholeAnswerWhateverTheStatus(t *testing.T) {
	a, err := do(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"code":1}`)
	})
	if err != nil || a.Status != 429 || string(a.Body) != `{"code":1}` || a.Header.Get("Retry-After") != "3" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestDoBoundsTheAnswer(t *testing.T) {
	a, err := do(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20))
	})
	if err != nil || len(a.Body) > 256<<10 {
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
}

func TestDoFollowsNoRedirect(t *testing.T) {
	a, err := do(t.Context(), t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	if err != nil || a.Status != http.StatusFound {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestDoKnowsWhetherTheRequestHadLeft(t *testing.T) {
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	_, err := do(t.Context(), t, hangUp)
	if f := notify.FaultOf(err); err == nil || f != notify.Unknown {
		t.Errorf("hung up after the request: %v, want unknown", err)
	}
	halfway := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	}
	if _, err := do(t.Context(), t, halfway); notify.FaultOf(err) != notify.Unknown {
		t.Errorf("half of a 200: %v, want unknown", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := do(ctx, t, hangUp); err == nil || notify.FaultOf(err) != notify.Temporary || strings.Contains(err.Error(), "secret-path") {
		t.Errorf("cancelled before: %v, want temporary and no URL", err)
	}
}

// The default transport keeps two connections a host and opens the others again and again: some
// 300 here. A few more than workers are fair, for a dial goes on when its worker finds another
// connection meanwhile.
func TestClientKeepsAConnectionForEachWorker(t *testing.T) {
	var dials atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			dials.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := channels.NewHTTPClient()
	defer c.CloseIdleConnections()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				req, _ := http.NewRequest(http.MethodPost, s.URL, strings.NewReader("x"))
				if _, err := channels.Do(ctx, c, "stub", req); err != nil {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if n := dials.Load(); n > 3*16 {
		t.Errorf("%d connections for 16 workers", n)
	}
}
