package channels_test

import (
	"testing"

	"github.com/vondi-global/notifications/internal/channels"
)

func TestIsStop(t *testing.T) {
	for text, want := range map[string]bool{
		"STOP":                true,
		" stop. ":             true,
		"Stop VONDI":          true,
		"odjava":              true,
		"Prekini!":            true,
		"одјава":              true,
		"Стоп":                true,
		"отписаться":          true,
		"":                    false,
		"…":                   false,
		"Please don't stop":   false,
		"stop it, it's a bot": false,
		"nestop":              false,
		"Hvala":               false,
	} {
		if got := channels.IsStop(text); got != want {
			t.Errorf("IsStop(%q) = %v, want %v", text, got, want)
		}
	}
}
