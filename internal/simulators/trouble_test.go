package simulators_test

import (
	"testing"

	"github.com/vondi-global/notifications/internal/simulators"
)

// TestAShareIsAShare: so many of a hundred fail, evenly, and the others have no trouble at all.
func TestAShareIsAShare(t *testing.T) {
	for _, percent := range []int{0, 1, 20, 50, 99, 100} {
		var troubles simulators.Troubles
		troubles.Set(simulators.Trouble{Kind: simulators.Temporary, Percent: percent})
		failed := 0
		for range 100 {
			tr, bad := troubles.Next()
			if bad != (tr.Kind == simulators.Temporary) {
				t.Fatalf("%d %%: got %+v, %v", percent, tr, bad)
			}
			if bad {
				failed++
			}
		}
		if failed != percent {
			t.Errorf("%d %%: %d of 100 failed", percent, failed)
		}
	}
}
