package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/seal"
	"github.com/vondi-global/notifications/internal/secret"
)

// key is "id:base64" of 32 equal bytes.
func key(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func keys(t testing.TB, list ...string) *seal.Keys {
	t.Helper()
	k, err := seal.New(secret.String(strings.Join(list, ",")))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sealed(t testing.TB, k *seal.Keys, text string) []byte {
	t.Helper()
	b, err := k.Seal([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const text = `{"email":"ana@example.com"}`

func TestSealHides(t *testing.T) {
	k := keys(t, key("a", 1))
	one, two := sealed(t, k, text), sealed(t, k, text)
	if bytes.Contains(one, []byte("ana")) || bytes.Equal(one, two) {
		t.Errorf("got %q and %q", one, two)
	}
	if got, err := k.Open(one); err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRotation(t *testing.T) {
	old := sealed(t, keys(t, key("2025", 1)), text)
	both := keys(t, key("2026", 2), key("2025", 1))
	if got, err := both.Open(old); err != nil || string(got) != text {
		t.Errorf("the old key must still open: %q, %v", got, err)
	}
	fresh := sealed(t, both, text)
	if got, err := keys(t, key("2026", 2)).Open(fresh); err != nil || string(got) != text {
		t.Errorf("the first key must seal: %q, %v", got, err)
	}
	if _, err := keys(t, key("2026", 2)).Open(old); !errors.Is(err, seal.ErrSealed) || !strings.Contains(err.Error(), "key 2025") {
		t.Errorf("a key that is gone must be named: %v", err)
	}
}

func TestWhatDoesNotOpen(t *testing.T) {
	k := keys(t, key("a", 1), key("b", 1))
	good := sealed(t, k, text)
	for name, tc := range map[string]struct {
		keys   *seal.Keys
		sealed []byte
		want   string
	}{
		"no keys":         {keys(t), good, "with key a"},
		"wrong key":       {keys(t, key("a", 9)), good, "another key of the name a"},
		"changed":         {k, append(bytes.Clone(good), 0), "or changed since"},
		"given a new id":  {k, bytes.Replace(good, []byte(":a:"), []byte(":b:"), 1), "name b"},
		"cut in its body": {k, good[:len(good)-20], "or changed since"},
		"cut in its head": {k, good[:9], "cut off"},
	} {
		if _, err := tc.keys.Open(tc.sealed); !errors.Is(err, seal.ErrSealed) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestWithoutKeysTextsPass(t *testing.T) {
	for _, k := range []*seal.Keys{keys(t), keys(t, key("a", 1))} {
		if got, err := k.Open([]byte(text)); err != nil || string(got) != text {
			t.Errorf("a text from before: %q, %v", got, err)
		}
	}
	if got := sealed(t, keys(t), text); string(got) != text {
		t.Errorf("got %q", got)
	}
}

func TestWrongKeysAreNamedAndNotShown(t *testing.T) {
	for in, want := range map[string]string{
		"hunter2hunter2":                "key 1: want id:base64",
		key("a", 1) + " hunter2":        "key 2: want id:base64",
		"a b:hunter2":                   "key 1: want id:base64",
		"a:hunter2":                     "key a: want 32 bytes",
		"a:aHVudGVyMg==":                "key a: want 32 bytes",
		key("a", 1) + "," + key("a", 2): "key a: is there twice",
	} {
		_, err := seal.New(secret.String(in))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := seal.New(secret.String(key("a", 1) + "\n" + key("b", 2) + "\n")); err != nil {
		t.Errorf("a file of lines: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	k := keys(f, key("a", 1))
	for _, seed := range []string{"", text, "\x00sealed:", "\x00sealed:a:", string(sealed(f, k, text))} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := k.Open(in)
		if err == nil && !bytes.Equal(got, in) && string(got) != text {
			t.Errorf("opened %q as %q", in, got)
		}
	})
}
