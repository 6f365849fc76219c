package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/addressbook"
)

func newAudience(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "audience", Short: "people who hear of the same things", GroupID: "operators",
		Long: `Audiences are learnt from events; what no event tells is added here:

  storefront:67:members    sellers of a storefront
  role:admin               the platform's administrators
  listing:100:watchers     those who watch a listing
  warehouse:1:owners       warehouse:1:staff, pvz:1:owners, pvz:1:operators`,
	}
	c.AddCommand(newAudienceList(s),
		newAudienceChange(s, "add", "add people to an audience", (*addressbook.Book).Join),
		newAudienceChange(s, "remove", "take people out of an audience", (*addressbook.Book).Leave))
	return c
}

// audienceView is an audience with its size.
type audienceView struct {
	Name    string `json:"name"`
	Members int64  `json:"members"`
}

// memberView is a member of an audience.
type memberView struct {
	UserID string `json:"user_id"`
	Name   string `json:"name,omitempty"`
	Known  bool   `json:"known"`
}

func newAudienceList(s *session) *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "list [AUDIENCE]", Short: "list the audiences, or the members of one",
		Example: "  notifyctl audience list\n  notifyctl audience list storefront:67:members",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: first(s.completeAudiences),
		RunE: s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
			if len(args) == 0 {
				return s.listAudiences(ctx, p)
			}
			return s.listMembers(ctx, p, args[0], limit)
		}),
	}
	c.Flags().IntVarP(&limit, "limit", "n", 1000, "how many members at most")
	return c
}

func (s *session) listAudiences(ctx context.Context, p *platform) error {
	sizes := map[string]int64{}
	err := p.book.Audiences(ctx, func(name string) (err error) {
		sizes[name], err = p.book.Count(ctx, name)
		return err
	})
	if err != nil {
		return err
	}
	t := table{head: []string{"AUDIENCE", "MEMBERS"}}
	var views []audienceView
	for _, name := range names(sizes) {
		views = append(views, audienceView{name, sizes[name]})
		t.add(name, count(sizes[name]))
	}
	return print(s, views, t)
}

func (s *session) listMembers(ctx context.Context, p *platform, audience string, limit int) error {
	ids, err := p.book.Members(ctx, audience, limit)
	if err != nil {
		return err
	}
	people, err := p.book.Contacts(ctx, ids)
	if err != nil {
		return err
	}
	t := table{head: []string{"USER", "NAME"}}
	var views []memberView
	for i, id := range ids {
		v := memberView{UserID: id, Name: initial(people[i].Name), Known: people[i].UserID != ""}
		views = append(views, v)
		t.add(id, map[bool]string{true: v.Name, false: "(no contact known)"}[v.Known])
	}
	if size, err := p.book.Count(ctx, audience); err == nil && size > int64(len(ids)) {
		fmt.Fprintf(s.Err, "%d of %d; --limit shows more\n", len(ids), size)
	}
	if len(ids) == 0 {
		fmt.Fprintf(s.Err, "Nobody is in %s.\n", audience)
	}
	return print(s, views, t)
}

// initial is a name as it is shown where addresses are masked.
func initial(name string) string {
	if name == "" {
		return ""
	}
	return string([]rune(name)[:1]) + "•••"
}

func newAudienceChange(s *session, verb, about string, do func(*addressbook.Book, context.Context, string, ...string) error) *cobra.Command {
	c := &cobra.Command{
		Use: verb + " AUDIENCE USER…", Short: about, Example: "  notifyctl audience " + verb + " storefront:67:members 890 891",
		Args: cobra.MinimumNArgs(2), ValidArgsFunction: first(s.completeAudiences),
	}
	yes := yesFlag(c)
	c.RunE = s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
		if strings.Count(args[0], ":") == 0 {
			return usagef("audience %q: want a name such as role:admin or storefront:67:members", args[0])
		}
		if err := s.askProtected(fmt.Sprintf("%s %s: %s", verb, args[0], strings.Join(args[1:], ", ")), *yes); err != nil {
			return err
		}
		return do(p.book, ctx, args[0], args[1:]...)
	})
	return c
}

func (s *session) completeAudiences(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(commandContext(c), completionTime)
	defer cancel()
	p, err := s.platform(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list := map[string]bool{}
	_ = p.book.Audiences(ctx, func(name string) error { list[name] = true; return nil })
	return names(list), cobra.ShellCompDirectiveNoFileComp
}
