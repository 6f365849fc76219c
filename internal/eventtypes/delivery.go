package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const (
	streamTracking = "delivery:events:tracking"
	streamDelivery = "delivery.events" // what the delivery service tells the pick-up points
)

// Shipment is the payload of delivery.created, delivery.delivered and shipment.created.
type Shipment struct {
	ShipmentID     ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID        ID   `json:"order_id" example:"12345"`
	TrackingNumber Text `json:"tracking_number,omitempty" example:"POST123456789"`
	BuyerID        ID   `json:"buyer_id,omitempty" example:"890"`
}

// DeliveryConfirmed is the payload of delivery.confirmed.
type DeliveryConfirmed struct {
	ShipmentID  ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID     ID   `json:"order_id" example:"12345"`
	CourierName Text `json:"courier_name,omitempty" example:"Marko" pii:"name"`
	BuyerID     ID   `json:"buyer_id,omitempty" example:"890"`
}

// DeliveryInTransit is the payload of delivery.in_transit.
type DeliveryInTransit struct {
	ShipmentID        ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID           ID   `json:"order_id" example:"12345"`
	TrackingNumber    Text `json:"tracking_number" example:"POST123456789"`
	Status            Text `json:"status" example:"in_transit"`
	Location          Text `json:"location" example:"Sorting Center Belgrade"`
	EstimatedDelivery Time `json:"estimated_delivery,omitzero" example:"2025-12-25T10:00:00Z"`
	BuyerID           ID   `json:"buyer_id,omitempty" example:"890"`
}

// DeliveryOutForDelivery is the payload of delivery.out_for_delivery.
type DeliveryOutForDelivery struct {
	ShipmentID     ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID        ID   `json:"order_id" example:"12345"`
	TrackingNumber Text `json:"tracking_number,omitempty" example:"POST123456789"`
	CourierPhone   Text `json:"courier_phone,omitempty" example:"+381631234567" check:"phone" pii:"phone"`
	Window         Text `json:"window,omitempty" example:"14:00–16:00"`
	BuyerID        ID   `json:"buyer_id,omitempty" example:"890"`
}

// DeliveryFailed is the payload of delivery.failed.
type DeliveryFailed struct {
	ShipmentID  ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID     ID   `json:"order_id" example:"12345"`
	Reason      Text `json:"reason,omitempty" example:"nobody_at_home"`
	NextAttempt Time `json:"next_attempt,omitzero" example:"2025-12-26T10:00:00Z"`
	BuyerID     ID   `json:"buyer_id,omitempty" example:"890"`
}

// DeliveryReturned is the payload of delivery.returned.
type DeliveryReturned struct {
	ShipmentID   ID   `json:"shipment_id" example:"ship_xyz789"`
	OrderID      ID   `json:"order_id" example:"12345"`
	Reason       Text `json:"reason,omitempty" example:"not_collected"`
	BuyerID      ID   `json:"buyer_id,omitempty" example:"890"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
}

// ParcelRouted is the payload of delivery.parcel.routed_to_pvz.
type ParcelRouted struct {
	ParcelID         ID   `json:"parcel_id" example:"parcel_12345"`
	PVZID            ID   `json:"pvz_id" example:"1"`
	RecipientID      ID   `json:"recipient_id" example:"890"`
	EstimatedArrival Time `json:"estimated_arrival" example:"2025-12-22T10:00:00Z"`
	PVZCode          Text `json:"pvz_code,omitempty" example:"PVZ-BG-001"`
	PVZAddress       Text `json:"pvz_address,omitempty" example:"Knez Mihailova 1, Beograd"`
	OrderID          ID   `json:"order_id,omitempty" example:"12345"`
}

// CourierApproaching is the payload of delivery.courier.approaching.
type CourierApproaching struct {
	PVZID       ID   `json:"pvz_id" example:"1"`
	CourierID   ID   `json:"courier_id,omitempty" example:"77"`
	ETAMinutes  Int  `json:"eta_minutes,omitempty" example:"15" check:"nonnegative"`
	ParcelCount Int  `json:"parcel_count,omitempty" example:"12" check:"nonnegative"`
	PVZCode     Text `json:"pvz_code,omitempty" example:"PVZ-BG-001"`
}

func deliveries() []*Type {
	return []*Type{
		{
			Name: "delivery.created", About: "A delivery task was made after packing.",
			Stream: streamTracking, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[Shipment](), Entity: "shipment_id",
		},
		{
			Name: "delivery.confirmed", About: "A courier has taken the delivery.",
			Stream: streamTracking, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[DeliveryConfirmed](), Entity: "shipment_id",
			Told: []Told{toBuyer(notify.Telegram, notify.Push)},
		},
		{
			Name: "delivery.in_transit", About: "The parcel was seen on its way.",
			Stream: streamTracking, Priority: notify.Low, Life: 12 * time.Hour,
			Payload: of[DeliveryInTransit](), Entity: "shipment_id",
			Supersedes: []EventType{"delivery.confirmed", "delivery.in_transit"},
			Told:       []Told{toBuyer(notify.Telegram, notify.Push)},
		},
		{
			Name: "delivery.out_for_delivery", About: "The courier brings the parcel today.",
			Stream: streamTracking, Priority: notify.High, Life: 6 * time.Hour,
			Payload: of[DeliveryOutForDelivery](), Entity: "shipment_id",
			Supersedes: []EventType{"delivery.confirmed", "delivery.in_transit"},
			Told:       []Told{toBuyer(notify.SMS, notify.Telegram, notify.Push)},
		},
		{
			Name: "delivery.delivered", About: "The parcel has been handed over.",
			Stream: streamTracking, Priority: notify.Normal, Life: 48 * time.Hour,
			Payload: of[Shipment](), Entity: "shipment_id",
			Supersedes: []EventType{"delivery.confirmed", "delivery.in_transit", "delivery.out_for_delivery", "delivery.failed"},
			Told:       []Told{toBuyer(notify.Email, notify.Push)},
		},
		{
			Name: "delivery.failed", About: "The parcel could not be handed over.",
			Stream: streamTracking, Priority: notify.High, Life: 12 * time.Hour,
			Payload: of[DeliveryFailed](), Entity: "shipment_id",
			Supersedes: []EventType{"delivery.confirmed", "delivery.in_transit", "delivery.out_for_delivery"},
			Told:       []Told{toBuyer(notify.Email, notify.SMS, notify.Telegram, notify.Push)},
		},
		{
			Name: "delivery.returned", About: "The parcel goes back to its sender.",
			Stream: streamTracking, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[DeliveryReturned](), Entity: "shipment_id",
			Supersedes: []EventType{"delivery.confirmed", "delivery.in_transit", "delivery.out_for_delivery", "delivery.failed"},
			Told: []Told{
				toBuyer(notify.Email, notify.Telegram),
				toSeller(notify.Email, notify.Telegram),
			},
		},
		{
			Name: "delivery.parcel.routed_to_pvz", About: "The parcel is on its way to a pick-up point.",
			Stream: streamDelivery, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[ParcelRouted](), Entity: "parcel_id",
			Told: []Told{toRecipient(notify.Telegram, notify.Push)},
		},
		{
			Name: "delivery.courier.approaching", About: "A courier will be at the pick-up point soon.",
			Stream: streamDelivery, Priority: notify.High, Life: time.Hour,
			Payload: of[CourierApproaching](), Entity: "pvz_id",
			Told: []Told{toOperators(notify.Telegram, notify.Push)},
		},
	}
}
