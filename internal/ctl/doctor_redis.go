package ctl

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// queueRedis looks at the server that must not lose anything.
func (d doctor) queueRedis(ctx context.Context) []check {
	const area = "Notifications Redis"
	client, err := d.s.redis(ctx)
	if err != nil {
		return []check{unreachable(area, err)}
	}
	if _, ok := client.(*redis.ClusterClient); ok {
		return []check{{area, "a cluster: its nodes' settings are not looked at", unknown, ""}}
	}
	info, err := serverInfo(ctx, client)
	if err != nil {
		return []check{{area, "it doesn't say how it is set up: " + err.Error(), unknown, ""}}
	}
	return []check{
		oldEnough(area, info), keeps(area, info, wrong), aof(area, info), replicas(ctx, area, client), memory(area, info),
		clockOf(ctx, area, client),
	}
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
		info, err := serverInfo(ctx, o.client)
		if err != nil {
			checks = append(checks, check{area, "it doesn't say how it is set up: " + err.Error(), unknown, ""})
			continue
		}
		names, err := o.streams(ctx)
		checks = append(checks, oldEnough(area, info), keeps(area, info, doubt), found(area, len(names), err), clockOf(ctx, area, o.client))
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

// serverInfo is what INFO says.
func serverInfo(ctx context.Context, client redis.UniversalClient) (map[string]string, error) {
	text, err := client.Info(ctx).Result()
	info := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok {
			info[k] = v
		}
	}
	return info, err
}

func oldEnough(area string, info map[string]string) check {
	version := info["redis_version"]
	major, minor, _ := strings.Cut(version, ".")
	a, _ := strconv.Atoi(major)
	minor, _, _ = strings.Cut(minor, ".")
	b, _ := strconv.Atoi(minor)
	if a > 6 || a == 6 && b >= 2 {
		return check{area, "Redis " + version, fine, ""}
	}
	return check{area, "Redis " + version + ": want 6.2 or newer", wrong, "XAUTOCLAIM and SCAN TYPE are needed"}
}

// keeps looks at what happens when memory is full.
func keeps(area string, info map[string]string, otherwise verdict) check {
	policy := info["maxmemory_policy"]
	switch {
	case policy == "":
		return check{area, "it doesn't say what it drops when memory is full", unknown, ""}
	case policy == "noeviction":
		return check{area, "nothing is dropped when memory is full (noeviction)", fine, ""}
	case info["maxmemory"] == "0":
		return check{area, "maxmemory-policy is " + policy + ", though maxmemory has no limit", doubt, "CONFIG SET maxmemory-policy noeviction"}
	}
	return check{area, "maxmemory-policy is " + policy + ": queues and streams are dropped when memory is full", otherwise, "CONFIG SET maxmemory-policy noeviction"}
}

func aof(area string, info map[string]string) check {
	switch info["aof_enabled"] {
	case "1":
		if info["aof_last_write_status"] == "err" {
			return check{area, "the append-only file can't be written", wrong, "look at the server's disk"}
		}
		return check{area, "every write is kept (append-only file)", fine, ""}
	case "0":
		return check{area, "no append-only file: a restart loses what was queued and sent", wrong, "CONFIG SET appendonly yes, and appendfsync everysec"}
	}
	return check{area, "it doesn't say whether writes are kept", unknown, ""}
}

// replicas asks whether a write waits for a replica: without that, a failover loses what
// was acknowledged last.
func replicas(ctx context.Context, area string, client redis.UniversalClient) check {
	const setting = "min-replicas-to-write"
	v, err := client.ConfigGet(ctx, setting).Result()
	switch n := v[setting]; {
	case err != nil || n == "":
		return check{area, "it doesn't say whether writes wait for replicas (CONFIG GET is refused)", unknown, ""}
	case n == "0":
		return check{area, "writes need no replica: a failover may lose the last second, and repeat what was sent in it", doubt, "CONFIG SET min-replicas-to-write 1 where there are replicas"}
	default:
		return check{area, "writes need " + n + " replicas", fine, ""}
	}
}

func memory(area string, info map[string]string) check {
	used, _ := strconv.ParseFloat(info["used_memory"], 64)
	most, _ := strconv.ParseFloat(info["maxmemory"], 64)
	if most == 0 {
		return check{area, "memory has no limit of its own (maxmemory 0)", doubt, "set maxmemory below what the machine has: the kernel ends the server otherwise"}
	}
	percent := 100 * used / most
	v := fine
	if percent > 80 {
		v = doubt
	}
	return check{area, fmt.Sprintf("%.0f %% of its memory is used", percent), v, ""}
}

// Clocks that differ more make ages wrong, and what expires, expire early.
const (
	clockDoubt = time.Second
	clockWrong = 30 * time.Second
)

// clockOf compares this machine's clock with a server's. The daemon's pods are not asked.
func clockOf(ctx context.Context, area string, client redis.UniversalClient) check {
	before := time.Now()
	theirs, err := client.Time(ctx).Result()
	if err != nil {
		return check{area, "it doesn't say its time", unknown, ""}
	}
	off := theirs.Sub(before.Add(time.Since(before) / 2)).Abs()
	c := check{area, "its clock agrees with this machine's", fine, ""}
	if off > clockDoubt {
		c = check{area, "its clock differs by " + duration(off) + " from this machine's", doubt, "run NTP on both"}
	}
	if off > clockWrong {
		c.Verdict = wrong
	}
	return c
}
