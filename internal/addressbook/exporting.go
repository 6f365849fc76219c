package addressbook

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// exportPage is how many people are read in one round trip.
const exportPage = 500

// Export writes everybody whom the book holds, as [Book.Import] reads them. Who comes or
// goes meanwhile may be missing, and somebody may stand there twice. JSON Lines carry all
// that is known of a person; CSV leaves out verifications, bans, preferences and health.
// Without reveal, names and addresses are masked, and an import refuses what they have become.
// On Redis Cluster the book needs a *redis.ClusterClient for this, not an auto-pipelined one.
func (b *Book) Export(ctx context.Context, w io.Writer, f Format, reveal bool) (written int, err error) {
	out, err := newWriter(w, f)
	if err != nil {
		return 0, err
	}
	out = out.unless(reveal)
	err = b.scan(ctx, rediskeys.Contact("*"), func(ctx context.Context, keys []string) error {
		n, err := b.export(ctx, out, userIDs(keys))
		written += n
		return err
	})
	return written, err
}

// ExportPerson writes all that the book holds of one person, as a JSON line.
func (b *Book) ExportPerson(ctx context.Context, w io.Writer, userID string, reveal bool) error {
	out, err := newWriter(w, JSONLines)
	if err != nil {
		return err
	}
	_, err = b.export(ctx, out.unless(reveal), []string{userID})
	return err
}

func (b *Book) export(ctx context.Context, out recordWriter, ids []string) (written int, err error) {
	people, err := b.stored(ctx, ids)
	if err != nil {
		return 0, err
	}
	audiences, err := b.membershipsOf(ctx, ids)
	if err != nil {
		return 0, err
	}
	for i, c := range people {
		if err := out(recordOf(c, audiences[i])); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}

func userIDs(keys []string) []string {
	before, after, _ := strings.Cut(rediskeys.Contact("*"), "*")
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = strings.TrimSuffix(strings.TrimPrefix(k, before), after)
	}
	return ids
}

type recordWriter func(r record) error

// unless masks what is written, unless it is to be revealed.
func (w recordWriter) unless(reveal bool) recordWriter {
	if reveal {
		return w
	}
	return func(r record) error { return w(r.masked()) }
}

func newWriter(w io.Writer, f Format) (recordWriter, error) {
	if f == JSONLines {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return func(r record) error { return enc.Encode(r) }, nil
	}
	c := csv.NewWriter(w)
	line := func(cells []string) error {
		_ = c.Write(cells) // Flush and Error say it
		c.Flush()
		return c.Error()
	}
	return func(r record) error { return line(r.row()) }, line(csvColumns())
}

// scan gives the keys of a pattern to page, a page at a time, on every master that has
// some. Pages come one after the other; a key may come twice.
func (b *Book) scan(ctx context.Context, pattern string, page func(ctx context.Context, keys []string) error) error {
	one := func(ctx context.Context, c redis.Cmdable) error {
		var cursor uint64
		for {
			keys, next, err := c.Scan(ctx, cursor, pattern, exportPage).Result()
			if err != nil {
				return err
			}
			if err := page(ctx, keys); err != nil || next == 0 {
				return err
			}
			cursor = next
		}
	}
	cluster, ok := b.client.(interface {
		ForEachMaster(ctx context.Context, fn func(ctx context.Context, c *redis.Client) error) error
	})
	if !ok {
		return one(ctx, b.client)
	}
	var turn sync.Mutex // the masters are visited side by side
	each := page
	page = func(ctx context.Context, keys []string) error {
		turn.Lock()
		defer turn.Unlock()
		return each(ctx, keys)
	}
	return cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return one(ctx, c) })
}
