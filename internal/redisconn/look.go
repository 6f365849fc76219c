package redisconn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Verdict is how a [Finding] is to be taken.
type Verdict int

// The verdicts.
const (
	Fine    Verdict = iota
	Doubt           // it works, but not as well as it could
	Wrong           // something will be lost, late or refused
	Unknown         // the server doesn't say; most often its ACL forbids to ask
)

// Finding is one thing that was looked at.
type Finding struct {
	What    string
	Help    string // what to do; empty where nothing is
	Verdict Verdict
}

// String is the finding in one line.
func (f Finding) String() string {
	if f.Help == "" {
		return f.What
	}
	return f.What + ": " + f.Help
}

// Look holds a server that answers against how it should be set up; of a cluster, each master.
// keeper is the Notifications Redis, which must lose nothing; of a source less is wanted.
func Look(ctx context.Context, c redis.UniversalClient, keeper bool, now func() time.Time) []Finding {
	return each(ctx, c, func(ctx context.Context, node redis.Cmdable) []Finding { return lookAt(ctx, node, keeper, now) })
}

// Refuses says why a server that answers takes no writes, or soon won't.
func Refuses(ctx context.Context, c redis.UniversalClient) []Finding {
	found := each(ctx, c, func(ctx context.Context, node redis.Cmdable) []Finding {
		v := infoValues(node.Info(ctx).Val())
		return append(ailments(v), memory(v))
	})
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Verdict != Wrong })
}

// each looks at a server, or at a cluster's masters one by one: of those, what is fine is left
// out.
func each(ctx context.Context, c redis.UniversalClient, look func(context.Context, redis.Cmdable) []Finding) []Finding {
	cluster, ok := c.(*redis.ClusterClient)
	if !ok {
		return look(ctx, c)
	}
	var mu sync.Mutex
	var found []Finding
	masters := 0
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		list := look(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		masters++
		for _, f := range list {
			if f.Verdict != Fine {
				f.What = "node " + node.Options().Addr + ": " + f.What
				found = append(found, f)
			}
		}
		return nil
	})
	if err != nil {
		return append(found, Finding{"its nodes can't be looked at: " + err.Error(), "", Unknown})
	}
	return append([]Finding{{fmt.Sprintf("a cluster of %d masters", masters), "", Fine}}, found...)
}

func lookAt(ctx context.Context, c redis.Cmdable, keeper bool, now func() time.Time) []Finding {
	text, err := c.Info(ctx).Result()
	if err != nil {
		return []Finding{{"it doesn't say how it is set up: " + err.Error(), "", Unknown}, clock(ctx, c, now)}
	}
	v := infoValues(text)
	if !keeper {
		return []Finding{version(v), eviction(v, Doubt), clock(ctx, c, now)}
	}
	found := []Finding{version(v), eviction(v, Wrong), appendOnly(v), replicas(v), memory(v), clock(ctx, c, now)}
	return append(found, ailments(v)...)
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
