package proxies

import (
	"net/http"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]int{"": 0, "10.0.0.0/8": 1, "10.1.2.3/8, 192.0.2.7,::1": 3} {
		if s, err := Parse(text); err != nil || len(s) != want {
			t.Errorf("%q: got %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"10.0.0.0/33", "ingress", "10.0.0"} {
		if s, err := Parse(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, s)
		}
	}
}

func TestClient(t *testing.T) {
	s, err := Parse("10.0.0.0/8, fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		want      string
		sent      bool
	}{
		"a stranger":           {"192.0.2.7:1", nil, "192.0.2.7", false},
		"a stranger who lies":  {"192.0.2.7:1", []string{"198.51.100.1"}, "192.0.2.7", false},
		"behind a proxy":       {"10.1.1.1:1", []string{"192.0.2.7"}, "192.0.2.7", true},
		"behind two":           {"10.1.1.1:1", []string{"192.0.2.7, 10.2.2.2"}, "192.0.2.7", true},
		"two headers":          {"10.1.1.1:1", []string{"192.0.2.7", "10.2.2.2"}, "192.0.2.7", true},
		"lies behind a proxy":  {"10.1.1.1:1", []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7", true},
		"an inner caller":      {"10.1.1.1:1", []string{"10.3.3.3"}, "10.3.3.3", true},
		"a proxy of few words": {"10.1.1.1:1", nil, "10.1.1.1", true},
		"a proxy's nonsense":   {"10.1.1.1:1", []string{"unknown"}, "10.1.1.1", true},
		"with a port":          {"10.1.1.1:1", []string{"192.0.2.7:99"}, "192.0.2.7", true},
		"IPv6":                 {"[fd00::1]:1", []string{"2001:db8::1"}, "2001:db8::1", true},
		"IPv4 within IPv6":     {"[::ffff:10.1.1.1]:1", []string{"192.0.2.7"}, "192.0.2.7", true},
		"no address at all":    {"pipe", []string{"192.0.2.7"}, "pipe", false},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := s.Client(r); got != tc.want || s.Sent(r) != tc.sent {
			t.Errorf("%s: got %s, %v", name, got, s.Sent(r))
		}
	}
}
