package eventtypes

import (
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamPVZ = "pvz.events"

// ParcelArrived is the payload of pvz.parcel.arrived.
type ParcelArrived struct {
	ParcelID    ID   `json:"parcel_id" example:"parcel_12345"`
	PVZID       ID   `json:"pvz_id" example:"1"`
	PVZCode     Text `json:"pvz_code" example:"PVZ-BG-001"`
	RecipientID ID   `json:"recipient_id" example:"890"`
	PickupCode  Text `json:"pickup_code" example:"123456" pii:"secret"`
	StorageDays Int  `json:"storage_days" example:"3" check:"positive"`
	AcceptedBy  Text `json:"accepted_by" example:"operator_456"`
	PVZAddress  Text `json:"pvz_address,omitempty" example:"Knez Mihailova 1, Beograd"`
	OrderID     ID   `json:"order_id,omitempty" example:"12345"`
}

// ParcelPickedUp is the payload of pvz.parcel.picked_up.
type ParcelPickedUp struct {
	ParcelID    ID     `json:"parcel_id" example:"parcel_12345"`
	PVZID       ID     `json:"pvz_id" example:"1"`
	RecipientID ID     `json:"recipient_id" example:"890"`
	PickedUpBy  Text   `json:"picked_up_by" example:"Jelena" pii:"name"`
	PickupCode  Text   `json:"pickup_code" example:"123456" pii:"secret"`
	StorageFee  Amount `json:"storage_fee" example:"0" check:"nonnegative"`
	DaysStored  Int    `json:"days_stored" example:"2" check:"nonnegative"`
	Currency    Text   `json:"currency,omitempty" example:"RSD" check:"currency"`
	OrderID     ID     `json:"order_id,omitempty" example:"12345"`
}

// ParcelReturned is the payload of pvz.parcel.returned.
type ParcelReturned struct {
	ParcelID     ID   `json:"parcel_id" example:"parcel_12345"`
	PVZID        ID   `json:"pvz_id" example:"1"`
	RecipientID  ID   `json:"recipient_id" example:"890"`
	ReturnReason Text `json:"return_reason" example:"storage_expired"`
	ReturnedBy   Text `json:"returned_by" example:"operator_456"`
	DaysStored   Int  `json:"days_stored" example:"4" check:"nonnegative"`
	OrderID      ID   `json:"order_id,omitempty" example:"12345"`
}

// HandoverAccepted is the payload of pvz.handover.accepted.
type HandoverAccepted struct {
	HandoverID  ID       `json:"handover_id" example:"ho_9"`
	PVZID       ID       `json:"pvz_id" example:"1"`
	ParcelIDs   List[ID] `json:"parcel_ids" example:"[\"parcel_12345\",\"parcel_12346\"]"`
	CourierID   ID       `json:"courier_id" example:"77"`
	AcceptedBy  Text     `json:"accepted_by" example:"operator_456"`
	ParcelCount Int      `json:"parcel_count" example:"2" check:"nonnegative"`
}

// HandoverRejected is the payload of pvz.handover.rejected.
type HandoverRejected struct {
	HandoverID ID       `json:"handover_id" example:"ho_9"`
	PVZID      ID       `json:"pvz_id" example:"1"`
	ParcelIDs  List[ID] `json:"parcel_ids" example:"[\"parcel_12345\",\"parcel_12346\"]"`
	CourierID  ID       `json:"courier_id" example:"77"`
	RejectedBy Text     `json:"rejected_by" example:"operator_456"`
	Reason     Text     `json:"reason" example:"no_room"`
}

// CapacityWarning is the payload of pvz.capacity.warning.
type CapacityWarning struct {
	PVZID           ID    `json:"pvz_id" example:"1"`
	PVZCode         Text  `json:"pvz_code" example:"PVZ-BG-001"`
	CurrentCapacity Int   `json:"current_capacity" example:"92" check:"nonnegative"`
	MaxCapacity     Int   `json:"max_capacity" example:"100" check:"positive"`
	UsagePercent    Float `json:"usage_percent" example:"92.0" check:"percent"`
	Level           Text  `json:"level" example:"warning"`
}

// CapacityCritical is the payload of pvz.capacity.critical.
type CapacityCritical struct {
	PVZID           ID    `json:"pvz_id" example:"1"`
	PVZCode         Text  `json:"pvz_code" example:"PVZ-BG-001"`
	CurrentCapacity Int   `json:"current_capacity" example:"100" check:"nonnegative"`
	MaxCapacity     Int   `json:"max_capacity" example:"100" check:"positive"`
	UsagePercent    Float `json:"usage_percent" example:"100.0" check:"percent"`
	AvailableSlots  Int   `json:"available_slots" example:"0"`
}

// ShiftStarted is the payload of pvz.shift.started.
type ShiftStarted struct {
	ShiftID      ID   `json:"shift_id" example:"sh_5"`
	PVZID        ID   `json:"pvz_id" example:"1"`
	OperatorID   ID   `json:"operator_id" example:"456"`
	OperatorName Text `json:"operator_name" example:"Milan" pii:"name"`
}

// ShiftEnded is the payload of pvz.shift.ended.
type ShiftEnded struct {
	ShiftID         ID  `json:"shift_id" example:"sh_5"`
	PVZID           ID  `json:"pvz_id" example:"1"`
	OperatorID      ID  `json:"operator_id" example:"456"`
	DurationMinutes Int `json:"duration_minutes" example:"480" check:"nonnegative"`
	ParcelsHandled  Int `json:"parcels_handled" example:"63" check:"nonnegative"`
}

// PartnerRegistered is the payload of pvz.partner.registered.
type PartnerRegistered struct {
	PartnerID    ID   `json:"partner_id" example:"prt_3"`
	UserID       ID   `json:"user_id" example:"893"`
	BusinessName Text `json:"business_name" example:"Kiosk Dunav"`
	BusinessType Text `json:"business_type" example:"kiosk"`
}

// PartnerApproved is the payload of pvz.partner.approved.
type PartnerApproved struct {
	PartnerID  ID   `json:"partner_id" example:"prt_3"`
	UserID     ID   `json:"user_id" example:"893"`
	PVZID      ID   `json:"pvz_id" example:"1"`
	ApprovedBy Text `json:"approved_by" example:"admin_1"`
}

// PartnerRejected is the payload of pvz.partner.rejected.
type PartnerRejected struct {
	PartnerID  ID   `json:"partner_id" example:"prt_3"`
	UserID     ID   `json:"user_id" example:"893"`
	RejectedBy Text `json:"rejected_by" example:"admin_1"`
	Reason     Text `json:"reason" example:"papers_incomplete"`
}

func pvz() []*Type {
	return slices.Concat(pvzParcels(), pvzWork(), pvzPartners())
}

// pushFirst is how long a push may take before a text message follows.
const pushFirst = time.Minute

func pvzParcels() []*Type {
	return []*Type{
		{
			Name: "pvz.parcel.arrived", About: "The parcel waits at the pick-up point.",
			Stream: streamPVZ, Priority: notify.High,
			LifeFrom: lifeOf(untilStorageEnds), LifeSays: "for storage_days",
			Payload: of[ParcelArrived](), Entity: "parcel_id",
			Supersedes: []EventType{"delivery.parcel.routed_to_pvz"},
			Told: []Told{
				toRecipient(notify.SMS, notify.Email, notify.Telegram, notify.Push).unless(notify.SMS, notify.Push, pushFirst),
			},
		},
		{
			Name: "pvz.parcel.picked_up", About: "The parcel was collected.",
			Stream: streamPVZ, Priority: notify.Normal, Life: 48 * time.Hour,
			Payload: of[ParcelPickedUp](), Entity: "parcel_id",
			Supersedes: []EventType{"delivery.parcel.routed_to_pvz", "pvz.parcel.arrived"},
			Told:       []Told{toRecipient(notify.Email, notify.Push)},
		},
		{
			Name: "pvz.parcel.returned", About: "The parcel was not collected and goes back.",
			Stream: streamPVZ, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[ParcelReturned](), Entity: "parcel_id",
			Supersedes: []EventType{"delivery.parcel.routed_to_pvz", "pvz.parcel.arrived"},
			Told:       []Told{toRecipient(notify.Email, notify.Telegram)},
		},
	}
}

// pvzWork are the types that those who run a pick-up point live by.
func pvzWork() []*Type {
	return []*Type{
		{
			Name: "pvz.handover.accepted", About: "A courier has handed parcels over.",
			Stream: streamPVZ, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[HandoverAccepted](), Entity: "handover_id",
		},
		{
			Name: "pvz.handover.rejected", About: "The pick-up point did not take the courier's parcels.",
			Stream: streamPVZ, Priority: notify.High, Life: 12 * time.Hour,
			Payload: of[HandoverRejected](), Entity: "handover_id",
			Told: []Told{
				toPerson(Courier, "courier_id", []notify.Channel{notify.Telegram, notify.Push}),
				toPVZOwners(notify.Email, notify.Telegram),
			},
		},
		{
			Name: "pvz.capacity.warning", About: "The pick-up point is nearly full.",
			Stream: streamPVZ, Priority: notify.Normal, Life: 6 * time.Hour,
			Payload: of[CapacityWarning](), Entity: "pvz_id",
			Supersedes: []EventType{"pvz.capacity.warning"},
			Told:       []Told{toOperators(notify.Telegram), toPVZOwners(notify.Telegram)},
		},
		{
			Name: "pvz.capacity.critical", About: "The pick-up point is full.",
			Stream: streamPVZ, Priority: notify.High, Life: 6 * time.Hour,
			Payload: of[CapacityCritical](), Entity: "pvz_id",
			Supersedes: []EventType{"pvz.capacity.warning"},
			Told: []Told{
				toOperators(notify.Telegram, notify.Push),
				toPVZOwners(notify.SMS, notify.Telegram),
				toAdmins(notify.Telegram),
			},
		},
		{
			Name: "pvz.shift.started", About: "An operator has begun a shift.",
			Stream: streamPVZ, Priority: notify.Low, Life: 12 * time.Hour,
			Payload: of[ShiftStarted](), Entity: "shift_id",
		},
		{
			Name: "pvz.shift.ended", About: "An operator's shift is over: a summary.",
			Stream: streamPVZ, Priority: notify.Low, Life: 12 * time.Hour,
			Payload: of[ShiftEnded](), Entity: "shift_id",
			Told: []Told{toPerson(Operator, "operator_id", []notify.Channel{notify.Telegram})},
		},
	}
}

func pvzPartners() []*Type {
	return []*Type{
		{
			Name: "pvz.partner.registered", About: "Somebody wants to run a pick-up point.",
			Stream: streamPVZ, Priority: notify.Normal, Life: week,
			Payload: of[PartnerRegistered](), Entity: "partner_id",
			Told: []Told{toPartner(notify.Email), toAdmins(notify.Telegram)},
		},
		{
			Name: "pvz.partner.approved", About: "The partner may open the pick-up point.",
			Stream: streamPVZ, Priority: notify.Normal, Life: week,
			Payload: of[PartnerApproved](), Entity: "partner_id",
			Told: []Told{toPartner(notify.Email, notify.Telegram)},
		},
		{
			Name: "pvz.partner.rejected", About: "The partner is turned down.",
			Stream: streamPVZ, Priority: notify.Normal, Life: week,
			Payload: of[PartnerRejected](), Entity: "partner_id",
			Told: []Told{toPartner(notify.Email)},
		},
	}
}

// untilStorageEnds counts whole days from the entry's own time.
func untilStorageEnds(p *ParcelArrived, at time.Time) time.Time {
	return at.AddDate(0, 0, int(min(p.StorageDays, 365)))
}
