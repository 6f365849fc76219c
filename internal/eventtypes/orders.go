package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamOrders = "listings:events:orders"

// OrderItem is a line of an order.
type OrderItem struct {
	ListingID   ID     `json:"listing_id" example:"100"`
	Quantity    Int    `json:"quantity" example:"2" check:"positive"`
	WarehouseID ID     `json:"warehouse_id,omitempty" example:"1"`
	Title       Text   `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	Price       Amount `json:"price,omitempty" example:"1995" check:"nonnegative"`
}

// OrderCreated is the payload of order.created.
type OrderCreated struct {
	OrderID      ID              `json:"order_id" example:"12345"`
	StorefrontID ID              `json:"storefront_id" example:"67"`
	BuyerID      ID              `json:"buyer_id" example:"890"`
	Items        List[OrderItem] `json:"items" example:"[{\"listing_id\":100,\"quantity\":2,\"warehouse_id\":1},{\"listing_id\":200,\"quantity\":1,\"warehouse_id\":1}]"`
	TotalAmount  Amount          `json:"total_amount,omitempty" example:"5990" check:"nonnegative"`
	Currency     Text            `json:"currency,omitempty" example:"RSD" check:"currency"`
	OrderNumber  Text            `json:"order_number,omitempty" example:"ORD-2025-001"`
	SellerID     ID              `json:"seller_id,omitempty" example:"501"`
}

// OrderConfirmed is the payload of order.confirmed.
type OrderConfirmed struct {
	OrderID      ID              `json:"order_id" example:"12345"`
	StorefrontID ID              `json:"storefront_id" example:"67"`
	Items        List[OrderItem] `json:"items" example:"[{\"listing_id\":100,\"quantity\":2,\"warehouse_id\":1}]"`
	BuyerID      ID              `json:"buyer_id,omitempty" example:"890"`
	TotalAmount  Amount          `json:"total_amount,omitempty" example:"5990" check:"nonnegative"`
	Currency     Text            `json:"currency,omitempty" example:"RSD" check:"currency"`
	OrderNumber  Text            `json:"order_number,omitempty" example:"ORD-2025-001"`
	SellerID     ID              `json:"seller_id,omitempty" example:"501"`
}

// OrderStep is the payload of the order types that only say how far the order is.
type OrderStep struct {
	OrderID     ID   `json:"order_id" example:"12345"`
	BuyerID     ID   `json:"buyer_id,omitempty" example:"890"`
	OrderNumber Text `json:"order_number,omitempty" example:"ORD-2025-001"`
}

// OrderShipped is the payload of order.shipped.
type OrderShipped struct {
	OrderID           ID   `json:"order_id" example:"12345"`
	TrackingNumber    Text `json:"tracking_number,omitempty" example:"POST123456789"`
	Carrier           Text `json:"carrier,omitempty" example:"Post Express"`
	EstimatedDelivery Time `json:"estimated_delivery,omitzero" example:"2025-12-25T10:00:00Z"`
	BuyerID           ID   `json:"buyer_id,omitempty" example:"890"`
	OrderNumber       Text `json:"order_number,omitempty" example:"ORD-2025-001"`
}

// OrderCancelled is the payload of order.cancelled.
type OrderCancelled struct {
	OrderID      ID   `json:"order_id" example:"12345"`
	Reason       Text `json:"reason" example:"out_of_stock"`
	BuyerID      ID   `json:"buyer_id,omitempty" example:"890"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
	OrderNumber  Text `json:"order_number,omitempty" example:"ORD-2025-001"`
}

// OrderRefunded is the payload of order.refunded.
type OrderRefunded struct {
	OrderID     ID     `json:"order_id" example:"12345"`
	Amount      Amount `json:"amount" example:"5990" check:"positive"`
	Currency    Text   `json:"currency" example:"RSD" check:"currency"`
	BuyerID     ID     `json:"buyer_id,omitempty" example:"890"`
	OrderNumber Text   `json:"order_number,omitempty" example:"ORD-2025-001"`
}

func orders() []*Type {
	return []*Type{
		{
			Name: "order.created", About: "A buyer has placed an order.",
			Stream: streamOrders, Priority: notify.Normal, Life: 48 * time.Hour,
			Payload: of[OrderCreated](), Entity: "order_id",
			Told: []Told{
				toBuyer(notify.Email, notify.Push),
				toSeller(notify.Email, notify.Telegram, notify.Push),
			},
		},
		{
			Name: "order.confirmed", About: "The order is paid and goes to the warehouse.",
			Stream: streamOrders, Priority: notify.High, Life: 48 * time.Hour,
			Payload: of[OrderConfirmed](), Entity: "order_id",
			Told: []Told{
				toBuyer(notify.Email, notify.Telegram, notify.Push),
				toSeller(notify.Telegram, notify.Push),
			},
		},
		{
			Name: "order.accepted", About: "The seller has accepted the order.",
			Stream: streamOrders, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[OrderStep](), Entity: "order_id",
			Told: []Told{toBuyer(notify.Telegram, notify.Push)},
		},
		{
			Name: "order.processing", About: "The order is being prepared.",
			Stream: streamOrders, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[OrderStep](), Entity: "order_id",
			Told: []Told{toBuyer(notify.Push)},
		},
		{
			Name: "order.shipped", About: "The order has left the warehouse.",
			Stream: streamOrders, Priority: notify.Normal, Life: 48 * time.Hour,
			Payload: of[OrderShipped](), Entity: "order_id",
			Supersedes: []EventType{"order.accepted", "order.processing"},
			Told:       []Told{toBuyer(notify.Email, notify.Telegram, notify.Push)},
		},
		{
			Name: "order.delivered", About: "The order has arrived.",
			Stream: streamOrders, Priority: notify.Normal, Life: 48 * time.Hour,
			Payload: of[OrderStep](), Entity: "order_id",
			Supersedes: []EventType{"order.accepted", "order.processing", "order.shipped"},
			Told:       []Told{toBuyer(notify.Email, notify.Push)},
		},
		{
			Name: "order.cancelled", About: "The order will not be carried out.",
			Stream: streamOrders, Priority: notify.High, Life: 48 * time.Hour,
			Payload: of[OrderCancelled](), Entity: "order_id",
			Supersedes: []EventType{"order.accepted", "order.processing", "order.shipped"},
			Told: []Told{
				toBuyer(notify.Email, notify.Telegram, notify.Push),
				toSeller(notify.Email, notify.Telegram),
			},
		},
		{
			Name: "order.refunded", About: "The buyer's money goes back.",
			Stream: streamOrders, Priority: notify.High, Life: 72 * time.Hour,
			Payload: of[OrderRefunded](), Entity: "order_id",
			Told: []Told{toBuyer(notify.Email, notify.Telegram)},
		},
	}
}
