package streams_test

import (
	"cmp"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/streams"
)

func TestEntryIDsAreInOrder(t *testing.T) {
	ids := strings.Fields("- 0-1 1-0 1-1 1-10 2-0 10-0 1764000000000-0 1764000000000-2")
	for i, a := range ids {
		for j, b := range ids {
			if got := streams.CompareIDs(a, b); got != cmp.Compare(i, j) {
				t.Errorf("CompareIDs(%s, %s) = %d", a, b, got)
			}
		}
	}
}
