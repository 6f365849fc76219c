package streams_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
)

// letter is a dead entry whose payload carries what must not be shown.
func letter(key string) notify.Letter {
	return notify.Letter{
		Kind: notify.DeadEntry, Key: key, Reason: streams.ReasonInvalidPayload, Error: "phone: want a phone number",
		Source:  notify.Position{Source: "auth", Stream: "auth:events:users", Entry: "1734825600000-0"},
		EventID: "evt-1", EventType: "user.registered", Tries: 3, Consumer: "notify-instance-1",
		Time:   time.UnixMilli(1734825600123).UTC(),
		Fields: map[string]string{"type": "user.registered", "user_id": "890", "email": "ana@example.com", "raw": "\xff\xfe\x00", "": "empty name"},
	}
}

func bury(t *testing.T, d *streams.DeadLetters, l notify.Letter) {
	t.Helper()
	if err := d.Bury(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, d *streams.DeadLetters, from string, n int) []notify.Letter {
	t.Helper()
	letters, err := d.List(t.Context(), from, n)
	if err != nil {
		t.Fatal(err)
	}
	return letters
}

func TestALetterIsKeptWholeAndShownMasked(t *testing.T) {
	c := redistest.Start(t).Client()
	d := streams.NewDeadLetters(c, streams.DeadConfig{})
	bury(t, d, letter("k"))
	shown := list(t, d, "", 10)
	if len(shown) != 1 {
		t.Fatalf("got %d letters", len(shown))
	}
	want := letter("k")
	want.ID = shown[0].ID
	want.Fields = map[string]string{"type": "user.registered", "user_id": "890", "email": "•••(15 bytes)", "raw": "•••(3 bytes)", "•••(0 bytes)": "•••(10 bytes)"}
	if diff := cmp.Diff(want, shown[0]); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	whole, err := d.Get(t.Context(), shown[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(letter("k").Fields, whole.Fields); diff != "" {
		t.Errorf("whole (-want +got):\n%s", diff)
	}
	stored := fmt.Sprint(c.XRange(t.Context(), rediskeys.Dead, "-", "+").Val())
	if strings.Contains(stored, "ana@") {
		t.Error("the stream carries the address")
	}
	for _, k := range c.Keys(t.Context(), "notifications:x*{*").Val() {
		if ttl := c.TTL(t.Context(), k).Val(); ttl <= 0 {
			t.Errorf("%s has no life", k)
		}
	}
}

func TestBuriedOnce(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { _ = d.Bury(t.Context(), letter("k")) })
	}
	wg.Wait()
	bury(t, d, letter("other"))
	if n := len(list(t, d, "", 100)); n != 2 {
		t.Errorf("got %d letters, want 2", n)
	}
}

func TestWhatWasDroppedCanBeBuriedAgain(t *testing.T) {
	c := redistest.Start(t).Client()
	d := streams.NewDeadLetters(c, streams.DeadConfig{})
	bury(t, d, letter("k"))
	id := list(t, d, "", 1)[0].ID
	if n, err := d.Drop(t.Context(), id, "1-1"); n != 1 || err != nil {
		t.Errorf("dropped %d, %v; want 1", n, err)
	}
	if _, err := d.Get(t.Context(), id); !errors.Is(err, streams.ErrNoLetter) {
		t.Errorf("got %v, want ErrNoLetter", err)
	}
	if keys := c.Keys(t.Context(), "notifications:x*").Val(); len(keys) > 0 {
		t.Errorf("left behind: %v", keys)
	}
	bury(t, d, letter("k"))
	if n := len(list(t, d, "", 10)); n != 1 {
		t.Errorf("got %d letters, want 1", n)
	}
}

func TestLettersPageFromTheNewest(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{})
	for i := range 5 {
		bury(t, d, letter(fmt.Sprint(i)))
	}
	var keys []string
	for page := list(t, d, "", 2); len(page) > 0; page = list(t, d, page[len(page)-1].ID, 2) {
		for _, l := range page {
			keys = append(keys, l.Key)
		}
	}
	if diff := cmp.Diff([]string{"4", "3", "2", "1", "0"}, keys); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheBoundCountsWhatItDrops(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{Length: 100})
	for i := range 1000 {
		bury(t, d, letter(fmt.Sprint(i)))
	}
	kept, err := d.Len(t.Context())
	if err != nil || kept >= 1000 || kept < 100 {
		t.Fatalf("%d kept, %v; want about 100", kept, err)
	}
	if dropped, err := d.Dropped(t.Context()); err != nil || dropped != 1000-kept {
		t.Errorf("%d counted as dropped, %v; want %d", dropped, err, 1000-kept)
	}
}

