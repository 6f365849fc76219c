package public

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
)

// errToken says that a link isn't one of ours. It doesn't say why: whoever tries links
// learns nothing.
var errToken = errors.New("the link is not valid")

// Links makes the links that stand in messages, and reads them when they come back. They
// name a person by the platform's own id, carry no address, and can't be forged without
// the key. They don't end: an old email's unsubscribe link still has to work.
type Links struct {
	Base string        // "https://notify.vondi.rs", without a slash at its end
	Key  secret.String // 32 bytes or more
}

// wish is what a link asks for.
type wish struct {
	User     string         `json:"u"`
	Category string         `json:"c"`
	Channel  notify.Channel `json:"h"`
}

var encoding = base64.RawURLEncoding

// Unsubscribe is the address that stops messages of the delivery's category by its channel
// (RFC 8058). It is empty where nobody can unsubscribe: mandatory messages, guests, and a
// daemon without a public address.
func (l Links) Unsubscribe(d notify.Delivery, category string) string {
	if l.Base == "" || l.Key.Empty() || d.Mandatory || d.To.UserID == "" {
		return ""
	}
	return l.Base + "/u/" + l.sign(wish{d.To.UserID, category, d.Channel})
}

func (l Links) sign(w wish) string {
	b, err := json.Marshal(w)
	if err != nil {
		return "" // three strings always can be written
	}
	return encoding.EncodeToString(b) + "." + encoding.EncodeToString(l.mac(b))
}

func (l Links) read(token string) (wish, error) {
	body, sum, ok := strings.Cut(token, ".")
	b, err := encoding.DecodeString(body)
	if !ok || err != nil {
		return wish{}, errToken
	}
	got, err := encoding.DecodeString(sum)
	if err != nil || !hmac.Equal(got, l.mac(b)) {
		return wish{}, errToken
	}
	var w wish
	if err := json.Unmarshal(b, &w); err != nil || w.User == "" {
		return wish{}, errToken
	}
	return w, nil
}

func (l Links) mac(b []byte) []byte {
	h := hmac.New(sha256.New, []byte(l.Key.Reveal()))
	h.Write([]byte("unsubscribe\x00"))
	h.Write(b)
	return h.Sum(nil)[:16]
}
