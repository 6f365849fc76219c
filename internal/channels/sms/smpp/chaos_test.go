package smpp_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// Links break again and again while many send. What was said to be sent arrived once; what
// was said not to be sent did not arrive; only Unknown may be either.
func TestWhatIsSaidIsTrueWhileLinksBreak(t *testing.T) {
	inbox := simulators.NewInbox(0)
	sim, err := simulators.NewSMPP(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	s := sender(t, config(t, sim.DSN("VONDI")), nil)

	const workers, each = 8, 40
	var mu sync.Mutex
	said := map[string]error{}
	send := func(text string) {
		m := message
		m.Text = text
		_, err := s.Send(t.Context(), number, m)
		mu.Lock()
		defer mu.Unlock()
		if said[text] = err; len(said)%60 == 0 {
			sim.Drop()
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				send(fmt.Sprintf("message %d of %d", i, w))
			}
		})
	}
	wg.Wait()

	arrived := map[string]int{}
	for _, m := range inbox.Messages() {
		arrived[m.Text]++
	}
	counts := map[string]int{}
	for text, err := range said {
		n := arrived[text]
		switch fault := notify.FaultOf(err); {
		case err == nil && n != 1, err != nil && fault != notify.Unknown && n != 0, n > 1:
			t.Errorf("%q: said %v, arrived %d times", text, err, n)
		case err == nil:
			counts["sent"]++
		default:
			counts[fault.String()]++
		}
	}
	if t.Logf("%v", counts); counts["sent"] == 0 {
		t.Error("nothing was sent")
	}
}