func TestAHugeEntryIsNotKeptWhole(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{MaxBytes: 1000})
	l := letter("k")
	l.Fields["note"] = strings.Repeat("x", 2000)
	bury(t, d, l)
	shown := list(t, d, "", 1)[0]
	whole, err := d.Get(t.Context(), shown.ID)
	if err != nil || len(whole.Fields) != 0 || shown.Fields["note"] != "•••(2000 bytes)" {
		t.Errorf("got %v, %v and %v", whole.Fields, err, shown.Fields)
	}
}

func TestAnEntryOfManyFields(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{})
	l := letter("k")
	for i := range 10_000 { // more than Lua's unpack takes
		l.Fields[fmt.Sprint("f", i)] = "v"
	}
	bury(t, d, l)
	whole, err := d.Get(t.Context(), list(t, d, "", 1)[0].ID)
	if err != nil || len(whole.Fields) != len(l.Fields) {
		t.Errorf("got %d fields, %v; want %d", len(whole.Fields), err, len(l.Fields))
	}
}

func TestDeadLettersOnACluster(t *testing.T) {
	d := streams.NewDeadLetters(redistest.StartCluster(t, 0).Client(), streams.DeadConfig{})
	bury(t, d, letter("k"))
	id := list(t, d, "", 1)[0].ID
	if l, err := d.Get(t.Context(), id); err != nil || len(l.Fields) != 5 {
		t.Errorf("got %+v, %v", l, err)
	}
	if n, err := d.Drop(t.Context(), id); n != 1 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
}

func TestLettersNeedAKeyAndIDsOfTheirKind(t *testing.T) {
	d := streams.NewDeadLetters(redistest.Start(t).Client(), streams.DeadConfig{})
	if err := d.Bury(t.Context(), notify.Letter{Reason: "x"}); err == nil {
		t.Error("a letter without a key was buried")
	}
	if _, err := d.Get(t.Context(), "nonsense"); !errors.Is(err, streams.ErrNoLetter) {
		t.Errorf("got %v", err)
	}
}

// TestFromTheReaderToTheLetters runs the reader with real dead letters.
func TestFromTheReaderToTheLetters(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	d := streams.NewDeadLetters(c, streams.DeadConfig{})
	id := add(t, c, orders, map[string]any{"type": "order.acepted", "order_id": 7})
	runReader(t, quick(), s, d)
	await(t, "the letter", func() bool { n, _ := d.Len(t.Context()); return n == 1 })
	awaitIdle(t, c, orders)
	shown := list(t, d, "", 1)[0]
	whole, err := d.Get(t.Context(), shown.ID)
	if err != nil {
		t.Fatal(err)
	}
	if shown.Source.Entry != id || shown.Reason != streams.ReasonUnknownType || !strings.Contains(shown.Error, "did you mean order.accepted") {
		t.Errorf("got %+v", shown)
	}
	again, err := streams.Decode(shown.Source.Source, shown.Source.Stream, redis.XMessage{ID: id, Values: map[string]any{"type": whole.Fields["type"], "order_id": whole.Fields["order_id"]}})
	if err != nil || again.ID != shown.EventID || whole.Fields["order_id"] != "7" {
		t.Errorf("a retry would be another event: %+v, %v; the letter has %s", again, err, shown.EventID)
	}
}

// tagged is a sealer that one can see through, with a key that may be missing.
type tagged struct{ key string }

func (s tagged) Seal(b []byte) ([]byte, error) {
	slices.Reverse(b)
	return append([]byte(s.key+"|"), b...), nil
}

func (s tagged) Open(b []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(b, []byte(s.key+"|"))
	if !ok {
		return nil, errors.New("sealed with a key that is missing")
	}
	slices.Reverse(rest)
	return rest, nil
}

func TestTheEntriesOfLettersAreSealed(t *testing.T) {
	c := redistest.Start(t).Client()
	d := streams.NewDeadLetters(c, streams.DeadConfig{Sealer: tagged{"k1"}})
	bury(t, d, letter("k"))
	id := list(t, d, "", 1)[0].ID
	got, err := d.Get(t.Context(), id)
	if diff := cmp.Diff(letter("k").Fields, got.Fields); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, body := range c.Keys(t.Context(), rediskeys.DeadBody("*")).Val() {
		for name, value := range c.HGetAll(t.Context(), body).Val() {
			if !strings.HasPrefix(name, "k1|") || !strings.HasPrefix(value, "k1|") {
				t.Errorf("Redis holds %q = %q", name, value)
			}
		}
	}
	if _, err := streams.NewDeadLetters(c, streams.DeadConfig{Sealer: tagged{"k2"}}).Get(t.Context(), id); err == nil || !strings.Contains(err.Error(), "a key that is missing") {
		t.Errorf("without the key: %v", err)
	}
}
