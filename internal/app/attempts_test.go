package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestAWorkerThatStandsStillIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, release := newAttempts(), make(chan struct{})
		run := a.watched(func(_ context.Context, _ notify.Delivery, n notify.Attempt) notify.Decision {
			if n.Number == 1 {
				<-release
			}
			return notify.Decision{}
		})
		go run(t.Context(), notify.Delivery{ID: "d1"}, notify.Attempt{Number: 1})
		synctest.Wait()
		run(t.Context(), notify.Delivery{ID: "d1"}, notify.Attempt{Number: 2}) // the queue's next one, which finds it claimed
		time.Sleep(still)
		synctest.Wait()
		if id := a.stuck(still); id != "" {
			t.Errorf("%s is called stuck too early", id)
		}
		time.Sleep(time.Second)
		if id := a.stuck(still); id != "d1" {
			t.Errorf("got %q", id)
		}
		close(release)
		synctest.Wait()
		if id := a.stuck(0); id != "" {
			t.Errorf("%s is over", id)
		}
	})
}
