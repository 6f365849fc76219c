package addressbook

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// roleAudience begins the audiences of the platform's roles: "role:admin".
const roleAudience = "role:"

// Learn takes what a batch of events tells about people, in its order and in one round
// trip. An event may be learnt twice, and after newer ones: see the package's comment.
// Types that the catalogue doesn't have and payloads that don't hold teach nothing.
func (b *Book) Learn(ctx context.Context, events []notify.Event) error {
	var w writes
	var roles []roleChange
	for _, e := range events {
		b.study(&w, &roles, e)
	}
	done, err := b.commit(ctx, w)
	if err != nil {
		return err
	}
	return b.changeRoles(ctx, roles, done)
}

func (b *Book) study(w *writes, roles *[]roleChange, e notify.Event) {
	lessons := b.lessons[e.Type]
	if len(lessons) == 0 {
		return
	}
	t, err := eventtypes.Check(&e)
	if err != nil {
		return
	}
	s := &study{writes: w, event: e, typ: t, at: stampOf(e), roles: roles, bad: func(err error) { b.refused(e, err) }}
	for _, l := range lessons {
		l(s)
	}
}

// changeRoles moves people into the audience of their role and out of those of all others.
// A role that is not the newest moves nobody.
func (b *Book) changeRoles(ctx context.Context, roles []roleChange, done []redis.Cmder) error {
	for _, r := range roles {
		if n, ok := done[r.step].(*redis.Cmd); !ok || n.Val() == int64(0) {
			continue
		}
		if err := b.changeRole(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) changeRole(ctx context.Context, r roleChange) error {
	ever, err := b.client.SMembers(ctx, rediskeys.Memberships(r.userID)).Result()
	if err != nil {
		return err
	}
	var w writes
	now := roleAudience + r.role
	for _, a := range ever {
		if strings.HasPrefix(a, roleAudience) && a != now {
			w.member(r.at, a, r.userID, leaves)
		}
	}
	w.member(r.at, now, r.userID, joins)
	_, err = b.commit(ctx, w)
	return err
}
