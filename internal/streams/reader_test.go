package streams_test

import (
	"testing"

	"github.com/vondi-global/notifications/internal/redistest"
)

func TestReadsDispatchesAndAcknowledges(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 50) // before the group exists
	r := start(t, quick(), options(s))
	r.awaitOrders(t, 0, 50)
	addOrders(t, c, orders, 50, 100)
	r.awaitOrders(t, 0, 100)
	awaitIdle(t, c, orders)
	if n := len(r.desk.events()); n != 100 {
		t.Errorf("got %d events, want each of 100 once", n)
	}
}
