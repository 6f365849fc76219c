package similar

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"order.created", "order.confirmed", "level", "format"}
	for word, want := range map[string]string{
		"order.creatd": "order.created", "ORDER.CONFIRMED": "order.confirmed", " lvel ": "level",
		"nothing like it": "", "": "", "xyz": "", strings.Repeat("order", 1000): "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
