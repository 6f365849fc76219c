package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamApplications = "franchise:events:applications"

// FranchiseApplication is the payload of franchise.application_created. The applicant is a
// user, or only an email address.
type FranchiseApplication struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	UserID        ID   `json:"user_id,omitempty" example:"892" either:"applicant"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email" either:"applicant"`
	Phone         Text `json:"phone,omitempty" example:"+381641234567" check:"phone" pii:"phone"`
	ApplicantName Text `json:"applicant_name,omitempty" example:"Ana" pii:"name"`
	City          Text `json:"city,omitempty" example:"Novi Sad"`
}

// FranchiseStep is the payload of the franchise types that carry nothing of their own.
type FranchiseStep struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	UserID        ID   `json:"user_id,omitempty" example:"892"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email"`
	Phone         Text `json:"phone,omitempty" example:"+381641234567" check:"phone" pii:"phone"`
	ApplicantName Text `json:"applicant_name,omitempty" example:"Ana" pii:"name"`
}

// FranchiseRejected is the payload of franchise.application_rejected.
type FranchiseRejected struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	Reason        Text `json:"reason" example:"point_nearby"`
	UserID        ID   `json:"user_id,omitempty" example:"892"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email"`
}

// FranchiseInfoRequested is the payload of franchise.info_requested.
type FranchiseInfoRequested struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	Question      Text `json:"question" example:"How large is the room?"`
	DueAt         Time `json:"due_at,omitzero" example:"2026-01-05T12:00:00Z"`
	UserID        ID   `json:"user_id,omitempty" example:"892"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email"`
}

// FranchiseTraining is the payload of franchise.training_scheduled.
type FranchiseTraining struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	StartsAt      Time `json:"starts_at" example:"2026-01-12T09:00:00Z"`
	EndsAt        Time `json:"ends_at,omitzero" example:"2026-01-12T13:00:00Z"`
	Place         Text `json:"place,omitempty" example:"Bulevar Mihajla Pupina 10, Beograd"`
	URL           Text `json:"url,omitempty" example:"https://vondi.rs/training/42" check:"https" pii:"secret"`
	UserID        ID   `json:"user_id,omitempty" example:"892"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email"`
	Phone         Text `json:"phone,omitempty" example:"+381641234567" check:"phone" pii:"phone"`
}

// FranchiseContract is the payload of franchise.contract_signed.
type FranchiseContract struct {
	ApplicationID ID   `json:"application_id" example:"app_42"`
	ContractURL   Text `json:"contract_url,omitempty" example:"https://vondi.rs/contracts/q7Zt" check:"https" pii:"secret"`
	UserID        ID   `json:"user_id,omitempty" example:"892"`
	Email         Text `json:"email,omitempty" example:"ana@example.com" check:"email" pii:"email"`
	ApplicantName Text `json:"applicant_name,omitempty" example:"Ana" pii:"name"`
}

func franchise() []*Type {
	return []*Type{
		{
			Name: "franchise.application_created", About: "Somebody wants to run a franchise.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseApplication](), Entity: "application_id",
			Told: []Told{
				toApplicant(notify.Email),
				toAdmins(notify.Email, notify.Telegram),
			},
		},
		{
			Name: "franchise.application_approved", About: "The application is accepted.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseStep](), Entity: "application_id",
			Supersedes: []EventType{"franchise.info_requested"},
			Told:       []Told{toApplicant(notify.Email, notify.Telegram, notify.SMS)},
		},
		{
			Name: "franchise.application_rejected", About: "The application is turned down.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseRejected](), Entity: "application_id",
			Supersedes: []EventType{"franchise.info_requested"},
			Told:       []Told{toApplicant(notify.Email)},
		},
		{
			Name: "franchise.info_requested", About: "The applicant has to answer a question.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseInfoRequested](), Entity: "application_id",
			Told: []Told{toApplicant(notify.Email, notify.Telegram)},
		},
		{
			Name: "franchise.info_provided", About: "The applicant has answered.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseStep](), Entity: "application_id",
			Supersedes: []EventType{"franchise.info_requested"},
			Told:       []Told{toAdmins(notify.Email, notify.Telegram)},
		},
		{
			Name: "franchise.training_scheduled", About: "The training has a date; the email carries a calendar file.",
			Stream: streamApplications, Priority: notify.Normal,
			LifeFrom: lifeOf(untilTraining), LifeSays: "until starts_at",
			Payload: of[FranchiseTraining](), Entity: "application_id",
			Supersedes: []EventType{"franchise.training_scheduled"},
			Told:       []Told{toApplicant(notify.Email, notify.Telegram, notify.SMS)},
		},
		{
			Name: "franchise.contract_signed", About: "The contract is signed.",
			Stream: streamApplications, Priority: notify.Normal, Life: week,
			Payload: of[FranchiseContract](), Entity: "application_id",
			Told: []Told{
				toApplicant(notify.Email),
				toAdmins(notify.Email, notify.Telegram),
			},
		},
	}
}

func untilTraining(p *FranchiseTraining, _ time.Time) time.Time { return p.StartsAt.Time }
