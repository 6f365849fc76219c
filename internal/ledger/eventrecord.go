package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// recordBytes bounds what is kept of an event and its plan: about 2,000 deliveries. Larger
// audiences are broadcasts, whose progress is kept elsewhere.
const recordBytes = 256 << 10

// sizeDigits is how wide the event's size stands at the beginning of its record.
const sizeDigits = 8

var errRecord = errors.New("a record of an event is broken")

// encodeRecord is what is kept of an event, in one string, which costs Redis one command and
// half the memory of a hash: the size of the sealed event, the event, a line with the time
// (ms) of its planning, the roles that nobody is known in yet and the ids of broadcasts, and
// the plan, a line of JSON a delivery.
func (l *Ledger) encodeRecord(p notify.Planned) ([]byte, error) {
	event, err := l.cfg.Sealer.Seal(encodeEvent(p.Event))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%0*d%s%d %s %s\n", sizeDigits, len(event), event,
		l.now().UnixMilli(), strings.Join(waiting(p.Plan), ","), strings.Join(broadcasts(p.Plan), ","))
	plan := json.NewEncoder(&b)
	for _, k := range kept(p.Plan) {
		if b.Len() >= recordBytes {
			break
		}
		_ = plan.Encode(k) // strings only
	}
	return b.Bytes(), nil
}

// sealedEvent cuts the event out of a record, and gives what stands behind it.
func sealedEvent(record string) (event, rest string, err error) {
	if len(record) < sizeDigits {
		return "", "", errRecord
	}
	n, err := strconv.Atoi(record[:sizeDigits])
	if err != nil || n < 0 || n > len(record)-sizeDigits {
		return "", "", errRecord
	}
	return record[sizeDigits : sizeDigits+n], record[sizeDigits+n:], nil
}

func (l *Ledger) decodeRecord(record string) (r EventRecord, err error) {
	event, rest, err := sealedEvent(record)
	if err != nil {
		return r, err
	}
	if r.Event, err = l.open("", event); err != nil {
		return r, err
	}
	head, plan, _ := strings.Cut(rest, "\n")
	fields := strings.Split(head, " ")
	if len(fields) != 3 {
		return r, errRecord
	}
	at, _ := strconv.ParseInt(fields[0], 10, 64)
	r.Kept, r.Waiting, r.Broadcasts = time.UnixMilli(at).UTC(), list(fields[1]), list(fields[2])
	for line := range strings.Lines(plan) {
		var k Kept
		if err := json.Unmarshal([]byte(line), &k); err != nil {
			return r, fmt.Errorf("plan of event %s: %w", notify.Printable(r.Event.ID, 64), err)
		}
		r.Plan = append(r.Plan, k)
	}
	return r, nil
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
