package addressbook

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/vondi-global/notifications/internal/notify"
)

// region is where a phone number without a country code is dialled.
const region = "RS"

// Limits of what is stored; real values are far below.
const (
	maxName       = 200 // bytes of an id, or of an audience's name
	maxPersonName = 800
	maxToken      = 4096
)

// Invalid says what is wrong with a value of a contact. It never shows the value.
type Invalid struct {
	Field string // "phone", "push_tokens[1]"
	Want  string // what would be right
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Want }

func invalid(field, format string, args ...any) error {
	return &Invalid{Field: field, Want: fmt.Sprintf(format, args...)}
}

// checkName holds an id or a name of an audience against what may become part of a key.
func checkName(field, s string) error {
	switch {
	case s == "":
		return invalid(field, "it is missing")
	case len(s) > maxName:
		return invalid(field, "it is longer than %d bytes", maxName)
	case hostile(s):
		return invalid(field, "it holds control characters")
	}
	return nil
}

// hostile says whether text holds what belongs neither into a key nor into a header.
func hostile(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

func checkPersonName(s string) error {
	switch {
	case len(s) > maxPersonName:
		return invalid("name", "it is longer than %d bytes", maxPersonName)
	case hostile(s):
		return invalid("name", "it holds control characters")
	}
	return nil
}

// NormalEmail checks an email address and writes its domain in small letters.
func NormalEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	at := strings.LastIndex(s, "@")
	if err != nil || a.Name != "" || a.Address != s || len(s) > 254 {
		return "", invalid("email", "want an address such as jelena@example.com")
	}
	return s[:at] + strings.ToLower(s[at:]), nil
}

// NormalPhone writes a phone number as E.164. Numbers without a country code are read as
// Serbian.
func NormalPhone(s string) (string, error) {
	n, err := phoneNumber(strings.TrimSpace(s))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", invalid("phone", "want a number that can be called, such as +381631234567; without + it is read as a Serbian one")
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// phoneNumber reads a number. Nearly all come in their final form, the country's code and
// digits without a 0 before them: there is nothing to be found out, which takes the library
// three times as long as checking the number.
func phoneNumber(s string) (*phonenumbers.PhoneNumber, error) {
	digits, ok := strings.CutPrefix(s, "+381")
	if !ok || len(digits) > 12 || strings.HasPrefix(digits, "0") || strings.Trim(digits, "0123456789") != "" {
		return phonenumbers.Parse(s, region)
	}
	national, err := strconv.ParseUint(digits, 10, 64)
	return &phonenumbers.PhoneNumber{CountryCode: new(int32(381)), NationalNumber: &national}, err
}

func normalChat(s string) (string, error) {
	s = strings.TrimSpace(s)
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
		return "", invalid("telegram_chat_id", "want the number of a chat, such as 555")
	}
	return s, nil
}

func normalZone(s string) (string, error) {
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return "", invalid("timezone", "want an IANA name such as Europe/Belgrade")
	}
	return s, nil
}

func normalTokens(tokens []notify.PushToken) ([]notify.PushToken, error) {
	list := slices.Clone(tokens)
	for i, t := range list {
		field := fmt.Sprintf("push_tokens[%d]", i)
		list[i].Platform = strings.ToLower(t.Platform)
		switch {
		case t.Token == "" || len(t.Token) > maxToken || strings.ContainsAny(t.Token, " \t\r\n"):
			return nil, invalid(field, "want a token without spaces, at most %d bytes", maxToken)
		case !slices.Contains([]string{"android", "ios", "web"}, list[i].Platform):
			return nil, invalid(field, "want a platform: android, ios or web")
		}
	}
	return list, nil
}

// normal checks a contact and brings it into the form that is stored. The error joins an
// [*Invalid] for each value that is wrong.
func normal(c notify.Contact) (notify.Contact, error) {
	errs := []error{checkName("user_id", c.UserID), checkPersonName(c.Name)}
	for _, f := range []struct {
		value *string
		clean func(string) (string, error)
	}{
		{&c.Email, NormalEmail}, {&c.Phone, NormalPhone}, {&c.TelegramChat, normalChat}, {&c.TimeZone, normalZone},
	} {
		if *f.value == "" {
			continue
		}
		var err error
		*f.value, err = f.clean(*f.value)
		errs = append(errs, err)
	}
	var err error
	c.PushTokens, err = normalTokens(c.PushTokens)
	c.Locale = notify.Locale(c.Locale)
	return c, errors.Join(append(errs, err)...)
}
