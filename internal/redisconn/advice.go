package redisconn

import (
	"fmt"
	"strings"
)

// advice is what to do, by what an error says. Errors reach us from the server, from TLS and
// from the network, some of them as text only.
var advice = [...]struct{ says, do string }{
	{"WRONGPASS", "wrong user or password: look at redis.password (VONDINOTIFY_REDIS_PASSWORD), or at the login in the URL"},
	{"NOAUTH", "it wants a password: set redis.password (VONDINOTIFY_REDIS_PASSWORD), or put it into the URL"},
	{"NOPERM", "the user's rights are too narrow: SECURITY.md has the ACL lines"},
	{"READONLY", "this is a replica: use redis-sentinel://, or the master's address"},
	{"LOADING", "it reads its files after a start: wait"},
	{"MISCONF", "it can't save to its disk, and so refuses writes: look at its log and its disk"},
	{"OOM command", "its memory is full: raise maxmemory, or make room (docs/runbooks/queue-redis-down.md)"},
	{"CLUSTERDOWN", "the cluster lacks nodes: look at CLUSTER INFO"},
	{"signed by unknown authority", "its certificate's authority isn't known here: put ?ca=FILE behind the URL"},
	{"certificate is valid for", "its certificate is for other names: use one of them in the URL"},
	{"doesn't contain any IP SANs", "its certificate has names only: use one of them in the URL"},
	{"certificate has expired", "its certificate has expired or isn't valid yet: renew it, or look at the clocks"},
	{"certificate required", "it wants a certificate of ours: put ?cert=FILE&key=FILE behind the URL, or set tls-auth-clients no there"},
	{"does not look like a TLS handshake", "it speaks no TLS on this port: use redis://, or its TLS port"},
	{"EOF", "it hung up: if this port speaks TLS, use rediss://"},
	{"connection reset", "it hung up: if this port speaks TLS, use rediss://"},
	{"connection refused", "nothing listens there: is the server up, and the port right?"},
	{"no such host", "no such name: look at the URL, and at DNS"},
	{"i/o timeout", "no answer in time: is the way open (firewall, NetworkPolicy)? A port that speaks no TLS wants redis://, not rediss://"},
	{"deadline exceeded", "no answer in time: is the way open (firewall, NetworkPolicy)? A port that speaks no TLS wants redis://, not rediss://"},
}

// Advice says what to do about the text of an error; nothing where we don't know.
func Advice(text string) string {
	for _, a := range advice {
		if strings.Contains(text, a.says) {
			return a.do
		}
	}
	return ""
}

// Explain adds to a server's error what to do about it.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	if do := Advice(err.Error()); do != "" {
		return fmt.Errorf("%w (%s)", err, do)
	}
	return err
}
