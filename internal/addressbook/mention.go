package addressbook

import (
	"regexp"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// What an entry that nobody can read may still say of a person. It need not be JSON, or is
// JSON inside of JSON.
var (
	personField = regexp.MustCompile(`(?:user|buyer|seller|recipient|courier|operator|worker|owner|customer)_id\\*"?\s*[:=]\s*\\*"?([^"\\\s,}\]]{1,128})`)
	emailLike   = regexp.MustCompile(`[^\s"'<>,;:\\(){}\[\]]+@[^\s"'<>,;:\\(){}\[\]]+`)
	phoneLike   = regexp.MustCompile(`\+?\d[\d ()/.-]{5,20}\d`)
	wordLike    = regexp.MustCompile(`[^\s",\\{}\[\]=]*[^\s",\\{}\[\]=:]`)
)

// Mentions says whether a text names somebody: a user ("user:890") in a field that is for
// one, or an address by its fingerprint ([notify.Address.Key]) in any place.
func Mentions(text, mark string) bool {
	kind, id, _ := strings.Cut(mark, ":")
	switch channel := notify.Channel(kind); {
	case kind == "user":
		for _, m := range personField.FindAllStringSubmatch(text, -1) {
			if m[1] == id {
				return true
			}
		}
	case channel == notify.Email:
		return mentioned(text, emailLike, mark, func(s string) (notify.Address, error) {
			return notify.Address{Channel: channel, Value: strings.TrimRight(s, ".!?")}, nil
		})
	case channel == notify.SMS:
		return mentioned(text, phoneLike, mark, func(s string) (notify.Address, error) {
			phone, err := NormalPhone(s)
			return notify.Address{Channel: channel, Value: phone}, err
		})
	default:
		return mentioned(text, wordLike, mark, func(s string) (notify.Address, error) {
			return notify.Address{Channel: channel, Value: strings.TrimPrefix(s, ":")}, nil // a number has its colon before it
		})
	}
	return false
}

// mentioned compares what looks like an address with the one that is looked for.
func mentioned(text string, like *regexp.Regexp, key string, address func(string) (notify.Address, error)) bool {
	for _, s := range like.FindAllString(text, -1) {
		if a, err := address(s); err == nil && indexKey(a) == key {
			return true
		}
	}
	return false
}
