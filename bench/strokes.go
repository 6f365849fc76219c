package main

import (
	"context"
	"fmt"
	"time"
)

// strokes measures fan-out and work-off apart: the contestants take turns.
func (b *bench) strokes(ctx context.Context) error {
	return within(ctx, func(o *owner) error {
		s := startServer(o)
		many, few := b.amount(20_000), b.amount(5_000)
		turns := []turn{func(round int) error { return b.ourStrokes(ctx, s, many, round) }}
		if !b.alone {
			others, err := b.others(ctx, s, many, few)
			if err != nil {
				return err
			}
			turns = append(turns, others...)
		}
		for round := range b.rounds {
			if err := inTurn(round, turns); err != nil {
				return err
			}
		}
		return nil
	})
}

// turn is a contestant's part of a round.
type turn func(round int) error

// inTurn begins each round with another contestant.
func inTurn(round int, turns []turn) error {
	for i := range turns {
		if err := turns[(i+round)%len(turns)](round); err != nil {
			return err
		}
	}
	return nil
}

// others are the contestants beside us. What the ceiling replays is recorded from our own
// reader, once.
func (b *bench) others(ctx context.Context, s server, many, few int) ([]turn, error) {
	if err := prepare(ctx, s, many); err != nil {
		return nil, err
	}
	scripts, err := record(ctx, s, many)
	if err != nil {
		return nil, err
	}
	if len(scripts) != 3*many {
		return nil, fmt.Errorf("recorded %d scripts for %d events", len(scripts), many)
	}
	program, err := buildWatermill(ctx, b.dir)
	if err != nil {
		return nil, err
	}
	return []turn{
		func(int) error { return b.passportStrokes(ctx, s, few) },
		func(int) error { return b.watermill(ctx, s, program, few) },
		func(int) error { return b.bareClient(ctx, s, few) },
		func(int) error { return b.ceiling(ctx, s, scripts) },
	}, nil
}

// prepare fills an empty server with people and n events.
func prepare(ctx context.Context, s server, n int) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	if err := settle(ctx, s.client, people); err != nil {
		return err
	}
	return shipped().write(ctx, s.client, 0, n)
}

func (b *bench) ourStrokes(ctx context.Context, s server, n, round int) error {
	if err := prepare(ctx, s, n); err != nil {
		return err
	}
	p, err := newPlatform(s.addr)
	if err != nil {
		return err
	}
	defer p.close()
	before := s.memory(ctx)
	e, err := b.weigh(ctx, s, fmt.Sprintf("fanout%d", round), func() error { return p.read(ctx, n) })
	if err != nil {
		return err
	}
	b.addStroke(fanOut, "event", ours, n, e)
	queued := s.memory(ctx)
	b.add(queuedBytes, "bytes", ours, (queued-before)/float64(3*n))
	e, err = b.weigh(ctx, s, fmt.Sprintf("workoff%d", round), func() error { return p.work(ctx, 3*n) })
	if err != nil {
		return err
	}
	b.addStroke(workOff, "job", ours, 3*n, e)
	b.add(rememberedB, "bytes", ours, (s.memory(ctx)-before)/float64(3*n))
	return nil
}

func (b *bench) passportStrokes(ctx context.Context, s server, n int) error {
	if err := prepare(ctx, s, n); err != nil {
		return err
	}
	e, err := b.weigh(ctx, s, "passport", func() error { return passportLoop(ctx, s.addr, shipped().stream, n) })
	if err != nil {
		return err
	}
	b.addStroke(fanOut, "event", passport, n, e)
	stop := func() {}
	e, err = b.weigh(ctx, s, "bareserver", func() (err error) { stop, err = bareWorkOff(ctx, s.addr, 3*n); return err })
	stop()
	b.addStroke(workOff, "job", bare, 3*n, e)
	return err
}

func (b *bench) watermill(ctx context.Context, s server, program string, n int) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	took, err := runWatermill(ctx, program, s.addr, n)
	b.add(fanOut, "events/s", watermill, perSecond(n, took))
	return err
}

func (b *bench) bareClient(ctx context.Context, s server, n int) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	e, err := b.weigh(ctx, s, "bareclient", func() error { return bareFanOut(ctx, s.addr, shipped(), n) })
	b.addStroke(fanOut, "event", bare, n, e)
	return err
}

func (b *bench) ceiling(ctx context.Context, s server, scripts [][]any) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	e, err := b.weigh(ctx, s, "ceiling", func() error { return replay(ctx, s.addr, scripts) })
	b.addStroke(fanOut, "event", ceiling, len(scripts)/3, e)
	return err
}

// addStroke adds the speed, and the CPU that one event or job takes here and in Redis.
func (b *bench) addStroke(measure, thing, who string, n int, e effort) {
	b.add(measure, thing+"s/s", who, perSecond(n, e.took))
	b.add(measure+", CPU in Redis", "µs/"+thing, who, microseconds(e.redis, n))
	b.add(measure+", CPU in the process", "µs/"+thing, who, microseconds(e.own, n))
}

func microseconds(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }
