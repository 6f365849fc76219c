package ctl

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/wording"
)

// words loads templates and locales as the daemon does.
func (s *session) words() (*render.Set, error) {
	cfg, err := s.settings()
	if err != nil {
		return nil, err
	}
	set, err := wording.Watcher(cfg.Words, cfg.Brand).Load()
	if err != nil {
		return nil, fmt.Errorf("templates and locales: %w", err)
	}
	return set, nil
}

func (s *session) renderer() (*render.Renderer, error) {
	set, err := s.words()
	if err != nil {
		return nil, err
	}
	r := render.New(set)
	r.Now = s.clock()
	return r, nil
}

// messageView is a message as the command shows it: text only.
type messageView struct {
	Locale  string `json:"locale,omitempty"`
	Subject string `json:"subject,omitempty"`
	Title   string `json:"title,omitempty"`
	Text    string `json:"text,omitempty"`
	Link    string `json:"link,omitempty"`
	Error   string `json:"error,omitempty"`
}

// message makes the words of a delivery. The person's name is masked in them.
func (x *explainer) message(ctx context.Context, d notify.Delivery) *messageView {
	c, err := x.p.book.For(ctx, d)
	if err != nil {
		return &messageView{Error: err.Error()}
	}
	c.Name = initial(c.Name)
	m, err := x.renderer.Render(d, c)
	if err != nil {
		return &messageView{Error: err.Error()}
	}
	v := &messageView{Locale: m.Locale, Text: m.Text, Link: m.Link}
	switch d.Channel {
	case notify.Email:
		v.Subject = m.Subject
	case notify.Telegram:
		v.Text = m.HTML
	case notify.Push:
		v.Title = m.Title
	case notify.SMS:
	}
	return v
}

// configuredProviders names through whom each channel sends, by the configuration alone:
// "smtp relay.example.com". No password is shown and nobody is called.
func configuredProviders(c *config.Config) map[notify.Channel]string {
	m := map[notify.Channel]string{notify.Email: provider(c.Email.URL.Reveal()), notify.SMS: provider(c.SMS.URL.Reveal())}
	if !c.Telegram.Token.Empty() {
		m[notify.Telegram] = "telegram"
	}
	if c.Push.Credentials != "" || c.Push.Endpoint != "" {
		m[notify.Push] = "fcm"
	}
	return m
}

// provider is the first of a list of provider URLs, without its login.
func provider(list string) string {
	u, err := url.Parse(firstWord(list))
	if err != nil || u.Scheme == "" {
		return ""
	}
	return strings.TrimSpace(strings.Replace(u.Scheme, "smtps", "smtp", 1) + " " + u.Hostname())
}

func firstWord(text string) string {
	for w := range strings.FieldsSeq(text) {
		return w
	}
	return ""
}
