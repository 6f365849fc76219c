package redisconn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		url  string
		want Options
	}{
		{"redis://localhost:36382/0", Options{Addrs: []string{"localhost:36382"}}},
		{"redis://localhost", Options{Addrs: []string{"localhost:6379"}}},
		{"redis://:p%40ss@h:1/3", Options{Addrs: []string{"h:1"}, Password: "p@ss", DB: 3}},
		{"rediss://app:x@h:1", Options{Addrs: []string{"h:1"}, Username: "app", Password: "x", TLS: true}},
		{"redis-sentinel://a:1,b/main/2", Options{Addrs: []string{"a:1", "b:26379"}, Master: "main", DB: 2}},
		{"redis-cluster://a:1,b:2", Options{Addrs: []string{"a:1", "b:2"}, Cluster: true}},
		{"redis-cluster://a:1,b:2?tls=on", Options{Addrs: []string{"a:1", "b:2"}, Cluster: true, TLS: true}},
		{"redis://[::1]:7/0", Options{Addrs: []string{"[::1]:7"}}},
	} {
		got, err := Parse(tc.url, "")
		if err != nil {
			t.Errorf("Parse(%q): %v", tc.url, err)
			continue
		}
		if d := cmp.Diff(tc.want, got, cmpopts.IgnoreUnexported(Options{})); d != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", tc.url, d)
		}
	}
}

func TestParsePasswordFromOutside(t *testing.T) {
	o, err := Parse("redis://h:1", "outside")
	if err != nil || o.Password.Reveal() != "outside" {
		t.Errorf("got %q, %v", o.Password.Reveal(), err)
	}
	if o, _ = Parse("redis://:inside@h:1", "outside"); o.Password.Reveal() != "inside" {
		t.Errorf("the URL's own password must win, got %q", o.Password.Reveal())
	}
}

func TestParseErrorsHideThePassword(t *testing.T) {
	for _, url := range []string{
		"localhost:6379", "http://u:hunter2@h:1", "redis://u:hunter2@a:1,b:2", "redis://u:hunter2@h:1/x",
		"redis-sentinel://u:hunter2@h:1", "redis-cluster://u:hunter2@h:1/4", "redis://u:hunter2@", "redis://u:hunter2@h:1/0?x=1",
		"redis://u:hunter2@h:1/0?ca=ca.pem", "rediss://u:hunter2@h:1/0?ca=/nowhere/ca.pem", "rediss://u:hunter2@h:1/0?cert=/nowhere/cert.pem",
	} {
		_, err := Parse(url, "")
		if err == nil {
			t.Errorf("Parse(%q): want an error", url)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Parse(%q): the error shows the password: %v", url, err)
		}
		if !strings.Contains(err.Error(), "redis-sentinel://") {
			t.Errorf("Parse(%q): the error doesn't say what would be right: %v", url, err)
		}
	}
}
