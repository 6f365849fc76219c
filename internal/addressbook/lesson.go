package addressbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// lesson is one thing that an event teaches: it adds its writes to the study.
type lesson func(s *study)

// study is an event being learnt from.
type study struct {
	*writes
	event notify.Event
	typ   *eventtypes.Type
	at    stamp
	roles *[]roleChange
	bad   func(err error)
}

// roleChange is a person's new role. Which roles it ends is only known to Redis.
type roleChange struct {
	userID, role string
	at           stamp
	step         int // its command's place in the pipeline: its answer says if it is the newest
}

func (s *study) text(field string) string { return s.typ.Payload.Text(s.event.Payload, field) }

// about is the person of whom the event teaches more than an id; empty where it doesn't.
func (s *study) about() string { return cmp.Or(s.text("user_id"), s.text("operator_id")) }

func (s *study) know(userID string, list ...fact) {
	if userID != "" {
		s.facts(rediskeys.Contact(userID), s.at, 0, list...)
	}
}

// curriculum is the table by event type.
func curriculum() map[string][]lesson {
	m := map[string][]lesson{}
	for _, t := range eventtypes.Catalogue() {
		name := string(t.Name)
		for _, r := range table() {
			if r.covers(name) {
				m[name] = append(m[name], r.teaches...)
			}
		}
	}
	return m
}

func (r row) covers(name string) bool {
	for _, t := range r.types {
		family, wild := strings.CutSuffix(t, "*")
		if t == name || wild && strings.HasPrefix(name, family) {
			return true
		}
	}
	return false
}

// person teaches how to reach the user of user_id. The payload's fields are named like a
// contact's.
func person(fields ...string) lesson {
	return func(s *study) {
		c := notify.Contact{UserID: s.text("user_id")}
		for _, f := range fields {
			readField(&c, f, s.text(f))
		}
		s.contact(c)
	}
}

// contact merges what can be used of c. A value that is no good is left out: the rest of
// the event is still worth having.
func (s *study) contact(c notify.Contact) {
	if c.UserID == "" {
		return
	}
	clean, err := normal(c)
	if err != nil {
		s.bad(err)
		clean = usable(c)
	}
	s.merge(s.at, clean)
}

// usable is the contact without the values that [normal] refuses.
func usable(c notify.Contact) notify.Contact {
	c.Email, _ = NormalEmail(c.Email)
	c.Phone, _ = NormalPhone(c.Phone)
	c.TelegramChat, _ = normalChat(c.TelegramChat)
	c.TimeZone, _ = normalZone(c.TimeZone)
	c.Locale = notify.Locale(c.Locale)
	if checkPersonName(c.Name) != nil {
		c.Name = ""
	}
	c.PushTokens = slices.DeleteFunc(slices.Clone(c.PushTokens), func(t notify.PushToken) bool {
		_, err := normalTokens([]notify.PushToken{t})
		return err != nil
	})
	return c
}

// mark teaches that an address was verified by the event.
func mark(field string) lesson {
	return func(s *study) { s.know(s.text("user_id"), fact{field, timeText(s.event.Time)}) }
}

// ban teaches that the user hears only mandatory messages from now on, or until a day.
func ban(s *study) {
	var until time.Time
	if p, ok := s.event.Payload.(*eventtypes.UserBanned); ok {
		until = p.Until.Time
	}
	s.know(s.text("user_id"), fact{fieldBanned, timeText(s.event.Time)}, fact{fieldBannedUntil, timeText(until)})
}

// role teaches the one role that the user now has.
func role(s *study) {
	c := roleChange{userID: s.text("user_id"), role: s.text("role"), at: s.at, step: len(s.steps)}
	if c.userID == "" || c.role == "" {
		return
	}
	s.know(c.userID, fact{fieldRole, c.role})
	s.apart()
	*s.roles = append(*s.roles, c)
}

// link teaches what a thing belongs to: the thing's id stands in the field <kind>_id.
func link(kind, to, field string) lesson {
	return func(s *study) { s.link(s.at, kind, s.text(kind+"_id"), to, s.text(field)) }
}

// join teaches that somebody belongs to an audience whose name holds the id of a field.
func join(audience, idField, userField string) lesson {
	return membership(audience, idField, userField, joins)
}

// leave teaches that somebody no longer belongs to it.
func leave(audience, idField, userField string) lesson {
	return membership(audience, idField, userField, leaves)
}

func membership(audience, idField, userField, change string) lesson {
	return func(s *study) {
		if id := s.text(idField); id != "" {
			s.member(s.at, fmt.Sprintf(audience, id), s.text(userField), change)
		}
	}
}

// seller teaches that the seller belongs to the storefront, where an event names both.
func seller(s *study) { join("storefront:%s:members", "storefront_id", "seller_id")(s) }

// ownerJoins and othersLeave keep the owners of a warehouse apart from its other staff.
func ownerJoins(s *study) {
	if isOwner(s.text("role")) {
		join("warehouse:%s:owners", "warehouse_id", "user_id")(s)
	}
}

func othersLeave(s *study) {
	if r := s.text("role"); r != "" && !isOwner(r) {
		leave("warehouse:%s:owners", "warehouse_id", "user_id")(s)
	}
}

func isOwner(role string) bool { return strings.EqualFold(role, "owner") }

// applicant teaches who applied. Somebody without an account becomes a contact under the
// application's own name: the events that follow carry no address any more.
func applicant(s *study) {
	application, userID := s.text("application_id"), s.text("user_id")
	if userID == "" {
		userID = "application:" + application
		s.contact(notify.Contact{UserID: userID, Email: s.text("email"), Phone: s.text("phone"), Name: s.text("applicant_name")})
	}
	s.link(s.at, "application", application, "applicant", userID)
}
