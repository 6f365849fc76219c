package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamStaff = "warehouse:events:staff"

// WarehouseInvitation is the payload of warehouse.invitation_created. The invitee is a
// user, or only an email address.
type WarehouseInvitation struct {
	WarehouseID   ID   `json:"warehouse_id" example:"1"`
	Email         Text `json:"email,omitempty" example:"marko@example.com" check:"email" pii:"email" either:"invitee"`
	UserID        ID   `json:"user_id,omitempty" example:"891" either:"invitee"`
	Role          Text `json:"role,omitempty" example:"picker"`
	WarehouseName Text `json:"warehouse_name,omitempty" example:"Beograd 1"`
	InvitedBy     Text `json:"invited_by,omitempty" example:"Jelena" pii:"name"`
	AcceptURL     Text `json:"accept_url,omitempty" example:"https://vondi.rs/invitations/q7Zt" check:"https" pii:"secret"`
}

// WarehouseStaff is the payload of warehouse.invitation_accepted.
type WarehouseStaff struct {
	WarehouseID   ID   `json:"warehouse_id" example:"1"`
	UserID        ID   `json:"user_id" example:"891" doc:"who has joined the staff"`
	Role          Text `json:"role,omitempty" example:"picker"`
	Name          Text `json:"name,omitempty" example:"Marko" pii:"name"`
	WarehouseName Text `json:"warehouse_name,omitempty" example:"Beograd 1"`
}

// WarehouseStaffRemoved is the payload of warehouse.staff_removed.
type WarehouseStaffRemoved struct {
	WarehouseID   ID   `json:"warehouse_id" example:"1"`
	UserID        ID   `json:"user_id" example:"891"`
	Reason        Text `json:"reason,omitempty" example:"contract_ended"`
	WarehouseName Text `json:"warehouse_name,omitempty" example:"Beograd 1"`
}

// WarehouseRoleChanged is the payload of warehouse.staff_role_changed.
type WarehouseRoleChanged struct {
	WarehouseID   ID   `json:"warehouse_id" example:"1"`
	UserID        ID   `json:"user_id" example:"891"`
	Role          Text `json:"role" example:"owner"`
	WarehouseName Text `json:"warehouse_name,omitempty" example:"Beograd 1"`
}

func warehouse() []*Type {
	return []*Type{
		{
			Name: "warehouse.invitation_created", About: "Somebody is asked to join a warehouse's staff.",
			Stream: streamStaff, Priority: notify.Normal, Life: week,
			Payload: of[WarehouseInvitation](), Entity: "warehouse_id",
			Told: []Told{toInvitee(notify.Email, notify.Telegram).always(notify.Email)},
		},
		{
			Name: "warehouse.invitation_accepted", About: "The invited person has joined the staff.",
			Stream: streamStaff, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[WarehouseStaff](), Entity: "warehouse_id",
			Told: []Told{toWarehouseOwners(notify.Email, notify.Telegram)},
		},
		{
			Name: "warehouse.staff_removed", About: "Somebody no longer belongs to the staff.",
			Stream: streamStaff, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[WarehouseStaffRemoved](), Entity: "warehouse_id",
			Told: []Told{toUser(notify.Email, notify.Telegram).always(notify.Email)},
		},
		{
			Name: "warehouse.staff_role_changed", About: "Somebody of the staff has another role.",
			Stream: streamStaff, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[WarehouseRoleChanged](), Entity: "warehouse_id",
			Told: []Told{toUser(notify.Email, notify.Telegram).always()},
		},
	}
}
