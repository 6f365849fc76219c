package email_test

import (
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestLimitsNameTheDomainAndNotThePerson(t *testing.T) {
	for addr, want := range map[string]string{
		"jelena@Gmail.com": "domain:gmail.com", "jelena": "domain:other", "": "domain:other", "a@b}\r\n": "domain:other",
	} {
		l := email.Limits(50)(notify.Address{Channel: notify.Email, Value: addr})
		if len(l) != 2 || l[0].Scope != "" || l[0].Rate != 50 || l[1].Scope != want || strings.Contains(l[1].Scope, "@") {
			t.Errorf("%q: %+v", addr, l)
		}
	}
}
