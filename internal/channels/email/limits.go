package email

import (
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Limits are a relay's rate and, beside it, a scope for each recipient's domain: when Gmail
// throttles us through the relay, only mail for Gmail pauses. The domain has no rate of its
// own below the relay's.
func Limits(perSecond float64) func(notify.Address) []channels.Limit {
	burst := max(1, int(perSecond))
	return func(to notify.Address) []channels.Limit {
		_, domain, ok := strings.Cut(strings.ToLower(to.Value), "@")
		if !ok || !plainDomain.MatchString(domain) {
			domain = "other"
		}
		return []channels.Limit{
			{Rate: perSecond, Burst: burst},
			{Scope: "domain:" + domain, Rate: perSecond, Burst: burst},
		}
	}
}
