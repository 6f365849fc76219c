package public

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
)

// Invitations are the links by which a person's Telegram chat becomes known:
// https://t.me/<bot>?start=<token>. Nothing is stored. The token names the person, ends, and
// holds for one bot only; it also says which chat was known when it was made, so that the
// linking itself makes it, and all that were made before, worthless. Telegram takes 64
// characters of A–Z a–z 0–9 _ - (Bot API, "Deep linking"), which are 48 bytes:
//
//	form 1 | ends 4, Unix seconds | chat 4, zeros for none | person 1…27 | signature 12
//
// The signature is the first 96 bits of HMAC-SHA256, far beyond what can be tried online.
type Invitations struct {
	Bot string        // the bot's user name, with or without its @
	Key secret.String // that of [Links]: each use has a signature of its own kind
	Now func() time.Time
}

// InvitationLife is how long the link at the end of an email is good for: emails are read
// late, and the next one brings a newer link.
const InvitationLife = 30 * 24 * time.Hour

// How a token writes the person: a UUID's text would not fit.
const (
	formText = 1
	formUUID = 2
)

const (
	tokenBytes   = 48
	tokenHead    = 1 + 4 + 4
	tokenSum     = 12
	longestInput = tokenBytes - tokenHead - tokenSum
)

// Link is the link for a person, good for life. It is empty without a bot or a key, and for
// an id that fits no token: one of more than 27 bytes that is no UUID.
func (i Invitations) Link(c notify.Contact, life time.Duration) string {
	form, id := packID(c.UserID)
	if i.bot() == "" || i.Key.Empty() || len(id) == 0 || len(id) > longestInput {
		return ""
	}
	var chat [4]byte
	_, _ = hex.Decode(chat[:], []byte(c.ChatMark())) // eight digits, or none
	b := binary.BigEndian.AppendUint32([]byte{form}, uint32(i.Now().Add(life).Unix()))
	b = append(append(b, chat[:]...), id...)
	return "https://t.me/" + strings.TrimPrefix(i.Bot, "@") + "?start=" + encoding.EncodeToString(append(b, i.mac(b)...))
}

// Open reads a token. The error is [notify.ErrLinkForged] or [notify.ErrLinkExpired].
func (i Invitations) Open(token string) (notify.Invitation, error) {
	raw, err := encoding.DecodeString(token)
	if err != nil || len(raw) <= tokenHead+tokenSum || len(raw) > tokenBytes || i.bot() == "" || i.Key.Empty() {
		return notify.Invitation{}, notify.ErrLinkForged
	}
	b, sum := raw[:len(raw)-tokenSum], raw[len(raw)-tokenSum:]
	if !hmac.Equal(sum, i.mac(b)) {
		return notify.Invitation{}, notify.ErrLinkForged
	}
	if i.Now().Unix() > int64(binary.BigEndian.Uint32(b[1:])) {
		return notify.Invitation{}, notify.ErrLinkExpired
	}
	v := notify.Invitation{UserID: unpackID(b[0], b[tokenHead:])}
	if chat := b[5:tokenHead]; [4]byte(chat) != [4]byte{} {
		v.Chat = hex.EncodeToString(chat)
	}
	return v, nil
}

// bot is the bot's name as Telegram compares it: in any case.
func (i Invitations) bot() string { return strings.ToLower(strings.TrimPrefix(i.Bot, "@")) }

func (i Invitations) mac(b []byte) []byte {
	h := hmac.New(sha256.New, []byte(i.Key.Reveal()))
	h.Write([]byte("telegram\x00" + i.bot() + "\x00"))
	h.Write(b)
	return h.Sum(nil)[:tokenSum]
}

// packID writes a UUID in its canonical form as its 16 bytes, any other id as it is.
func packID(id string) (form byte, b []byte) {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err == nil && len(raw) == 16 && uuid(raw) == id {
		return formUUID, raw
	}
	return formText, []byte(id)
}

func unpackID(form byte, b []byte) string {
	if form == formUUID && len(b) == 16 {
		return uuid(b)
	}
	return string(b)
}

func uuid(b []byte) string {
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
