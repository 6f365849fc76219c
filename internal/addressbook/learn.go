package addressbook

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// roleAudience begins the audiences of the platform's roles: "role:admin".
const roleAudience = "role:"

// Learn takes what a batch of events tells about people, in its order and in one round
// trip (two, where some are about a person: whoever was forgotten meanwhile stays so). An
// event may be learnt twice, and after newer ones: see the package's comment. Types that
// the catalogue doesn't have and payloads that don't hold teach nothing.
func (b *Book) Learn(ctx context.Context, events []notify.Event) error {
	studies := b.studies(events)
	forgotten, err := b.forgotten(ctx, studies)
	if err != nil {
		return err
	}
	var w writes
	var roles []roleChange
	for _, s := range studies {
		if s.at <= forgotten[s.about()] {
			continue
		}
		s.writes, s.roles = &w, &roles
		for _, l := range b.lessons[s.event.Type] {
			l(s)
		}
	}
	done, err := b.commit(ctx, w)
	if err != nil {
		return err
	}
	return b.changeRoles(ctx, roles, done)
}

// studies are the events that have something to teach.
func (b *Book) studies(events []notify.Event) []*study {
	var list []*study
	for _, e := range events {
		if len(b.lessons[e.Type]) == 0 {
			continue
		}
		if t, err := eventtypes.Check(&e); err == nil {
			list = append(list, &study{event: e, typ: t, at: stampOf(e), bad: func(err error) { b.refused(e, err) }})
		}
	}
	return list
}

// forgotten says of the people whom the events are about when they were forgotten, if they
// were.
func (b *Book) forgotten(ctx context.Context, studies []*study) (map[string]stamp, error) {
	answers := map[string]*redis.StringCmd{}
	p := b.client.Pipeline()
	for _, s := range studies {
		if id := s.about(); id != "" && answers[id] == nil {
			answers[id] = p.Get(ctx, forgottenKey(id))
		}
	}
	if len(answers) == 0 {
		return nil, nil
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	when := map[string]stamp{}
	for id, a := range answers {
		if a.Err() == nil {
			when[id] = stamp(a.Val())
		}
	}
	return when, nil
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
