package jobs

import (
	"context"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// ear hears the bells that other processes ring, by pub/sub.
type ear struct {
	client  redis.UniversalClient
	bells   *Bells
	queues  []string
	sub     *redis.PubSub
	running sync.WaitGroup
}

func newEar(client redis.UniversalClient, bells *Bells, queues []string) *ear {
	return &ear{client: client, bells: bells, queues: queues}
}

// start listens until stop; go-redis subscribes again after a lost connection.
func (e *ear) start() {
	channels := make([]string, len(e.queues))
	for i, q := range e.queues {
		channels[i] = rediskeys.Bell(q)
	}
	e.sub = e.client.Subscribe(context.Background(), channels...)
	e.running.Go(e.listen)
}

func (e *ear) listen() {
	for m := range e.sub.Channel() {
		if m.Payload != e.bells.id { // our own are rung already
			e.bells.Ring(strings.TrimPrefix(m.Channel, rediskeys.Bell("")))
		}
	}
}

func (e *ear) stop() {
	if e.sub == nil {
		return
	}
	_ = e.sub.Close() // ends the channel
	e.running.Wait()
}
