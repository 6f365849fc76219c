package streams_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/seal"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/streams"
)

// TestForgetDropsLettersThatNameThePerson goes over several pages, sealed as they may be.
func TestForgetDropsLettersThatNameThePerson(t *testing.T) {
	keys, err := seal.New(secret.String("k1:" + strings.Repeat("A", 43) + "="))
	if err != nil {
		t.Fatal(err)
	}
	c := redistest.Start(t).Client()
	d := streams.NewDeadLetters(c, streams.DeadConfig{Sealer: keys, Mentions: func(text, mark string) bool {
		return mark == "user:890" && strings.Contains(text, `buyer_id="890"`) || mark == "email:key" && strings.Contains(text, "ana@example.com")
	}})
	other := func(key string) notify.Letter {
		l := letter(key)
		l.Fields = map[string]string{"order_id": "890", "buyer_id": "891"}
		return l
	}
	for i := range 450 {
		l := other(fmt.Sprint("other", i))
		switch i {
		case 0:
			l.UserID = "890"
		case 199, 200, 449:
			l.Fields["buyer_id"] = "890"
		case 300:
			l.Fields["email"] = "ana@example.com"
		}
		bury(t, d, l)
	}
	for _, step := range []struct {
		forget func() error
		left   int64
	}{
		{func() error { return d.Forget(t.Context(), "890") }, 446},
		{func() error { return d.ForgetAddress(t.Context(), "email:key") }, 445},
		{func() error { return d.Forget(t.Context(), "890") }, 445},
	} {
		if err := step.forget(); err != nil {
			t.Fatal(err)
		}
		left, bodies := c.XLen(t.Context(), rediskeys.Dead).Val(), len(c.Keys(t.Context(), rediskeys.DeadBody("*")).Val())
		if left != step.left || int64(bodies) != left {
			t.Errorf("%d letters and %d bodies are left, want %d", left, bodies, step.left)
		}
	}
	bury(t, d, other("other199"))
	if n := c.XLen(t.Context(), rediskeys.Dead).Val(); n != 445 {
		t.Error("an entry that is still pending was buried anew")
	}
}
