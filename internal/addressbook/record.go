package addressbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// record is a person as imports, exports and the HTTP directory write them.
type record struct {
	UserID       eventtypes.ID      `json:"user_id"`
	Name         string             `json:"name,omitempty"`
	Email        string             `json:"email,omitempty"`
	Phone        string             `json:"phone,omitempty"`
	TelegramChat eventtypes.ID      `json:"telegram_chat_id,omitempty"`
	PushTokens   []notify.PushToken `json:"push_tokens,omitempty"`
	Locale       string             `json:"locale,omitempty"`
	TimeZone     string             `json:"timezone,omitempty"`

	EmailVerified time.Time                `json:"email_verified,omitzero"`
	PhoneVerified time.Time                `json:"phone_verified,omitzero"`
	Banned        time.Time                `json:"banned,omitzero"`
	BannedUntil   time.Time                `json:"banned_until,omitzero"`
	Preferences   notify.Preferences       `json:"preferences,omitempty"`
	Health        map[string]notify.Health `json:"health,omitempty"`
	Audiences     []string                 `json:"audiences,omitempty"`
}

func recordOf(c notify.Contact, audiences []string) record {
	return record{
		UserID: eventtypes.ID(c.UserID), Name: c.Name, Email: c.Email, Phone: c.Phone, TelegramChat: eventtypes.ID(c.TelegramChat),
		PushTokens: c.PushTokens, Locale: c.Locale, TimeZone: c.TimeZone, EmailVerified: c.EmailVerified, PhoneVerified: c.PhoneVerified,
		Banned: c.Banned, BannedUntil: c.BannedUntil, Preferences: c.Preferences, Health: c.Health, Audiences: audiences,
	}
}

func (r record) contact() notify.Contact {
	return notify.Contact{
		UserID: string(r.UserID), Name: strings.TrimSpace(r.Name), Email: r.Email, Phone: r.Phone, TelegramChat: string(r.TelegramChat),
		PushTokens: r.PushTokens, Locale: r.Locale, TimeZone: r.TimeZone, EmailVerified: r.EmailVerified, PhoneVerified: r.PhoneVerified,
		Banned: r.Banned, BannedUntil: r.BannedUntil, Preferences: r.Preferences, Health: r.Health,
	}
}

// mask stands in everything that is masked.
const mask = "•••"

func (r record) masked() record {
	if r.Name != "" {
		r.Name = string([]rune(r.Name)[:1]) + mask
	}
	r.Email, r.Phone = notify.Mask(notify.Email, r.Email), notify.Mask(notify.SMS, r.Phone)
	r.TelegramChat = eventtypes.ID(notify.Mask(notify.Telegram, string(r.TelegramChat)))
	r.PushTokens = slices.Clone(r.PushTokens)
	for i, t := range r.PushTokens {
		r.PushTokens[i].Token = notify.Mask(notify.Push, t.Token)
	}
	return r
}

// check brings a record into the form that is stored.
func (r record) check() (record, error) {
	c, err := normal(r.contact())
	errs := []error{err}
	if strings.Contains(r.Name+r.Email, mask) {
		errs = []error{errors.New("names and addresses are masked: export them with --reveal")}
	}
	for _, a := range r.Audiences {
		errs = append(errs, checkName("audiences", a))
	}
	for key := range r.Preferences {
		errs = append(errs, checkPreference(key))
	}
	return recordOf(c, r.Audiences), errors.Join(errs...)
}

// parseRecord reads a JSON object. strict refuses fields that it doesn't know.
func parseRecord(data []byte, strict bool) (record, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if strict {
		dec.DisallowUnknownFields()
	}
	var r record
	if err := dec.Decode(&r); err != nil {
		return record{}, jsonFault(err)
	}
	if dec.More() {
		return record{}, errors.New("want one JSON object, found more behind it")
	}
	return r, nil
}

// jsonFault says what is wrong with a line, without what stands in it.
func jsonFault(err error) error {
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return invalid(te.Field, "want a %s, not a %s", plainType(te.Type.String()), te.Value)
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errors.New("no valid JSON: want one object in the line")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown field %s: want one of %s", notify.Printable(field, 40), strings.Join(recordFields(), ", "))
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("a time is broken: want one such as 2026-01-21T00:00:00Z")
	}
	return errors.New("no valid JSON: want one object in the line")
}

func plainType(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "list"
	case goType == "string":
		return "text"
	}
	return "JSON object"
}

func recordFields() []string {
	return append(slices.Clone(csvColumns()), "email_verified", "phone_verified", "banned", "banned_until", "preferences", "health")
}
