package ctl

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/similar"
)

func newContactsSet(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "set USER field=value…", Short: "make or change a contact; an empty value takes it away",
		Long:    "Fields: name, email, phone, telegram_chat_id, locale, timezone.",
		Example: "  notifyctl contacts set 890 email=ana@example.com locale=sr\n  notifyctl contacts set 890 phone=",
		Args:    cobra.MinimumNArgs(2),
	}
	yes := yesFlag(c)
	c.RunE = s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
		userID := strings.TrimPrefix(args[0], "user:")
		if strings.ContainsAny(userID, "@=") {
			return usagef("contacts set: want the user id first, then fields; found %s", masked(userID))
		}
		if err := s.askProtected("Change the contact of user "+userID, *yes); err != nil {
			return err
		}
		return setContact(ctx, p, userID, args[1:])
	})
	return c
}

// setContact merges what is given. To take something away the whole contact is written.
func setContact(ctx context.Context, p *platform, userID string, pairs []string) error {
	change := notify.Contact{UserID: userID}
	gone := []string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		field := contactField(&change, name)
		switch {
		case !ok || field == nil:
			return unknownField(name)
		case value == "":
			gone = append(gone, name)
		}
		*field = value
	}
	if err := p.book.Merge(ctx, change); err != nil || len(gone) == 0 {
		return wrongContact(err)
	}
	whole, err := p.book.Stored(ctx, userID)
	if err != nil {
		return err
	}
	for _, name := range gone {
		*contactField(&whole, name) = ""
	}
	return wrongContact(p.book.Put(ctx, whole))
}

func wrongContact(err error) error {
	if err != nil {
		return usageError{err}
	}
	return nil
}

func contactFields() []string {
	return []string{"name", "email", "phone", "telegram_chat_id", "locale", "timezone"}
}

func contactField(c *notify.Contact, name string) *string {
	return map[string]*string{
		"name": &c.Name, "email": &c.Email, "phone": &c.Phone, "telegram_chat_id": &c.TelegramChat, "locale": &c.Locale, "timezone": &c.TimeZone,
	}[name]
}

func unknownField(name string) error {
	if near := similar.Nearest(name, contactFields()); near != "" && near != name {
		return usagef("no field %q: did you mean %s?", notify.Printable(name, 40), near)
	}
	return usagef("%q: want field=value, with one of %s", notify.Printable(name, 40), strings.Join(contactFields(), ", "))
}
