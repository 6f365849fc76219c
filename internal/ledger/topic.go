package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Superseded says when something newer made a delivery pointless; zero, where nothing has.
// [Ledger.Claim] asks the same by itself.
func (l *Ledger) Superseded(ctx context.Context, d notify.Delivery) (time.Time, error) {
	if d.Topic == "" {
		return time.Time{}, nil
	}
	thing, message := aboutWhat(d.Topic)
	text, err := l.client.Get(ctx, rediskeys.Topics(thing)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return time.Time{}, fmt.Errorf("superseded: %w", err)
	}
	if since := endOf(text, message); since.After(d.Event.Time) {
		return since, nil
	}
	return time.Time{}, nil
}

// aboutWhat parts a topic, "order_id:12345/order.shipped", into its thing and its message.
func aboutWhat(topic string) (thing, message string) {
	i := max(0, strings.LastIndexByte(topic, '/'))
	return topic[:i], topic[i+1:]
}

// lineOf is how a message's line in [rediskeys.Topics] begins.
func lineOf(message string) string { return "\n" + message + " " }

// endOf finds the time since which a message is pointless; zero, where it isn't.
func endOf(text, message string) time.Time {
	_, rest, found := strings.Cut(text, lineOf(message))
	if !found {
		return time.Time{}
	}
	number, _, _ := strings.Cut(rest, "\n")
	ms, _ := strconv.ParseInt(number, 10, 64)
	return time.UnixMilli(ms)
}

// ends are what an event makes pointless: for each thing the lines of its messages.
func ends(topics []string, at time.Time) (things []string, lines []any) {
	for _, topic := range topics {
		thing, message := aboutWhat(topic)
		line := lineOf(message) + strconv.FormatInt(at.UnixMilli(), 10)
		if n := len(things); n > 0 && things[n-1] == thing {
			lines[n-1] = lines[n-1].(string) + line
			continue
		}
		things, lines = append(things, thing), append(lines, line)
	}
	return things, lines
}
