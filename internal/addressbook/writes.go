package addressbook

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// writes are steps that travel to Redis in one round trip, in their order. Each may be
// repeated without harm.
type writes struct{ steps []step }

// step adds one command to a pipeline. It keeps no state: a pipeline may be built twice.
type step func(ctx context.Context, p redis.Pipeliner)

func (w *writes) do(s step) { w.steps = append(w.steps, s) }

func (w *writes) script(s *redis.Script, keys []string, args ...any) {
	w.do(func(ctx context.Context, p redis.Pipeliner) { p.EvalSha(ctx, s.Hash(), keys, args...) })
}

// scripts are all that a pipeline may call.
func scripts() []*redis.Script {
	return []*redis.Script{factsScript, membershipScript, replaceScript, unlinkScript, pruneScript}
}

// commit makes the steps and returns their commands. A Redis that has lost our scripts (it
// was restarted, or another node took over) gets them again; what had been done by then is
// done again.
func (b *Book) commit(ctx context.Context, w writes) ([]redis.Cmder, error) {
	if len(w.steps) == 0 {
		return nil, nil
	}
	done, err := b.pipeline(ctx, w)
	if !forgotScripts(done, err) {
		return done, err
	}
	for _, s := range scripts() {
		if err := s.Load(ctx, b.client).Err(); err != nil {
			return nil, err
		}
	}
	return b.pipeline(ctx, w)
}

func (b *Book) pipeline(ctx context.Context, w writes) ([]redis.Cmder, error) {
	p := b.client.Pipeline()
	for _, s := range w.steps {
		s(ctx, p)
	}
	done, err := p.Exec(ctx)
	if errors.Is(err, redis.Nil) { // an answer, not a fault
		err = nil
	}
	return done, err
}

// forgotScripts looks at every command: the first error of a pipeline may be another.
func forgotScripts(done []redis.Cmder, err error) bool {
	if err == nil {
		return false
	}
	for _, c := range done {
		if redis.HasErrorPrefix(c.Err(), "NOSCRIPT") {
			return true
		}
	}
	return false
}
