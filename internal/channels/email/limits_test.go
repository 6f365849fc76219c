package email_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestLimitsOfADomainStandBelowTheRelays(t *testing.T) {
	relay := channels.Limit{Rate: 50, Burst: 12}
	gmail := channels.Limit{Scope: "domain:gmail.com", Rate: 20, Burst: 5}
	domains := map[string]int{"gmail.com": 20, "slow.example": 1}
	for _, c := range []struct {
		rate float64
		addr string
		want []channels.Limit
	}{
		{50, "jelena@Gmail.com", []channels.Limit{relay, gmail}},
		{50, "jelena@slow.example", []channels.Limit{relay, {Scope: "domain:slow.example", Rate: 1, Burst: 1}}},
		{50, "jelena@example.com", []channels.Limit{relay}},
		{50, "jelena@not.gmail.com", []channels.Limit{relay}},
		{50, "", []channels.Limit{relay}},
		{0, "jelena@gmail.com", []channels.Limit{gmail}},
		{0, "jelena@example.com", nil},
	} {
		got := email.Limits(c.rate, domains)(notify.Address{Channel: notify.Email, Value: c.addr})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%g, %q: %s", c.rate, c.addr, diff)
		}
	}
}
