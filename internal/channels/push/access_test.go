package push_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// The whole way of a service account: signed assertion, access token, send, in the file's
// own project.
func TestServiceAccount(t *testing.T) {
	sim, inbox := simulator(t)
	sim.RequireAuth()
	s := sender(t, push.Config{CredentialsFile: account(t, sim), Endpoint: sim.URL()})
	for range 3 {
		if _, err := s.Send(t.Context(), device, message); err != nil {
			t.Fatal(err)
		}
	}
	if inbox.Total() != 3 {
		t.Errorf("%d messages arrived, want 3", inbox.Total())
	}
	if n := sim.Logins(); n != 1 {
		t.Errorf("%d logins for three messages, want 1", n)
	}
}

// An account that Google no longer knows is ours to mend; a login that doesn't come through
// is not.
func TestRefusedLogin(t *testing.T) {
	sim, _ := simulator(t)
	other, _ := simulator(t)
	_ = account(t, other)
	key := account(t, sim)
	sim.Forget()
	_, err := sender(t, push.Config{CredentialsFile: key, Endpoint: sim.URL()}).Send(t.Context(), device, message)
	if notify.FaultOf(err) != notify.Misconfigured {
		t.Errorf("refused: %v, want misconfigured", err)
	}
	if text := err.Error(); strings.Contains(text, "gserviceaccount") || strings.Contains(text, device.Value) {
		t.Errorf("the error tells too much: %v", err)
	}
	sim.Close()
	_, err = sender(t, push.Config{CredentialsFile: key, Endpoint: other.URL()}).Send(t.Context(), device, message)
	if notify.FaultOf(err) != notify.Temporary {
		t.Errorf("nobody there: %v, want temporary", err)
	}
}

// The SDK would try five times and wait seven seconds.
func TestOneAttemptASend(t *testing.T) {
	var attempts atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if attempts.Add(1); attempts.Load()%2 == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer srv.Close()
	s := sender(t, push.Config{Endpoint: srv.URL, Project: "p"})
	start := time.Now()
	for range 4 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := s.Send(ctx, device, message)
		cancel()
		if err == nil {
			t.Fatal("accepted")
		}
	}
	if n := attempts.Load(); n != 4 {
		t.Errorf("%d attempts for four sends", n)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("four refusals took %s", took)
	}
}

// A token of another project is dead, but when nothing else comes, our credentials are of
// the wrong project and no token must die for it.
func TestManyStrangersAreOurOwnFault(t *testing.T) {
	s := fixed(403, `{"error":{"code":403,"message":"SenderId mismatch","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"SENDER_ID_MISMATCH"}]}}`)(t)
	counts := map[notify.Fault]int{}
	for range 15 {
		_, err := s.Send(t.Context(), device, message)
		counts[notify.FaultOf(err)]++
	}
	if counts[notify.Unreachable] != 10 || counts[notify.Misconfigured] != 5 {
		t.Errorf("faults %v, want 10 unreachable and then 5 misconfigured", counts)
	}
}

func TestWrongSettings(t *testing.T) {
	sim, _ := simulator(t)
	key := account(t, sim)
	for name, tc := range map[string]struct {
		cfg  push.Config
		want string
	}{
		"nothing":                    {push.Config{}, "VONDINOTIFY_FCM_CREDENTIALS_FILE"},
		"no login outside":           {push.Config{Endpoint: "https://fcm.googleapis.com", Project: "p"}, "loopback"},
		"no project":                 {push.Config{Endpoint: sim.URL()}, "VONDINOTIFY_FCM_PROJECT"},
		"a login in the clear":       {push.Config{Endpoint: "http://fcm.example", CredentialsFile: key}, "https"},
		"no address":                 {push.Config{Endpoint: "localhost:80", CredentialsFile: key}, "endpoint"},
		"a file that isn't there":    {push.Config{CredentialsFile: "/nowhere/key.json"}, "/nowhere/key.json"},
		"a file that isn't JSON":     {push.Config{CredentialsFile: file(t, "s3cret")}, "not JSON"},
		"a file of another kind":     {push.Config{CredentialsFile: file(t, `{"type":"s3cret"}`)}, "its type"},
		"an account without its key": {push.Config{CredentialsFile: file(t, `{"type":"service_account","project_id":"p","client_email":"s3cret@x","private_key":"s3cret"}`)}, "credentials file"},
		"an account without project": {push.Config{CredentialsFile: strip(t, sim)}, "VONDINOTIFY_FCM_PROJECT"},
	} {
		s, err := push.New(tc.cfg)
		if err == nil {
			s.Close()
			t.Errorf("%s: taken", name)
			continue
		}
		if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v: want %q and no content", name, err, tc.want)
		}
	}
}

// strip writes the simulator's account without its project.
func strip(t *testing.T, sim *simulators.FCM) string {
	t.Helper()
	raw, err := sim.ServiceAccount()
	if err != nil {
		t.Fatal(err)
	}
	return file(t, strings.Replace(string(raw), `"project_id":"`+sim.Project+`"`, `"project_id":""`, 1))
}
