package email

import (
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Limits are a relay's rate, and below it one for each domain of recipients that has a rate
// of its own: when Gmail throttles us through the relay, only mail for Gmail pauses. A rate
// of 0 is none.
func Limits(perSecond float64, domains map[string]int) func(notify.Address) []channels.Limit {
	var relay []channels.Limit
	if perSecond > 0 {
		relay = append(relay, channels.PerSecond("", perSecond))
	}
	byDomain := make(map[string][]channels.Limit, len(domains))
	for domain, rate := range domains {
		byDomain[domain] = append(relay[:len(relay):len(relay)], channels.PerSecond("domain:"+domain, float64(rate)))
	}
	return func(to notify.Address) []channels.Limit {
		if limits, ok := byDomain[strings.ToLower(to.Value[strings.LastIndexByte(to.Value, '@')+1:])]; ok {
			return limits
		}
		return relay
	}
}
