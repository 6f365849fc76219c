package ctl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// draftEvent is an event of a file, as the daemon would read it from its stream.
type draftEvent struct {
	notify.Event
	entry json.RawMessage
}

// readEvents reads a document of events (one object, an array, or JSON Lines), in any of
// the shapes that producers use, with all that is wrong with them.
func (s *session) readEvents(file string) ([]draftEvent, []eventtypes.Finding, error) {
	in, done, err := s.input(file)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	var list []draftEvent
	n, findings, err := eventtypes.CheckDocument(in, func(entry json.RawMessage) (notify.Event, error) {
		e, err := asRead(entry, s.clock()())
		if err == nil {
			list = append(list, draftEvent{e, entry})
		}
		return e, err
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("%s holds no event", fileName(file))
	}
	return list, findings, err
}

// asRead decodes an entry as if it had been published now.
func asRead(entry json.RawMessage, now time.Time) (notify.Event, error) {
	id := fmt.Sprintf("%d-0", now.UnixMilli())
	e, err := streams.Decode("file", "file", redis.XMessage{ID: id, Values: map[string]any{"data": string(entry)}})
	if bad, ok := errors.AsType[*streams.Unreadable](err); ok && bad.Reason == streams.ReasonNoType {
		e, err = streams.Decode("file", "file", redis.XMessage{ID: id, Values: entryFields(entry)})
	}
	if err != nil {
		return e, err
	}
	if t, ok := eventtypes.Lookup(e.Type); ok {
		e.Source = notify.Position{Stream: t.Stream, Entry: id}
	}
	return e, nil
}

// entryFields are the members of an object as an entry has them: as texts.
func entryFields(entry json.RawMessage) map[string]any {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(entry, &members) // what isn't one has no fields
	values := map[string]any{}
	for k, raw := range members {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		values[k] = text
	}
	return values
}

// writeFindings says what is wrong where, as compilers do.
func writeFindings(w io.Writer, file string, findings []eventtypes.Finding) {
	for _, f := range findings {
		what := strings.TrimPrefix(f.String(), fmt.Sprintf("line %d: ", f.Line))
		fmt.Fprintf(w, "%s:%d: %s\n", fileName(file), f.Line, what)
	}
}
