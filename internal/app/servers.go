package app

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redisconn"
)

const (
	// askAgain is how often a server that doesn't answer is asked.
	askAgain = 2 * time.Second
	// lookAgain is how often one that answers is looked at: settings and clocks change.
	lookAgain = 5 * time.Minute
)

// servers knows what is wrong with servers that answer.
type servers struct {
	mu    sync.Mutex
	wrong map[string][]string
}

func newServers() *servers { return &servers{wrong: map[string][]string{}} }

// problems are all of them, each with its server.
func (s *servers) problems() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.wrong)) {
		for _, p := range s.wrong[name] {
			list = append(list, name+": "+p)
		}
	}
	return list
}

// put returns what was not known before.
func (s *servers) put(name string, found []string) (news []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	news = slices.DeleteFunc(slices.Clone(found), func(p string) bool { return slices.Contains(s.wrong[name], p) })
	s.wrong[name] = found
	return news
}

// watchServer looks at a server when it first answers, and now and then.
func (a *App) watchServer(name string, c redis.UniversalClient, keeper bool) {
	a.supervised("look at "+name, func(ctx context.Context) error {
		wait := time.NewTimer(0)
		defer wait.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-wait.C:
				wait.Reset(a.lookAt(ctx, name, c, keeper))
			}
		}
	})
}

// lookAt returns when to look again.
func (a *App) lookAt(ctx context.Context, name string, c redis.UniversalClient, keeper bool) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	if c.Ping(ctx).Err() != nil {
		return askAgain
	}
	for _, p := range a.servers.put(name, problemsOf(ctx, c, keeper)) {
		a.log.Warn().Str("server", name).Msg("A Redis should be set up otherwise: " + p)
	}
	return lookAgain
}

// problemsOf are what a server that answers suffers from, with what to do. What could only be
// better is the doctor's to tell.
func problemsOf(ctx context.Context, c redis.UniversalClient, keeper bool) (list []string) {
	for _, f := range redisconn.Look(ctx, c, keeper, time.Now) {
		if f.Verdict == redisconn.Wrong {
			list = append(list, f.String())
		}
	}
	return list
}
