package ctl

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// contactView is a person as the commands show it.
type contactView struct {
	UserID        string                   `json:"user_id"`
	Name          string                   `json:"name,omitempty"`
	Email         string                   `json:"email,omitempty"`
	Phone         string                   `json:"phone,omitempty"`
	TelegramChat  string                   `json:"telegram_chat_id,omitempty"`
	Devices       []deviceView             `json:"devices,omitempty"`
	Locale        string                   `json:"locale,omitempty"`
	TimeZone      string                   `json:"timezone,omitempty"`
	EmailVerified time.Time                `json:"email_verified,omitzero"`
	PhoneVerified time.Time                `json:"phone_verified,omitzero"`
	Banned        time.Time                `json:"banned,omitzero"`
	BannedUntil   time.Time                `json:"banned_until,omitzero"`
	Preferences   notify.Preferences       `json:"preferences,omitempty"`
	Dead          map[string]notify.Health `json:"dead,omitempty"` // by channel
	Audiences     []string                 `json:"audiences,omitempty"`
}

type deviceView struct {
	Device   string    `json:"device"`
	Platform string    `json:"platform"`
	LastSeen time.Time `json:"last_seen,omitzero"`
	Token    string    `json:"token,omitempty"` // only revealed
}

func viewContact(ctx context.Context, p *platform, userID string, reveal bool) (contactView, error) {
	c, err := p.book.Stored(ctx, userID)
	if err != nil {
		return contactView{}, err
	}
	audiences, err := p.book.Memberships(ctx, userID)
	slices.Sort(audiences)
	v := contactView{
		UserID: userID, Name: c.Name, Email: c.Email, Phone: c.Phone, TelegramChat: c.TelegramChat, Locale: c.Locale, TimeZone: c.TimeZone,
		EmailVerified: c.EmailVerified, PhoneVerified: c.PhoneVerified, Banned: c.Banned, BannedUntil: c.BannedUntil,
		Preferences: c.Preferences, Audiences: audiences,
	}
	for _, t := range c.PushTokens {
		v.Devices = append(v.Devices, deviceView{t.Device()[:8], t.Platform, t.LastSeen, t.Token})
	}
	v.dead(c, p.now())
	if !reveal {
		v.mask()
	}
	return v, err
}

// dead names the channels whose address a provider called dead.
func (v *contactView) dead(c notify.Contact, now time.Time) {
	for _, ch := range notify.Channels() {
		a, ok := c.Address(ch, "")
		if h, dead := c.Dead(a, now); ok && dead {
			if v.Dead == nil {
				v.Dead = map[string]notify.Health{}
			}
			v.Dead[string(ch)] = h
		}
	}
}

func (v *contactView) mask() {
	v.Name, v.Email = initial(v.Name), notify.Mask(notify.Email, v.Email)
	v.Phone, v.TelegramChat = notify.Mask(notify.SMS, v.Phone), notify.Mask(notify.Telegram, v.TelegramChat)
	for i := range v.Devices {
		v.Devices[i].Token = ""
	}
}

// contactPage writes a person for people.
type contactPage struct {
	s *session
	v contactView
}

func (p contactPage) write(w io.Writer) error {
	v := p.v
	rows := [][2]string{
		{"User", strings.TrimSpace(v.UserID + "  " + v.Name)},
		{"Email", p.address(v.Email, "email", v.EmailVerified)},
		{"Phone", p.address(v.Phone, "sms", v.PhoneVerified)},
		{"Telegram", p.address(v.TelegramChat, "telegram", time.Time{})},
	}
	for _, d := range v.Devices {
		rows = append(rows, [2]string{"Device", strings.TrimSpace(fmt.Sprintf("%s %s  seen %s  %s", d.Platform, d.Device, p.s.when(d.LastSeen), d.Token))})
	}
	rows = append(rows, [2]string{"Language", cmp.Or(v.Locale, "not known: Serbian")}, [2]string{"Time zone", cmp.Or(v.TimeZone, "not known: Europe/Belgrade")})
	if !v.Banned.IsZero() {
		rows = append(rows, [2]string{"Banned", p.s.when(v.Banned) + ", until " + cmp.Or(p.s.when(v.BannedUntil), "–") + ": only mandatory messages"})
	}
	for _, key := range names(v.Preferences) {
		rows = append(rows, [2]string{"Preference", preferenceLine(p.s, key, v.Preferences[key])})
	}
	for _, a := range v.Audiences {
		rows = append(rows, [2]string{"Audience", a})
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "%-11s %s\n", r[0], r[1]); err != nil {
			return err
		}
	}
	return nil
}

func (p contactPage) address(value, channel string, verified time.Time) string {
	if value == "" {
		return "–"
	}
	if !verified.IsZero() {
		value += "  verified " + p.s.when(verified)
	}
	if h, dead := p.v.Dead[channel]; dead {
		value += p.s.paint(red, fmt.Sprintf("  dead since %s (%s: %s)", p.s.when(h.Since), h.Provider, h.Reason))
	}
	return value
}

func preferenceLine(s *session, key string, c notify.Choice) string {
	return fmt.Sprintf("%s %s  by %s, %s, %s", key, onOff(c.On), c.By, c.How, s.when(c.At))
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// line writes a line.
func line(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := fmt.Fprintln(w, text); return err }
}
