package streams

import (
	"cmp"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Source is a Redis whose streams are read.
type Source struct {
	Name    string                // "listings": the name in the configuration
	Client  redis.UniversalClient // made by [NewClient], for this source alone
	Address string                // for errors, without a password; the client's own if empty
}

// NewClient opens a client fit for reading streams. It never repeats a command by itself:
// an XREADGROUP whose reply was lost would be answered with the next entries, and the
// first ones would lie pending unseen. The options are not changed.
func NewClient(o *redis.UniversalOptions) redis.UniversalClient {
	own := *o
	own.MaxRetries, own.MaxRedirects = -1, -1 // a Cluster's redirects repeat after lost replies, too
	own.DialerRetries = 1
	own.DialTimeout = cmp.Or(own.DialTimeout, 2*time.Second)
	own.ReadTimeout = cmp.Or(own.ReadTimeout, 5*time.Second)
	own.WriteTimeout = cmp.Or(own.WriteTimeout, 5*time.Second)
	own.ContextTimeoutEnabled = true
	own.PoolSize = cmp.Or(own.PoolSize, 6) // one blocked read, and the goroutines beside it
	own.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewUniversalClient(&own)
}

// address is where the source is, as an error shows it.
func (s Source) address() string {
	if s.Address != "" {
		return s.Address
	}
	switch c := s.Client.(type) {
	case *redis.Client:
		return c.Options().Addr
	case *redis.ClusterClient:
		return strings.Join(c.Options().Addrs, ",")
	}
	return "unknown address"
}

// cluster says whether keys of different slots must be asked for apart.
func (s Source) cluster() bool {
	_, ok := s.Client.(*redis.ClusterClient)
	return ok
}
