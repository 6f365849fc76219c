package ctl

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
)

func newContactsPrefs(s *session) *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "prefs PERSON [CATEGORY/CHANNEL on|off|clear]", Short: "show or change what a person wants to hear of",
		Long: `A preference turns a category by a channel on or off: order/email, order/* (all channels),
*/sms (all categories), */* (everything). The most exact one decides; without any, everything
is wanted. Mandatory messages can't be turned off. clear takes a choice back.`,
		Example: "  notifyctl contacts prefs 890\n  notifyctl contacts prefs 890 order/sms off\n  notifyctl contacts prefs 890 '*/*' clear",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 3 {
				return usagef("want a person, or a person, a preference and on, off or clear")
			}
			return nil
		},
	}
	yes := yesFlag(c)
	c.RunE = s.withPerson(true, func(ctx context.Context, p *platform, userID string, args []string) error {
		if len(args) == 0 {
			return s.showPreferences(ctx, p, userID)
		}
		if err := s.askProtected("Change what user "+userID+" hears of", *yes); err != nil {
			return err
		}
		return s.setPreference(ctx, p, userID, args[0], args[1], by)
	})
	c.Flags().StringVar(&by, "by", "", "whose choice it is, where the person made it: 'the person, by phone'")
	c.ValidArgsFunction = completePreferences
	return c
}

func (s *session) setPreference(ctx context.Context, p *platform, userID, key, word, by string) error {
	if by == "" {
		by = s.operator()
	}
	var err error
	switch word {
	case "clear":
		err = p.book.ClearPreference(ctx, userID, key)
	case "on", "off":
		err = p.book.SetPreference(ctx, userID, key, notify.Choice{On: word == "on", By: by, How: "notifyctl"})
	default:
		return usagef("%q: want on, off or clear", notify.Printable(word, 20))
	}
	if err != nil {
		return usageError{err}
	}
	return s.showPreferences(ctx, p, userID)
}

// preferenceView is a preference as the command shows it.
type preferenceView struct {
	Preference string `json:"preference"`
	notify.Choice
}

func (s *session) showPreferences(ctx context.Context, p *platform, userID string) error {
	c, err := p.book.Stored(ctx, userID)
	if err != nil {
		return err
	}
	t := table{head: []string{"PREFERENCE", "WANTED", "BY", "HOW", "SINCE"}}
	var views []preferenceView
	for _, key := range names(c.Preferences) {
		choice := c.Preferences[key]
		views = append(views, preferenceView{key, choice})
		t.add(key, onOff(choice.On), choice.By, choice.How, s.when(choice.At))
	}
	if len(views) == 0 {
		fmt.Fprintf(s.Err, "User %s has no preferences: everything is wanted.\n", userID)
	}
	return print(s, views, t)
}

func completePreferences(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 1:
		list := []string{"*/*"}
		for _, ch := range notify.Channels() {
			list = append(list, "*/"+string(ch))
		}
		for _, c := range categories() {
			list = append(list, c+"/*")
			for _, ch := range notify.Channels() {
				list = append(list, c+"/"+string(ch))
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	case 2:
		return []string{"on", "off", "clear"}, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
