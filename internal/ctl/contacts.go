package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/public"
)

func newContacts(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "contacts", Short: "the people whom the platform can reach", GroupID: "support",
		Long: `contacts shows and changes the address book. Most of it is learnt from events; what is said
here holds until a newer event says otherwise.

A person is a user id, or an email address, phone number or Telegram chat that leads to one.
Addresses are masked; --reveal shows them whole, and the log keeps who looked.`,
	}
	c.AddCommand(newContactsGet(s), newContactsSet(s), newContactsImport(s), newContactsExport(s), newContactsForget(s),
		newContactsPrefs(s), newContactsLink(s), newContactsLift(s))
	return c
}

// person finds whom support means. With strangers a user id that nobody knows is taken, too.
func (s *session) person(ctx context.Context, p *platform, who string, strangers bool) (string, error) {
	userID, err := p.book.Find(ctx, who)
	if !errors.Is(err, notify.ErrNoContact) {
		return userID, err
	}
	if strangers && !strings.ContainsAny(who, "@+") {
		return strings.TrimPrefix(who, "user:"), nil
	}
	return "", fmt.Errorf("nobody is known as %s: notifyctl contacts set USER … makes a contact", masked(who))
}

// withPlatform is a command's body that works on the platform.
func (s *session) withPlatform(do func(ctx context.Context, p *platform, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		p, err := s.platform(c.Context())
		if err != nil {
			return err
		}
		return do(c.Context(), p, args)
	}
}

// withPerson is a command's body about the person whom its first argument names; args are
// the others.
func (s *session) withPerson(strangers bool, do func(ctx context.Context, p *platform, userID string, args []string) error) func(*cobra.Command, []string) error {
	return s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
		userID, err := s.person(ctx, p, args[0], strangers)
		if err != nil {
			return err
		}
		return do(ctx, p, userID, args[1:])
	})
}

// masked hides what somebody typed if it is an address.
func masked(who string) string {
	switch {
	case strings.Contains(who, "@"):
		return notify.Mask(notify.Email, strings.TrimPrefix(who, "email:"))
	case strings.HasPrefix(who, "+"):
		return notify.Mask(notify.SMS, who)
	}
	return notify.Printable(who, 60)
}

func newContactsGet(s *session) *cobra.Command {
	var reveal bool
	var reason string
	c := &cobra.Command{
		Use: "get PERSON", Short: "show what is known of a person",
		Example: "  notifyctl contacts get 890\n  notifyctl contacts get ana@example.com --reveal --reason 'ticket 77'",
		Args:    cobra.ExactArgs(1),
		RunE: s.withPerson(false, func(ctx context.Context, p *platform, userID string, _ []string) error {
			if reveal {
				seen := []notify.Delivery{{To: notify.Recipient{UserID: userID}}}
				if err := s.recordReveal(ctx, p, seen, reason); err != nil {
					return err
				}
			}
			v, err := viewContact(ctx, p, userID, reveal)
			if err != nil {
				return err
			}
			return printOne(s, v, contactPage{s, v}.write)
		}),
	}
	c.Flags().BoolVar(&reveal, "reveal", false, "show addresses whole; the log keeps who did")
	c.Flags().StringVar(&reason, "reason", "", "why they are revealed, for the log")
	return c
}

func newContactsForget(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "forget PERSON", Short: "erase everything about a person",
		Long: `forget erases a person from the address book: addresses, devices, preferences, memberships.
What streams told of the person before is not learnt again. Of a guest, who has an address and
no account, it erases what they were told. It can't be undone.`,
		Example: "  notifyctl contacts forget 890\n  notifyctl contacts forget guest@example.com", Args: cobra.ExactArgs(1),
	}
	yes := yesFlag(c)
	c.RunE = s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
		userID, err := s.person(ctx, p, args[0], true)
		who, erase := "user "+userID, func() error { return p.book.Forget(ctx, userID) }
		if err != nil {
			key, found := finder{p, 1}.isGuest(ctx, args[0])
			if !found {
				return err
			}
			who, erase = "the guest "+masked(args[0]), func() error { return p.book.ForgetAddress(ctx, key) }
		}
		if err := s.ask("Erase everything about "+who, *yes); err != nil {
			return err
		}
		if err := erase(); err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "%s is forgotten.\n", capital(who))
		return nil
	})
	return c
}

func newContactsLink(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "telegram-link PERSON", Short: "make a link by which a person's Telegram becomes known",
		Long: `Whoever opens the link within a day and presses Start is the person from then on. Linking uses
it up, together with all links that were made before. Emails end with such a link, too, for
people whose chat is not known yet (docs/support.md).`,
		Example: "  notifyctl contacts telegram-link 890", Args: cobra.ExactArgs(1),
	}
	yes := yesFlag(c)
	c.RunE = s.withPerson(true, func(ctx context.Context, p *platform, userID string, _ []string) error {
		if s.cfg.Telegram.Bot == "" {
			return usagef("the bot's name is not known: set telegram.bot (VONDINOTIFY_TELEGRAM_BOT)")
		}
		if s.cfg.Public.Key.Empty() {
			return usagef("the key that signs links is not known: set public.key (VONDINOTIFY_PUBLIC_KEY), the daemon's own")
		}
		if err := s.askProtected("Make a link by which somebody becomes user "+userID, *yes); err != nil {
			return err
		}
		person, err := p.book.Stored(ctx, userID)
		if err != nil {
			return err
		}
		invitations := public.Invitations{Bot: s.cfg.Telegram.Bot, Key: s.cfg.Public.Key, Now: p.now}
		link := invitations.Link(person, 24*time.Hour)
		if link == "" {
			return fmt.Errorf("the id of user %s is too long for a link: Telegram takes 27 bytes, or a UUID", userID)
		}
		return printOne(s, map[string]string{"user_id": userID, "link": link}, line(link))
	})
	return c
}

func newContactsLift(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "lift PERSON CHANNEL", Short: "use an address again that a provider called dead",
		Example: "  notifyctl contacts lift 890 email", Args: cobra.ExactArgs(2),
		ValidArgsFunction: offer(texts(notify.Channels())),
	}
	yes := yesFlag(c)
	c.RunE = s.withPerson(true, func(ctx context.Context, p *platform, userID string, args []string) error {
		ch, err := notify.ParseChannel(args[0])
		if err != nil {
			return usageError{err}
		}
		if err := s.askProtected(fmt.Sprintf("Use the %s address of user %s again", ch, userID), *yes); err != nil {
			return err
		}
		return s.lift(ctx, p, userID, ch)
	})
	return c
}

func (s *session) lift(ctx context.Context, p *platform, userID string, ch notify.Channel) error {
	person, err := p.book.Stored(ctx, userID)
	if err != nil {
		return err
	}
	n := 0
	for _, key := range names(person.Health) {
		if !strings.HasPrefix(key, string(ch)+":") {
			continue
		}
		if err := p.book.Lift(ctx, userID, key); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return fmt.Errorf("no %s address of user %s is called dead", ch, userID)
	}
	fmt.Fprintf(s.Err, "%s of user %s is used again.\n", ch, userID)
	return nil
}
