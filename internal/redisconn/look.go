package redisconn

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// clocksApart is how far clocks may differ before ages and lives come out wrong.
const clocksApart = 2 * time.Second

// Look names what is wrong with a server that answers, with what to do. What its ACL doesn't
// let us ask is passed over. keeper is the Notifications Redis, which must lose nothing.
func Look(ctx context.Context, c redis.UniversalClient, keeper bool, now func() time.Time) []string {
	var problems []string
	before := now()
	if theirs, err := c.Time(ctx).Result(); err == nil {
		if off := theirs.Sub(now()); off > clocksApart || theirs.Before(before.Add(-clocksApart)) {
			problems = append(problems, fmt.Sprintf("its clock is %s off ours: run NTP on both machines", off.Abs().Round(time.Second)))
		}
	}
	info, err := c.Info(ctx).Result()
	if err != nil {
		return problems
	}
	v := infoValues(info)
	if v["redis_version"] != "" && !atLeast(v["redis_version"], 6, 2) {
		problems = append(problems, "Redis "+v["redis_version"]+" is too old: want 6.2 or newer")
	}
	if !keeper {
		return problems
	}
	if p := v["maxmemory_policy"]; p != "" && p != "noeviction" {
		problems = append(problems, "maxmemory-policy is "+p+": jobs and marks are dropped when memory is full: CONFIG SET maxmemory-policy noeviction, and in its file")
	}
	if v["aof_enabled"] == "0" {
		problems = append(problems, "it keeps no append-only file: a restart loses what was queued and sent: CONFIG SET appendonly yes, and in its file")
	}
	return problems
}

func infoValues(info string) map[string]string {
	values := map[string]string{}
	for l := range strings.Lines(info) {
		if k, v, ok := strings.Cut(strings.TrimSpace(l), ":"); ok {
			values[k] = v
		}
	}
	return values
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
