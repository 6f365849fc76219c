package render_test

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/render"
)

func TestTheBuiltInSetIsClean(t *testing.T) {
	s := load(t)
	start := time.Now()
	for _, f := range render.Lint(s) {
		t.Error(f)
	}
	t.Log(time.Since(start))
}
