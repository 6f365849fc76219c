package channels

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Board is where each pod writes how its breakers stand: they live in its memory, and
// whoever looks at the platform wants to see those of all pods.
type Board struct {
	client redis.UniversalClient
	pod    string
	look   time.Duration
}

// The board's times. A pod writes when something has changed, at most once in a look, and
// otherwise now and then: one command in half a minute.
const (
	boardLook    = time.Second
	boardRefresh = 30 * time.Second
	boardLife    = 2 * time.Minute // of a pod that says nothing more
	boardTimeout = time.Second
)

// NewBoard returns the board as a pod writes it; who only reads needs no name.
func NewBoard(client redis.UniversalClient, pod string) *Board {
	return &Board{client, pod, boardLook}
}

// Standing is how a breaker stands.
type Standing struct {
	State State     `json:"state"`
	Since time.Time `json:"since"` // by the pod's clock
}

// PodBreakers is how the breakers of a pod stand, by provider.
type PodBreakers struct {
	Pod      string
	Breakers map[string]Standing
}

// Run writes what now returns whenever it changes, until ctx ends; then the pod leaves the
// board. While Redis is away it tries again at each look.
func (b *Board) Run(ctx context.Context, now func() map[string]State) error {
	tick := time.NewTicker(b.look)
	defer tick.Stop()
	var standing map[string]Standing
	var written time.Time
	for {
		var changed bool
		standing, changed = stand(standing, now(), time.Now())
		if changed || time.Since(written) >= boardRefresh {
			written = time.Time{}
			if b.write(ctx, standing) == nil {
				written = time.Now()
			}
		}
		select {
		case <-ctx.Done():
			return b.leave(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// stand keeps the time of what has not changed.
func stand(before map[string]Standing, now map[string]State, at time.Time) (after map[string]Standing, changed bool) {
	after = make(map[string]Standing, len(now))
	for provider, state := range now {
		s, known := before[provider]
		if !known || s.State != state {
			s, changed = Standing{state, at.UTC()}, true
		}
		after[provider] = s
	}
	return after, changed
}

//go:embed board.lua
var boardSource string

var boardScript = redis.NewScript(boardSource)

func (b *Board) write(ctx context.Context, standing map[string]Standing) error {
	ctx, cancel := context.WithTimeout(ctx, boardTimeout)
	defer cancel()
	text, err := json.Marshal(standing)
	if err != nil {
		return err
	}
	return boardScript.Run(ctx, b.client, []string{rediskeys.Breakers}, b.pod, text, boardLife.Milliseconds()).Err()
}

func (b *Board) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, boardTimeout)
	defer cancel()
	return b.client.HDel(ctx, rediskeys.Breakers, b.pod).Err()
}

// Read returns what stands on the board, by the pods' names.
func (b *Board) Read(ctx context.Context) ([]PodBreakers, error) {
	p := b.client.Pipeline()
	clock, board := p.Time(ctx), p.HGetAll(ctx, rediskeys.Breakers)
	if _, err := p.Exec(ctx); err != nil {
		return nil, fmt.Errorf("breakers: %w", err)
	}
	var pods []PodBreakers
	for _, pod := range slices.Sorted(maps.Keys(board.Val())) {
		ms, text, _ := strings.Cut(board.Val()[pod], " ")
		at, _ := strconv.ParseInt(ms, 10, 64)
		one := PodBreakers{Pod: pod}
		if clock.Val().Sub(time.UnixMilli(at)) > boardLife || json.Unmarshal([]byte(text), &one.Breakers) != nil {
			continue
		}
		pods = append(pods, one)
	}
	return pods, nil
}
