package jobs

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

const smsHigh = "sms:high"

// filled is a queue of n jobs, d0 first, and a crate for places handlers at it.
func filled(t *testing.T, n, places int) (*crate, *redis.Client) {
	t.Helper()
	s := redistest.Start(t)
	must(t, NewQueue(s.Client(), quick()).Enqueue(t.Context(), deliveries(n, notify.SMS, notify.High)))
	return &crate{queue: smsHigh, client: s.Client(), places: int64(places)}, s.Client()
}

// takes gives the ids of the next n jobs.
func takes(t *testing.T, c *crate, n int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		message, err := c.take(t.Context(), time.Now().Add(time.Minute).Unix())
		must(t, err)
		ids[i] = taskID([]byte(message))
	}
	return ids
}

func lengths(t *testing.T, c *redis.Client) (pending, active, leases int64) {
	t.Helper()
	k := keys(smsHigh)
	return c.LLen(t.Context(), k.pending()).Val(), c.LLen(t.Context(), k.active()).Val(), c.ZCard(t.Context(), k.lease()).Val()
}

func TestJobsAreFetchedAsManyAsHandlersAreIdle(t *testing.T) {
	c, client := filled(t, 10, 4)
	if got := takes(t, c, 1); got[0] != "d0" {
		t.Errorf("the first is %s, want d0", got[0])
	}
	if pending, active, leases := lengths(t, client); pending != 6 || active != 4 || leases != 4 {
		t.Errorf("%d pending, %d active, %d leases, want 6, 4, 4", pending, active, leases)
	}
	if diff := cmp.Diff([]string{"d1", "d2", "d3"}, takes(t, c, 3)); diff != "" {
		t.Error(diff)
	}
	c.running.Store(4)
	takes(t, c, 1)
	if pending, _, _ := lengths(t, client); pending != 5 {
		t.Errorf("with all handlers at work %d are pending, want 5: one was asked for", pending)
	}
}

func TestWhatIsLeftGoesBackInItsOrder(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *crate){
		"at the end":   func(t *testing.T, c *crate) { must(t, c.clear(t.Context())) },
		"when it lay":  func(_ *testing.T, c *crate) { c.fetched = time.Now().Add(-2 * stale) },
		"and not more": func(t *testing.T, c *crate) { must(t, c.clear(t.Context())); must(t, c.clear(t.Context())) },
	} {
		t.Run(name, func(t *testing.T) {
			c, client := filled(t, 6, 4)
			takes(t, c, 1)
			leave(t, c)
			if diff := cmp.Diff([]string{"d1", "d2", "d3", "d4", "d5"}, takes(t, c, 5)); diff != "" {
				t.Error(diff)
			}
			if pending, active, leases := lengths(t, client); pending != 0 || active != 6 || leases != 6 {
				t.Errorf("%d pending, %d active, %d leases, want 0, 6, 6", pending, active, leases)
			}
		})
	}
}

func TestWhoseLeaseIsGoneIsNotGivenBack(t *testing.T) {
	c, client := filled(t, 3, 3)
	takes(t, c, 1)
	k := keys(smsHigh)
	must(t, client.LRem(t.Context(), k.active(), 0, "d1").Err()) // the recoverer took it
	must(t, client.ZRem(t.Context(), k.lease(), "d1").Err())
	must(t, c.clear(t.Context()))
	if got := client.LRange(t.Context(), k.pending(), 0, -1).Val(); !cmp.Equal(got, []string{"d2"}) {
		t.Errorf("pending %v, want d2 alone", got)
	}
}

func TestNothingIsFetchedFromAPausedOrEmptyQueue(t *testing.T) {
	c, client := filled(t, 1, 4)
	k := keys(smsHigh)
	must(t, client.Set(t.Context(), k.paused(), 1, 0).Err())
	if _, err := c.take(t.Context(), 1); !errors.Is(err, redis.Nil) {
		t.Errorf("paused: %v, want redis.Nil", err)
	}
	must(t, client.Del(t.Context(), k.paused()).Err())
	takes(t, c, 1)
	if _, err := c.take(t.Context(), 1); !errors.Is(err, redis.Nil) {
		t.Errorf("empty: %v, want redis.Nil", err)
	}
}

