package addressbook

import (
	"fmt"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

// BenchmarkLearn learns a reader's batch: 500 orders, each with its buyer, storefront and
// seller.
func BenchmarkLearn(b *testing.B) {
	book, _, _ := open(b)
	batch := make([]notify.Event, 500)
	for i := range batch {
		batch[i] = event("order.created", 0, fields{"order_id": i, "storefront_id": 67, "buyer_id": i, "seller_id": 5, "items": []any{}})
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := book.Learn(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkContacts looks 500 people up, a page of a broadcast.
func BenchmarkContacts(b *testing.B) {
	book, _, _ := open(b)
	ids := make([]string, 500)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
		if err := book.Merge(b.Context(), notify.Contact{UserID: ids[i], Email: ids[i] + "@example.com", PushTokens: []notify.PushToken{{Token: ids[i], Platform: "ios"}}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Contacts(b.Context(), ids); err != nil {
			b.Fatal(err)
		}
	}
}
