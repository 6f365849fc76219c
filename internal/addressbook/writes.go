package addressbook

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// writes are steps that travel to Redis in one round trip, in their order. Each may be
// repeated without harm.
type writes struct{ steps []step }

// step is one command: a script, or something else.
type step struct {
	script   *redis.Script
	keys     []string
	args     []any
	together bool // the script bears the keys and arguments of several steps
	command  func(ctx context.Context, p redis.Pipeliner)
}

func (w *writes) do(command func(ctx context.Context, p redis.Pipeliner)) {
	w.steps = append(w.steps, step{command: command})
}

func (w *writes) script(s *redis.Script, keys []string, args ...any) {
	w.steps = append(w.steps, step{script: s, keys: keys, args: args})
}

// apart keeps the last step from going together with others: its answer is asked for.
func (w *writes) apart() { w.steps[len(w.steps)-1].together = false }

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
	place := make([]int, len(w.steps))
	for i := 0; i < len(w.steps); {
		n := 1
		if b.oneNode {
			n = company(w.steps[i:])
		}
		for j := range n {
			place[i+j] = p.Len()
		}
		queue(ctx, p, w.steps[i:i+n])
		i += n
	}
	commands, err := p.Exec(ctx)
	if errors.Is(err, redis.Nil) { // an answer, not a fault
		err = nil
	}
	done := make([]redis.Cmder, len(w.steps))
	for i, at := range place {
		done[i] = commands[at]
	}
	return done, err
}

// maxCompany is how many steps one script makes: Redis does nothing else meanwhile.
const maxCompany = 64

// company counts the first steps that one script can make.
func company(steps []step) int {
	n := 1
	for n < min(len(steps), maxCompany) && steps[0].together && steps[n].together && steps[n].script == steps[0].script {
		n++
	}
	return n
}

// queue adds steps to a pipeline, as one command.
func queue(ctx context.Context, p redis.Pipeliner, steps []step) {
	if command := steps[0].command; command != nil {
		command(ctx, p)
		return
	}
	var keys []string
	var args []any
	for _, s := range steps {
		keys, args = append(keys, s.keys...), append(args, s.args...)
	}
	p.EvalSha(ctx, steps[0].script.Hash(), keys, args...)
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
