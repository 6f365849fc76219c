package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamPayments = "payments:events:transactions"

// Payment is the payload of the payment types.
type Payment struct {
	PaymentID   ID     `json:"payment_id" example:"pay_abc123"`
	OrderID     ID     `json:"order_id" example:"12345"`
	Amount      Amount `json:"amount" example:"5990" check:"positive"`
	Currency    Text   `json:"currency" example:"RSD" check:"currency"`
	Method      Text   `json:"method,omitempty" example:"card"`
	Provider    Text   `json:"provider,omitempty" example:"allsecure"`
	BuyerID     ID     `json:"buyer_id,omitempty" example:"890"`
	OrderNumber Text   `json:"order_number,omitempty" example:"ORD-2025-001"`
}

// PaymentFailed is the payload of payment.failed.
type PaymentFailed struct {
	PaymentID   ID     `json:"payment_id" example:"pay_abc123"`
	OrderID     ID     `json:"order_id" example:"12345"`
	Amount      Amount `json:"amount" example:"5990" check:"positive"`
	Currency    Text   `json:"currency" example:"RSD" check:"currency"`
	Method      Text   `json:"method,omitempty" example:"card"`
	Provider    Text   `json:"provider,omitempty" example:"allsecure"`
	Reason      Text   `json:"reason,omitempty" example:"card_declined"`
	RetryURL    Text   `json:"retry_url,omitempty" example:"https://vondi.rs/pay/retry/pay_abc123" check:"https" pii:"secret"`
	BuyerID     ID     `json:"buyer_id,omitempty" example:"890"`
	OrderNumber Text   `json:"order_number,omitempty" example:"ORD-2025-001"`
}

func payments() []*Type {
	return []*Type{
		{
			Name: "payment.initiated", About: "The buyer has begun to pay.",
			Stream: streamPayments, Priority: notify.Normal, Life: time.Hour,
			Payload: of[Payment](), Entity: "payment_id",
			Told: []Told{toBuyer(notify.Email, notify.Telegram)},
		},
		{
			Name: "payment.completed", About: "The payment went through.",
			Stream: streamPayments, Priority: notify.High, Life: 48 * time.Hour,
			Payload: of[Payment](), Entity: "payment_id",
			Supersedes: []EventType{"payment.initiated", "payment.failed"},
			Told:       []Told{toBuyer(notify.Email, notify.Telegram, notify.Push)},
		},
		{
			Name: "payment.failed", About: "The payment did not go through.",
			Stream: streamPayments, Priority: notify.High, Life: 24 * time.Hour,
			Payload: of[PaymentFailed](), Entity: "payment_id",
			Supersedes: []EventType{"payment.initiated"},
			Told:       []Told{toBuyer(notify.Email, notify.Telegram)},
		},
		{
			Name: "payment.refunded", About: "The paid money has been sent back.",
			Stream: streamPayments, Priority: notify.High, Life: 72 * time.Hour,
			Payload: of[Payment](), Entity: "payment_id",
			Supersedes: []EventType{"payment.initiated", "payment.failed"},
			Told:       []Told{toBuyer(notify.Email, notify.Telegram)},
		},
		{
			Name: "payment.cod_confirmed", About: "The buyer will pay in cash on delivery.",
			Stream: streamPayments, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[Payment](), Entity: "payment_id",
			Supersedes: []EventType{"payment.initiated"},
			Told:       []Told{toBuyer(notify.Email, notify.SMS)},
		},
	}
}