func TestAnIDWithoutAJobIsDropped(t *testing.T) {
	c, client := filled(t, 3, 4)
	must(t, client.Del(t.Context(), keys(smsHigh).task("d1")).Err())
	if diff := cmp.Diff([]string{"d0", "d2"}, takes(t, c, 2)); diff != "" {
		t.Error(diff)
	}
	if pending, active, leases := lengths(t, client); pending != 0 || active != 2 || leases != 2 {
		t.Errorf("%d pending, %d active, %d leases, want 0, 2, 2", pending, active, leases)
	}
}

// TestWorkedOffTogetherIsWorkedOffAlone holds what is in Redis after many jobs against what
// asynq leaves behind that fetches and ends them one by one.
func TestWorkedOffTogetherIsWorkedOffAlone(t *testing.T) {
	left := func(together bool) map[string]any {
		s := redistest.Start(t)
		cfg := quick()
		cfg.Doorbell, cfg.Poll = together, time.Millisecond
		must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(200, notify.SMS, notify.High)))
		w := workWith(t, cfg, tuned(s), Handlers{Deliver: done})
		await(t, "all jobs", func() bool {
			return s.Client().Get(t.Context(), "asynq:{sms:high}:processed").Val() == strconv.Itoa(200)
		})
		stop(t, w)
		return counted(t, s)
	}
	if diff := cmp.Diff(left(false), left(true)); diff != "" {
		t.Errorf("one by one (-), together (+):\n%s", diff)
	}
}

// counted is what the queue's keys hold.
func counted(t *testing.T, s *redistest.Server) map[string]any {
	t.Helper()
	all, c := map[string]any{}, s.Client()
	for _, key := range c.Keys(t.Context(), "asynq:{sms:high}*").Val() {
		all[key] = c.Type(t.Context(), key).Val()
		if all[key] == "string" {
			all[key] = c.Get(t.Context(), key).Val() + " " + strconv.FormatBool(c.TTL(t.Context(), key).Val() > 0)
		}
	}
	return all
}

func TestADoneJobThatIsNotInWorkIsSaidSo(t *testing.T) {
	c, client := filled(t, 2, 2)
	takes(t, c, 2)
	f := newFinisher(smsHigh, client)
	ask := func(id string) question {
		k := keys(smsHigh)
		return question{"evalsha", doneScript, 5, k.active(), k.lease(), k.task(id), "asynq:{sms:high}:processed:day", "asynq:{sms:high}:processed", id, 4102444800, 9}
	}
	for _, step := range []struct {
		id  string
		was bool
	}{{"d0", true}, {"d0", false}, {"never", false}, {"d1", true}} {
		if was, err := f.Do(t.Context(), ask(step.id)); err != nil || was != step.was {
			t.Errorf("%s: %t, %v, want %t", step.id, was, err, step.was)
		}
	}
	if n := client.Get(t.Context(), "asynq:{sms:high}:processed").Val(); n != "2" {
		t.Errorf("%s processed, want 2", n)
	}
}

// TestTheCountBeginsAnew where the next would be too large, as asynq's does.
func TestTheCountBeginsAnew(t *testing.T) {
	c, client := filled(t, 1, 1)
	takes(t, c, 1)
	must(t, client.Set(t.Context(), "asynq:{sms:high}:processed", 9, 0).Err())
	k := keys(smsHigh)
	_, err := finish(t.Context(), client, k, []question{{"evalsha", doneScript, 5, k.active(), k.lease(), k.task("d0"), "asynq:{sms:high}:processed:day", "asynq:{sms:high}:processed", "d0", 4102444800, 9}})
	must(t, err)
	if n := client.Get(t.Context(), "asynq:{sms:high}:processed").Val(); n != "1" {
		t.Errorf("count %s, want 1", n)
	}
}
