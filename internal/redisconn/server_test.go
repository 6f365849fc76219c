package redisconn

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/secret"
)

// tlsServer is a real one that speaks TLS on one port and plain Redis on another.
func tlsServer(t *testing.T, ca *authority, name string, ends time.Time, clients string) (secured, plain string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secured = l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(secured)
	cert, key := ca.server(name, ends)
	s := redistest.Start(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca.file, "--tls-auth-clients", clients)
	return secured, s.Addr
}

func ping(t *testing.T, url string, password secret.String) error {
	t.Helper()
	o, err := Parse(url, password)
	if err != nil {
		t.Fatal(err)
	}
	c := o.New()
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	return Explain(c.Ping(ctx).Err())
}

// TestTLS: real servers with good and bad certificates; each error says what to do.
func TestTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	later := time.Now().Add(time.Hour)
	good, plain := tlsServer(t, ca, "127.0.0.1", later, "no")
	named, _ := tlsServer(t, ca, "redis.example", later, "no")
	expired, _ := tlsServer(t, ca, "127.0.0.1", time.Now().Add(-time.Hour), "no")
	mutual, _ := tlsServer(t, ca, "127.0.0.1", later, "yes")
	cert, key := ca.server("notifyd", later)
	for name, tc := range map[string]struct{ url, want string }{
		"good":                   {"rediss://" + good + "?ca=" + ca.file, ""},
		"our certificate":        {"rediss://" + mutual + "/1?ca=" + ca.file + "&cert=" + cert + "&key=" + key, ""},
		"unknown authority":      {"rediss://" + good, "put ?ca=FILE behind the URL"},
		"other authority":        {"rediss://" + good + "?ca=" + other.file, "put ?ca=FILE behind the URL"},
		"other name":             {"rediss://" + named + "?ca=" + ca.file, "has names only"},
		"expired":                {"rediss://" + expired + "?ca=" + ca.file, "renew it, or look at the clocks"},
		"no certificate of ours": {"rediss://" + mutual + "?ca=" + ca.file, "?cert=FILE&key=FILE"},
		"TLS against plain":      {"rediss://" + plain + "?ca=" + ca.file, "wants redis://, not rediss://"},
		"plain against TLS":      {"redis://" + good, "use rediss://"},
	} {
		t.Run(name, func(t *testing.T) {
			err := ping(t, tc.url, "")
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestLogins(t *testing.T) {
	locked := redistest.Start(t, "--requirepass", "hunter2")
	for name, tc := range map[string]struct {
		url      string
		password secret.String
		want     string
	}{
		"good":          {"redis://" + locked.Addr, "hunter2", ""},
		"wrong":         {"redis://" + locked.Addr, "hunter3", "wrong user or password: look at redis.password"},
		"wrong user":    {"redis://ana:hunter2@" + locked.Addr, "", "wrong user or password"},
		"none":          {"redis://" + locked.Addr, "", "it wants a password: set redis.password"},
		"nobody's port": {"redis://127.0.0.1:1", "", "nothing listens there"},
		"nobody's name": {"redis://nobody.invalid:1", "", "look at the URL, and at DNS"},
	} {
		t.Run(name, func(t *testing.T) {
			err := ping(t, tc.url, tc.password)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// wrongs are what a server suffers from, in one line each.
func wrongs(found []Finding) (list []string) {
	for _, f := range found {
		if f.Verdict == Wrong {
			list = append(list, f.String())
		}
	}
	return list
}

func TestLook(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	if got := wrongs(Look(t.Context(), c, true, time.Now)); len(got) != 0 {
		t.Errorf("nothing is wrong with it: %v", got)
	}
	fast := func() time.Time { return time.Now().Add(time.Minute) }
	slow := func() time.Time { return time.Now().Add(-time.Hour) }
	for want, now := range map[string]func() time.Time{"its clock is 1m0s off this machine's: run NTP": fast, "its clock is 1h0m0s off this machine's: run NTP": slow} {
		if got := wrongs(Look(t.Context(), c, false, now)); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	c.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru")
	c.ConfigSet(t.Context(), "appendonly", "no")
	got := strings.Join(wrongs(Look(t.Context(), c, true, time.Now)), "\n")
	for _, want := range []string{"maxmemory-policy is allkeys-lru", "CONFIG SET maxmemory-policy noeviction", "CONFIG SET appendonly yes"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	if got := wrongs(Look(t.Context(), c, false, time.Now)); len(got) != 0 {
		t.Errorf("a source may drop what it likes: %v", got)
	}
	c.Do(t.Context(), "ACL", "SETUSER", "default", "-info", "-time")
	for _, f := range Look(t.Context(), c, true, time.Now) {
		if f.Verdict != Unknown {
			t.Errorf("what the ACL refuses is unknown: %+v", f)
		}
	}
}

// TestLookAtACluster: each node is looked at, and named where something is wrong with it.
func TestLookAtACluster(t *testing.T) {
	c := redistest.StartCluster(t, 0).Client()
	ctx := t.Context()
	if got := Look(ctx, c, true, time.Now); len(wrongs(got)) != 0 || got[0].What != "a cluster of 3 masters" {
		t.Errorf("got %v", got)
	}
	node, err := c.MasterForKey(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	node.ConfigSet(ctx, "maxmemory-policy", "allkeys-lru")
	got := wrongs(Look(ctx, c, true, time.Now))
	if len(got) != 1 || !strings.HasPrefix(got[0], "node "+node.Options().Addr+": maxmemory-policy is allkeys-lru") {
		t.Errorf("got %v", got)
	}
}

// TestRefuses: a server that is full answers, and takes nothing.
func TestRefuses(t *testing.T) {
	c := redistest.Start(t, "--appendonly", "no").Client()
	if got := Refuses(t.Context(), c); len(got) != 0 {
		t.Errorf("it takes writes: %v", got)
	}
	c.ConfigSet(t.Context(), "maxmemory", "1mb")
	if got := wrongs(Refuses(t.Context(), c)); len(got) != 1 || !strings.Contains(got[0], "of its memory is used: raise maxmemory") {
		t.Errorf("got %v", got)
	}
}

// TestRules: what a server's INFO says of it.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		info map[string]string
		rule func(map[string]string) Finding
		want string
		is   Verdict
	}{
		{map[string]string{"redis_version": "6.0.20"}, version, "too old", Wrong},
		{map[string]string{"redis_version": "7.2.4", "valkey_version": "8.0.1"}, version, "Valkey 8.0.1", Fine},
		{map[string]string{"used_memory": "50", "maxmemory": "100"}, memory, "50 % of its memory", Fine},
		{map[string]string{"used_memory": "90", "maxmemory": "100"}, memory, "90 % of its memory", Doubt},
		{map[string]string{"used_memory": "97", "maxmemory": "100"}, memory, "97 % of its memory", Wrong},
	} {
		if got := c.rule(c.info); got.Verdict != c.is || !strings.Contains(got.What, c.want) {
			t.Errorf("%v: got %+v", c.info, got)
		}
	}
	if got := wrongs(ailments(map[string]string{"role": "slave", "rdb_last_bgsave_status": "err", "aof_last_write_status": "err"})); len(got) != 3 {
		t.Errorf("got %v", got)
	}
	if got := ailments(map[string]string{"role": "master", "rdb_last_bgsave_status": "ok"}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestAtLeast(t *testing.T) {
	for version, want := range map[string]bool{"6.2.0": true, "7.0.15": true, "8": true, "6.0.20": false, "5.0": false} {
		if got := atLeast(version, 6, 2); got != want {
			t.Errorf("%s: %v", version, got)
		}
	}
}
