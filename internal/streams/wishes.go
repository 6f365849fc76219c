package streams

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

var (
	locale      = regexp.MustCompile(`^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$`)
	traceparent = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
)

// eventID is the producer's own id, or one derived from the entry's position. A mere
// number counts rows of some table: it is told apart by the type.
func eventID(head, payload document, e notify.Event) string {
	id := firstText([]document{head, payload}, "event_id")
	if id == "" {
		id = head.text("id")
	}
	if id != "" && head.cloud() {
		id = head.text("source") + "#" + id // a CloudEvent's id is unique within its source only
	}
	switch {
	case id == "":
		return hash(e.Source.Source, e.Source.Stream, e.Source.Entry)
	case isCount(id):
		return hashUnlessPlain(e.Type + ":" + id)
	}
	return hashUnlessPlain(id)
}

// hashUnlessPlain keeps odd ids, which may carry anything, out of keys and logs.
func hashUnlessPlain(id string) string {
	if isPlainID(id) {
		return id
	}
	return hash(id)
}

// isPlainID says whether a name may stand in keys and logs as it is.
func isPlainID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == ':', c == '-':
		default:
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 128
}

// isCount says whether an id is a mere number.
func isCount(s string) bool {
	return 1 <= len(s) && len(s) <= 19 && strings.Trim(s, "0123456789") == ""
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))[:26]
}

// trace is the W3C traceparent, if it is one.
func (d document) trace() string {
	s := strings.ToLower(d.text("traceparent"))
	if s == "" || !traceparent.MatchString(s) {
		return ""
	}
	return s
}

// wishes are what the producer asked for (passport section 10.5), in the envelope or in
// the payload. What can't be understood is no wish.
func wishes(head, payload document, typ string) notify.Wishes {
	both := []document{head, payload}
	w := notify.Wishes{UserID: wishedUser(head, payload, typ)}
	if s := firstText(both, "locale"); s != "" && locale.MatchString(s) {
		w.Locale = s
	}
	if s := firstText(both, "priority"); s != "" {
		w.Priority, _ = notify.ParsePriority(s)
	}
	for _, d := range both {
		if raw, ok := d["channels"]; ok && w.Channels == nil {
			w.Channels = channels(raw)
		}
		if raw, ok := d["metadata"]; ok && w.Metadata == nil {
			if m, err := object(raw); err == nil {
				w.Metadata = m.json()
			}
		}
	}
	return w
}

// wishedUser is the person to tell, alone. In the payload of a type that has a user_id of
// its own, it means that type's user and is no wish.
func wishedUser(head, payload document, typ string) string {
	id := payload.text("user_id")
	if t, ok := eventtypes.Lookup(typ); ok && t.Payload.Has("user_id") {
		id = ""
	}
	if isEnvelope := len(head["payload"]) > 0 || len(head["data"]) > 0; isEnvelope && head.text("user_id") != "" {
		id = head.text("user_id")
	}
	if len(id) > 128 || notify.Printable(id, 128) != id || strings.Contains(id, "@") {
		return ""
	}
	return id
}

// channels reads a JSON list, a string that holds one, and words parted by commas. Names
// that we don't have are left out.
func channels(raw json.RawMessage) []notify.Channel {
	var names []string
	if json.Unmarshal(raw, &names) != nil {
		s := text(raw)
		if json.Unmarshal([]byte(s), &names) != nil {
			names = strings.Split(s, ",")
		}
	}
	var list []notify.Channel
	for _, n := range names {
		if c, err := notify.ParseChannel(n); err == nil {
			list = append(list, c)
		}
	}
	return list
}

func firstText(docs []document, name string) string {
	for _, d := range docs {
		if s := d.text(name); s != "" {
			return s
		}
	}
	return ""
}
