package streams

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestUnreadIsCountedWhereRedisCanTell(t *testing.T) {
	for name, tc := range map[string]struct {
		oldest      string
		lag, length int64
		want        int64
	}{
		"all is read":     {"", 0, 10, 0},
		"some are not":    {"7-0", 3, 10, 3},
		"after deletions": {"7-0", -1, 10, -1},
		"before Redis 7":  {"7-0", 0, 10, -1},
		"after trimming":  {"7-0", 40, 10, 10},
	} {
		g := GroupView{XInfoGroup: redis.XInfoGroup{Lag: tc.lag}, Unread: tc.oldest}
		v := View{Info: &redis.XInfoStream{Length: tc.length}}
		if got := v.unread(&g); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
}
