package ctl

import (
	"context"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/redisconn"
)

// queueRedis looks at the server that must not lose anything.
func (d doctor) queueRedis(ctx context.Context) []check {
	const area = "Notifications Redis"
	client, err := d.s.redis(ctx)
	if err != nil {
		return []check{unreachable(area, err)}
	}
	return checksOf(area, redisconn.Look(ctx, client, true, time.Now))
}

// checksOf are the findings as the doctor's.
func checksOf(area string, found []redisconn.Finding) []check {
	verdicts := map[redisconn.Verdict]verdict{redisconn.Fine: fine, redisconn.Doubt: doubt, redisconn.Wrong: wrong, redisconn.Unknown: unknown}
	checks := make([]check, len(found))
	for i, f := range found {
		checks[i] = check{area, f.What, verdicts[f.Verdict], f.Help}
	}
	return checks
}

func unreachable(area string, err error) check {
	what, help, _ := strings.Cut(err.Error(), "\n")
	return check{area, what, wrong, help}
}

// sourceRedis looks at the servers whose streams are read.
func (d doctor) sourceRedis(ctx context.Context) []check {
	list, err := d.s.sources(ctx, "")
	if err != nil {
		return []check{{"sources", err.Error(), wrong, ""}}
	}
	var checks []check
	for _, o := range list {
		area := "source " + o.name
		if o.err != nil {
			checks = append(checks, unreachable(area, o.err))
			continue
		}
		names, err := o.streams(ctx)
		checks = append(checks, checksOf(area, redisconn.Look(ctx, o.client, false, time.Now))...)
		checks = append(checks, found(area, len(names), err))
	}
	return checks
}

func found(area string, n int, err error) check {
	switch {
	case err != nil:
		return check{area, "its streams can't be listed: " + err.Error(), wrong, "the login needs SCAN, TYPE and the stream commands"}
	case n == 0:
		return check{area, "no stream to read yet", doubt, "streams are found by name: *:events:*, *:events, *.events"}
	}
	return check{area, plural(n, "stream") + " to read", fine, ""}
}
