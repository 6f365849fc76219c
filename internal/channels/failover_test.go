package channels_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestFailover(t *testing.T) {
	open := &notify.Postponed{After: time.Minute, Reason: channels.ReasonBreaker}
	for name, c := range map[string]struct {
		first, second error
		want          error
		calls         int // of the second
	}{
		"the first takes it":               {nil, nil, nil, 0},
		"away":                             {fault(notify.Temporary), nil, nil, 1},
		"throttling":                       {throttled(time.Minute), nil, nil, 1},
		"set up wrong":                     {fault(notify.Misconfigured), nil, nil, 1},
		"held back":                        {open, nil, nil, 1},
		"rejected":                         {fault(notify.Rejected), nil, fault(notify.Rejected), 0},
		"a dead address":                   {fault(notify.Unreachable), nil, fault(notify.Unreachable), 0},
		"perhaps sent":                     {fault(notify.Unknown), nil, fault(notify.Unknown), 0},
		"both away":                        {fault(notify.Temporary), fault(notify.Temporary), fault(notify.Temporary), 1},
		"away, then held back":             {fault(notify.Temporary), open, open, 1},
		"set up wrong, then throttling":    {fault(notify.Misconfigured), throttled(time.Minute), throttled(time.Minute), 1},
		"away, then perhaps sent":          {fault(notify.Temporary), fault(notify.Unknown), fault(notify.Unknown), 1},
		"set up wrong, then really away":   {fault(notify.Misconfigured), fault(notify.Temporary), fault(notify.Misconfigured), 1},
		"held back, then held back sooner": {open, &notify.Postponed{After: time.Second}, &notify.Postponed{After: time.Second}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			second := answers(c.second)
			_, err := channels.Failover{answers(c.first), second}.Send(t.Context(), notify.Address{}, notify.Message{})
			if second.calls != c.calls {
				t.Errorf("the second was tried %d times, want %d", second.calls, c.calls)
			}
			if text(err) != text(c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestFailoverLeavesTimeForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := &stub{answer: func(ctx context.Context) error {
			<-ctx.Done()
			return &notify.SendError{Fault: notify.Temporary, Err: ctx.Err()}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := (channels.Failover{hangs, answers(nil)}).Send(ctx, notify.Address{}, notify.Message{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %s, want half of the time", took)
		}
	})
}

func TestFailoverWithoutProviders(t *testing.T) {
	_, err := channels.Failover{}.Send(t.Context(), notify.Address{}, notify.Message{})
	if se, ok := errors.AsType[*notify.SendError](err); !ok || se.Fault != notify.Misconfigured {
		t.Errorf("error %v", err)
	}
}
