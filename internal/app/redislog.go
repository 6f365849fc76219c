package app

import (
	"context"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// redisLog gives go-redis' own lines to our log: it would print them to standard error. They
// are about connections, which readers and health report in better words.
type redisLog struct{ log zerolog.Logger }

func (l redisLog) Printf(_ context.Context, format string, v ...any) {
	l.log.Debug().Msgf("redis: "+format, v...)
}

func quietRedis(log zerolog.Logger) { redis.SetLogger(redisLog{log}) }
