package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"
)

// traces walks over all keys but the producers' own streams and lists those that hold one of
// the texts, in their name or value: "traces TEXT…" wants none, "! traces …" some.
func (w *stage) traces(ts *testscript.TestScript, neg bool, texts []string) {
	ctx := context.Background()
	var found []string
	for it := w.redis.Scan(ctx, 0, "*", 500).Iterator(); it.Next(ctx); {
		key := it.Val()
		if strings.Contains(key, ":events:") {
			continue
		}
		whole := strings.ToLower(key + fmt.Sprint(valueOf(ctx, w.redis, key)))
		for _, text := range texts {
			if strings.Contains(whole, strings.ToLower(text)) {
				found = append(found, key+" holds "+text)
			}
		}
	}
	if neg == (len(found) == 0) {
		ts.Fatalf("found %d: %s", len(found), strings.Join(found, "\n"))
	}
}

func valueOf(ctx context.Context, c *redis.Client, key string) any {
	switch c.Type(ctx, key).Val() {
	case "hash":
		return c.HGetAll(ctx, key).Val()
	case "set":
		return c.SMembers(ctx, key).Val()
	case "zset":
		return c.ZRange(ctx, key, 0, -1).Val()
	case "list":
		return c.LRange(ctx, key, 0, -1).Val()
	case "stream":
		return c.XRange(ctx, key, "-", "+").Val()
	}
	return c.Get(ctx, key).Val()
}
