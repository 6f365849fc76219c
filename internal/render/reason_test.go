package render_test

import (
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestReasonsAreSaidInTheReadersLanguageOrCited(t *testing.T) {
	r := renderer(load(t))
	for _, c := range []struct{ reason, locale, want string }{
		{"out_of_stock", "sr-Latn", "otkazana. Razlog: nema na stanju. Ako"},
		{"Out of stock", "ru", "отменён. Причина: нет в наличии. Если"},
		{"Kupac je odustao.", "ru", "отменён. Причина: «Kupac je odustao». Если"},
		{"Kupac je odustao", "sr-Cyrl", "отказана. Разлог: „Kupac je odustao“. Ако"},
		{"fraud_rule_17", "en", "is cancelled. If you"},
	} {
		d := deliveryOf(t, "order.cancelled", `{"order_id":12345,"reason":"`+c.reason+`"}`, notify.Telegram, c.locale)
		if m := mustRender(t, r, d, notify.Contact{}); !strings.Contains(m.HTML, c.want) {
			t.Errorf("%s in %s: got %q, want %q in it", c.reason, c.locale, m.HTML, c.want)
		}
	}
}

func TestNobodyIsPresentedToHimself(t *testing.T) {
	r := renderer(load(t))
	owner := notify.Contact{Name: "Marko"}
	for _, c := range []struct {
		typ, payload string
		named        bool
	}{
		{"warehouse.invitation_accepted", `{"warehouse_id":1,"user_id":7}`, false},
		{"warehouse.invitation_accepted", `{"warehouse_id":1,"user_id":7,"name":"Marko"}`, true},
		{"user.email_verified", `{"user_id":7,"email":"marko@example.com"}`, true},
	} {
		m := mustRender(t, r, deliveryOf(t, c.typ, c.payload, notify.Telegram, "en"), owner)
		if got := strings.Contains(m.HTML, "Marko"); got != c.named {
			t.Errorf("%s of %s: got %q", c.typ, c.payload, m.HTML)
		}
	}
}
