// Package seal encrypts what lies at rest in Redis: kept events and the entries of dead
// letters, whose payloads may hold names, addresses, codes and links. AES-256-GCM; each
// text names its key, so that keys can be changed while old texts still lie there.
//
// Without keys texts pass as they are, and texts from before there were keys are read as
// they are: sealing can be switched on under a running platform. It keeps a reader of
// Redis, or of its backups, from reading; who may write there is Redis' own business (ACL).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/vondi-global/notifications/internal/secret"
)

// mark begins every sealed text. Its zero byte begins no JSON text.
const mark = "\x00sealed:"

// keyBytes is AES-256's.
const keyBytes = 32

// keyID names a key. It lies readable beside what the key has sealed.
var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Keys seals with its first key and opens with all. It is safe for concurrent use.
type Keys struct {
	current string // empty: nothing is sealed
	byID    map[string]cipher.AEAD
}

// New reads keys, "id:base64" each of 32 bytes, separated by commas or white space; the
// first is the current one. No keys: nothing is sealed. Its errors name a key's id or
// place, never the key.
//
// A random nonce allows 2³² texts a key (NIST SP 800-38D, 8.3): at ten million events a
// day a key is good for a year.
func New(keys secret.String) (*Keys, error) {
	k := &Keys{byID: map[string]cipher.AEAD{}}
	for i, part := range strings.FieldsFunc(keys.Reveal(), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		id, text, ok := strings.Cut(part, ":")
		if !ok || !keyID.MatchString(id) {
			return nil, fmt.Errorf("key %d: want id:base64, the id of up to 32 letters, digits, _ and -", i+1)
		}
		if k.byID[id] != nil {
			return nil, fmt.Errorf("key %s: is there twice", id)
		}
		aead, err := open(text)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", id, err)
		}
		if k.byID[id] = aead; k.current == "" {
			k.current = id
		}
	}
	return k, nil
}

func open(text string) (cipher.AEAD, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keyBytes {
		return nil, errors.New("want 32 bytes in base64, such as of: openssl rand -base64 32")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts with the current key. The key's id is part of what is sealed: a text that
// is given another one doesn't open.
func (k *Keys) Seal(text []byte) ([]byte, error) {
	if k.current == "" {
		return text, nil
	}
	head := mark + k.current + ":"
	aead := k.byID[k.current]
	out := make([]byte, len(head), len(head)+len(text)+aead.Overhead())
	copy(out, head)
	return aead.Seal(out, nil, text, out), nil
}

// ErrSealed is in every error of [Keys.Open].
var ErrSealed = errors.New("sealed")

// Open undoes [Keys.Seal]. A text that was never sealed comes back as it is.
func (k *Keys) Open(sealed []byte) ([]byte, error) {
	rest, ok := strings.CutPrefix(string(sealed), mark)
	if !ok {
		return sealed, nil
	}
	id, body, ok := strings.Cut(rest, ":")
	if !ok || !keyID.MatchString(id) {
		return nil, fmt.Errorf("%w: the text is cut off", ErrSealed)
	}
	aead := k.byID[id]
	if aead == nil {
		return nil, fmt.Errorf("%w with key %s, which redis.seal_keys doesn't have", ErrSealed, id)
	}
	text, err := aead.Open(nil, nil, []byte(body), []byte(mark+id+":"))
	if err != nil {
		return nil, fmt.Errorf("%w with another key of the name %s, or changed since", ErrSealed, id)
	}
	return text, nil
}
