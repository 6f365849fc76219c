package eventtypes

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"github.com/vondi-global/notifications/internal/notify"
)

// hidden stands for what must not be shown at all.
const hidden = "•••"

// Mask returns a payload as it may be shown: personal fields of the type are masked, and
// wherever the catalogue doesn't know a field (or the type: t is nil), everything that
// looks like an address, a name, a code or a link. The members keep their order.
func Mask(t *Type, data json.RawMessage) json.RawMessage {
	if !json.Valid(data) {
		return quote("not JSON: " + maskText(notify.Printable(string(data), 200)))
	}
	if depth(data) > maxDepth {
		return quote("nested too deeply to be shown")
	}
	data = bytes.TrimSpace(data)
	if t == nil || data[0] != '{' {
		return maskUnknown("", data)
	}
	return t.Payload.mask(data)
}

// maxDepth is far above any real payload; each level costs another walk over the rest.
const maxDepth = 64

func (p Payload) mask(object json.RawMessage) json.RawMessage {
	return maskMembers(object, func(key string, value json.RawMessage) json.RawMessage {
		if i, ok := p.byName[key]; ok {
			return p.fields[i].mask(value)
		}
		return maskUnknown(key, value)
	})
}

func (f *Field) mask(value json.RawMessage) json.RawMessage {
	if f.PII != "" {
		return maskAs(f.PII, value)
	}
	if f.item != nil {
		if array, err := unquoteArray(value); err == nil {
			return maskElements(array, func(item json.RawMessage) json.RawMessage {
				if item[0] == '{' {
					return f.item.mask(item)
				}
				return maskUnknown("", item)
			})
		}
	}
	return maskUnknown("", value) // the type vouches for the name of the field, not for its words
}

// maskUnknown masks a value by its name and by what it looks like.
func maskUnknown(key string, value json.RawMessage) json.RawMessage {
	if kind := personal(key); kind != "" {
		return maskAs(kind, value)
	}
	switch value[0] {
	case '{':
		return maskMembers(value, maskUnknown)
	case '[':
		return maskElements(value, func(item json.RawMessage) json.RawMessage { return maskUnknown(key, item) })
	case '"':
		inner := unquote(value)
		if isObject(inner) {
			return maskMembers(inner, maskUnknown)
		}
		return quote(maskText(string(inner)))
	}
	return value
}

// maskAs masks a value of a known kind. What isn't a string is hidden whole.
func maskAs(kind string, value json.RawMessage) json.RawMessage {
	if absent(value) {
		return value
	}
	if value[0] != '"' {
		return quote(hidden)
	}
	s := string(unquote(value))
	switch kind {
	case "email":
		return quote(notify.Mask(notify.Email, s))
	case "phone":
		return quote(notify.Mask(notify.SMS, s))
	case "name":
		for _, r := range s {
			return quote(string(r) + hidden)
		}
	}
	return quote(hidden)
}

func maskMembers(object json.RawMessage, mask func(key string, value json.RawMessage) json.RawMessage) json.RawMessage {
	out := []byte{'{'}
	for key, value := range members(object) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(out, quote(string(key))...), ':')
		out = append(out, mask(string(key), value)...)
	}
	return append(out, '}')
}

func maskElements(array json.RawMessage, mask func(item json.RawMessage) json.RawMessage) json.RawMessage {
	out := []byte{'['}
	for i, item := range elements(array) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, mask(item)...)
	}
	return append(out, ']')
}

// personalWords are words in the names of fields that carry what isn't everybody's.
var personalWords = map[string]string{
	"email": "email", "mail": "email",
	"phone": "phone", "mobile": "phone", "msisdn": "phone",
	"name": "name", "surname": "name",
	"address": "address", "street": "address", "ip": "address", "chat": "address", "iban": "address", "card": "address",
	"code": "secret", "pin": "secret", "otp": "secret", "token": "secret", "tokens": "secret", "secret": "secret",
	"password": "secret", "key": "secret", "auth": "secret", "authorization": "secret", "cookie": "secret",
	"url": "secret", "uri": "secret", "link": "secret", "href": "secret",
}

// personal guesses from a field's name what kind of personal value it holds.
func personal(key string) string {
	for _, word := range wordsOf(key) {
		if kind := personalWords[word]; kind != "" {
			return kind
		}
	}
	return ""
}

// wordsOf splits "pickup_code", "pickup-code" and "pickupCode".
func wordsOf(key string) []string {
	var b strings.Builder
	lower := false
	for _, r := range key {
		if unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) })
}

// Looks of what may not be shown. A phone number has to begin with + or 0: ids, dates and
// timestamps don't.
var (
	linkLike  = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.\-]*://[^\s"'<>]+`)
	emailLike = regexp.MustCompile(`[^\s@<>"',;:()]+@[^\s@<>"',;:()]+`)
	phoneLike = regexp.MustCompile(`(?:\+|\b0)\d[\d ()/.\-]{5,}\d`)
	codeLike  = regexp.MustCompile(`(?i)(code|kod|код|pin|otp|lozinka|пароль)(\D{0,12})\d{3,10}\b`)
	tokenLike = regexp.MustCompile(`[A-Za-z0-9_:.\-]{40,}`)
)

// maskText masks the addresses, links, codes and tokens in a text.
func maskText(s string) string {
	s = linkLike.ReplaceAllString(s, hidden)
	s = emailLike.ReplaceAllStringFunc(s, func(m string) string { return notify.Mask(notify.Email, m) })
	s = phoneLike.ReplaceAllString(s, hidden)
	s = codeLike.ReplaceAllString(s, "${1}${2}"+hidden)
	return tokenLike.ReplaceAllString(s, hidden)
}

func quote(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return bytes.TrimRight(b.Bytes(), "\n")
}
