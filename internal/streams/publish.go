package streams

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// Publish adds an event to a stream as the passport's flat fields: scalars as text,
// everything else as JSON. fields must have a "type"; "timestamp" and "event_id" are added
// where they are missing, the latter so that an XADD that is repeated after a lost reply
// is the same event twice. It logs to the logger in ctx, if there is one.
func Publish(ctx context.Context, client redis.UniversalClient, stream string, fields map[string]any) (entryID string, err error) {
	doc, err := documentOf(fields)
	if err != nil {
		return "", fmt.Errorf("publish to %s: %w", stream, err)
	}
	if doc.text("type") == "" {
		return "", fmt.Errorf("publish to %s: the event has no type", stream)
	}
	now, _ := json.Marshal(time.Now().Unix()) // a number never fails
	doc.fill(document{"timestamp": now, "event_id": quote(uuid.NewString())})
	var values []any
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		values = append(values, name, whole(doc[name]))
	}
	id, err := client.XAdd(ctx, &redis.XAddArgs{Stream: stream, Values: values}).Result()
	if err != nil {
		return "", fmt.Errorf("publish %s to %s: %w", doc.text("type"), stream, err)
	}
	line := zerolog.Ctx(ctx).Debug().Str("stream", stream).Str("event_type", doc.text("type")).Str("message_id", id)
	logIDs(line, doc).Msg("Event published")
	return id, nil
}

func documentOf(fields map[string]any) (document, error) {
	doc := make(document, len(fields))
	for k, v := range fields {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", k, err)
		}
		doc[k] = b
	}
	return doc, nil
}
