package streams

import (
	"encoding/json"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// write lays a letter out as stream fields. The entry's own fields appear masked; body
// says where they lie whole.
func write(l notify.Letter, body string, whole bool) []any {
	shown, _ := json.Marshal(mask(l.Fields)) // strings never fail
	return []any{
		"kind", string(l.Kind), "key", l.Key, "reason", l.Reason, "error", l.Error,
		"source", l.Source.Source, "stream", l.Source.Stream, "entry", l.Source.Entry,
		"event_id", l.EventID, "event_type", l.EventType, "delivery", l.Delivery,
		"user_id", l.UserID, "role", l.Role, "channel", string(l.Channel),
		"tries", l.Tries, "consumer", l.Consumer, "time", l.Time.UnixMilli(),
		"fields", shown, "body", body, "whole", strconv.FormatBool(whole),
	}
}

// read takes a letter out of its stream entry.
func read(m redis.XMessage) (l notify.Letter, body string) {
	text := func(name string) string { s, _ := m.Values[name].(string); return s }
	l = notify.Letter{
		ID: m.ID, Kind: notify.LetterKind(text("kind")), Key: text("key"), Reason: text("reason"), Error: text("error"),
		Source:  notify.Position{Source: text("source"), Stream: text("stream"), Entry: text("entry")},
		EventID: text("event_id"), EventType: text("event_type"), Delivery: text("delivery"),
		UserID: text("user_id"), Role: text("role"), Channel: notify.Channel(text("channel")), Consumer: text("consumer"),
	}
	l.Tries, _ = strconv.Atoi(text("tries"))
	l.Time, _ = eventtypes.ParseTime(text("time"))
	_ = json.Unmarshal([]byte(text("fields")), &l.Fields) // we wrote it
	return l, text("body")
}
