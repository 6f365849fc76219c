package redisconn

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// version wants XAUTOCLAIM and SCAN TYPE. Valkey says which Redis it is like.
func version(info map[string]string) Finding {
	v := info["redis_version"]
	switch {
	case v == "":
		return Finding{"it doesn't say its version", "", Unknown}
	case !atLeast(v, 6, 2):
		return Finding{"Redis " + v + " is too old", "want 6.2 or newer", Wrong}
	case info["valkey_version"] != "":
		return Finding{"Valkey " + info["valkey_version"], "", Fine}
	}
	return Finding{"Redis " + v, "", Fine}
}

func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	a, _ := strconv.Atoi(parts[0])
	b := 0
	if len(parts) > 1 {
		b, _ = strconv.Atoi(parts[1])
	}
	return a > major || a == major && b >= minor
}

// eviction looks at what happens when memory is full.
func eviction(info map[string]string, otherwise Verdict) Finding {
	switch policy := info["maxmemory_policy"]; policy {
	case "":
		return Finding{"it doesn't say what it drops when memory is full", "", Unknown}
	case "noeviction":
		return Finding{"nothing is dropped when memory is full (noeviction)", "", Fine}
	default:
		return Finding{"maxmemory-policy is " + policy + ": queues, marks and streams are dropped when memory is full", "CONFIG SET maxmemory-policy noeviction, and in its file", otherwise}
	}
}

func appendOnly(info map[string]string) Finding {
	switch info["aof_enabled"] {
	case "":
		return Finding{"it doesn't say whether writes are kept", "", Unknown}
	case "0":
		return Finding{"it keeps no append-only file: a restart loses what was queued and sent", "CONFIG SET appendonly yes, and in its file", Wrong}
	}
	return Finding{"every write is kept (append-only file)", "", Fine}
}

// replicas looks whether a write waits for a replica: without that, a failover loses what was
// acknowledged last. INFO counts the good ones where min-replicas-to-write is set.
func replicas(info map[string]string) Finding {
	if good, ok := info["min_slaves_good_slaves"]; ok {
		return Finding{"writes need replicas, of which " + good + " follow", "", Fine}
	}
	return Finding{"writes need no replica: a failover may lose the last second, and repeat what was sent in it", "CONFIG SET min-replicas-to-write 1 where there are replicas", Doubt}
}

// Shares of maxmemory, in per cent. A full server refuses every write.
const (
	memoryDoubt = 80
	memoryWrong = 95
)

func memory(info map[string]string) Finding {
	used, _ := strconv.ParseFloat(info["used_memory"], 64)
	most, _ := strconv.ParseFloat(info["maxmemory"], 64)
	if most == 0 {
		return Finding{"memory has no limit of its own (maxmemory 0)", "set maxmemory below what the machine has: the kernel ends the server otherwise", Doubt}
	}
	percent := 100 * used / most
	f := Finding{fmt.Sprintf("%.0f %% of its memory is used", percent), "", Fine}
	if percent > memoryDoubt {
		f.Verdict, f.Help = Doubt, "raise maxmemory before it is full: then it refuses every write (docs/runbooks/queue-redis-down.md)"
	}
	if percent > memoryWrong {
		f.Verdict = Wrong
	}
	return f
}

// ailments are what a server that answers may suffer from. Nothing is said of those that it
// doesn't have.
func ailments(info map[string]string) (found []Finding) {
	if info["role"] == "slave" {
		found = append(found, Finding{"it is a replica, and refuses writes", "use redis-sentinel://, or the master's address", Wrong})
	}
	if info["aof_last_write_status"] == "err" {
		found = append(found, Finding{"its append-only file can't be written, and so nothing is (MISCONF)", "look at the server's log and disk", Wrong})
	}
	if info["rdb_last_bgsave_status"] == "err" {
		found = append(found, Finding{"its last snapshot failed: it may refuse every write (MISCONF)", "look at the server's log and disk", Wrong})
	}
	return found
}

// How far clocks may differ before ages and lives come out wrong.
const (
	clockDoubt = time.Second
	clockWrong = 5 * time.Second
)

// clock compares this machine's clock with the server's.
func clock(ctx context.Context, c redis.Cmdable, now func() time.Time) Finding {
	before := now()
	theirs, err := c.Time(ctx).Result()
	if err != nil {
		return Finding{"it doesn't say its time", "", Unknown}
	}
	off := theirs.Sub(before.Add(now().Sub(before) / 2)).Abs()
	if off <= clockDoubt {
		return Finding{"its clock agrees with this machine's", "", Fine}
	}
	verdict := Doubt
	if off > clockWrong {
		verdict = Wrong
	}
	return Finding{"its clock is " + cmp.Or(off.Round(time.Second), time.Second).String() + " off this machine's", "run NTP on both", verdict}
}
