package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamUsers = "auth:events:users"

// UserRegistered is the payload of user.registered.
type UserRegistered struct {
	UserID          ID   `json:"user_id" example:"890"`
	Email           Text `json:"email" example:"jelena@example.com" check:"email" pii:"email"`
	Phone           Text `json:"phone,omitempty" example:"+381631234567" check:"phone" pii:"phone"`
	Name            Text `json:"name,omitempty" example:"Jelena" pii:"name"`
	Locale          Text `json:"locale,omitempty" example:"sr"`
	TimeZone        Text `json:"timezone,omitempty" example:"Europe/Belgrade"`
	VerificationURL Text `json:"verification_url,omitempty" example:"https://vondi.rs/verify/q7Zt" check:"https" pii:"secret"`
}

// UserEmailVerified is the payload of user.email_verified.
type UserEmailVerified struct {
	UserID ID   `json:"user_id" example:"890"`
	Email  Text `json:"email,omitempty" example:"jelena@example.com" check:"email" pii:"email"`
	Name   Text `json:"name,omitempty" example:"Jelena" pii:"name"`
}

// UserPhoneVerified is the payload of user.phone_verified.
type UserPhoneVerified struct {
	UserID ID   `json:"user_id" example:"890"`
	Phone  Text `json:"phone" example:"+381631234567" check:"phone" pii:"phone"`
}

// UserPasswordChanged is the payload of user.password_changed.
type UserPasswordChanged struct {
	UserID ID   `json:"user_id" example:"890"`
	IP     Text `json:"ip,omitempty" example:"203.0.113.7" pii:"address"`
	Device Text `json:"device,omitempty" example:"Chrome, Windows"`
}

// UserPasswordReset is the payload of user.password_reset.
type UserPasswordReset struct {
	UserID    ID   `json:"user_id" example:"890"`
	ResetURL  Text `json:"reset_url" example:"https://vondi.rs/reset/q7Zt" check:"https" pii:"secret"`
	ExpiresAt Time `json:"expires_at,omitzero" example:"2025-12-22T01:00:00Z"`
}

// UserRoleChanged is the payload of user.role_changed.
type UserRoleChanged struct {
	UserID    ID   `json:"user_id" example:"890"`
	Role      Text `json:"role" example:"admin"`
	ChangedBy Text `json:"changed_by,omitempty" example:"admin_1"`
}

// UserBanned is the payload of user.banned.
type UserBanned struct {
	UserID ID   `json:"user_id" example:"890"`
	Reason Text `json:"reason,omitempty" example:"rules_violation"`
	Until  Time `json:"until,omitzero" example:"2026-01-21T00:00:00Z"`
}

func users() []*Type {
	return []*Type{
		{
			Name: "user.registered", About: "Somebody has signed up and has to confirm the email address.",
			Stream: streamUsers, Priority: notify.High, Life: 24 * time.Hour,
			Payload: of[UserRegistered](), Entity: "user_id",
			Told: []Told{toUser(notify.Email).always()},
		},
		{
			Name: "user.email_verified", About: "The email address is confirmed: welcome.",
			Stream: streamUsers, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[UserEmailVerified](), Entity: "user_id",
			Supersedes: []EventType{"user.registered"},
			Told:       []Told{toUser(notify.Email)},
		},
		{
			Name: "user.phone_verified", About: "The phone number is confirmed.",
			Stream: streamUsers, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[UserPhoneVerified](), Entity: "user_id",
			Told: []Told{toUser(notify.Email).always()},
		},
		{
			Name: "user.password_changed", About: "The password was changed.",
			Stream: streamUsers, Priority: notify.High, Life: 24 * time.Hour,
			Payload: of[UserPasswordChanged](), Entity: "user_id",
			Told: []Told{toUser(notify.Email, notify.Telegram).always()},
		},
		{
			Name: "user.password_reset", About: "Somebody asks for a link that sets a new password.",
			Stream: streamUsers, Priority: notify.High,
			Life: time.Hour, LifeFrom: lifeOf(resetLife), LifeSays: "until expires_at",
			Payload: of[UserPasswordReset](), Entity: "user_id", Secret: true,
			Supersedes: []EventType{"user.password_reset"},
			Told:       []Told{toUser(notify.Email).always()},
		},
		{
			Name: "user.role_changed", About: "An administrator gave the user another role.",
			Stream: streamUsers, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[UserRoleChanged](), Entity: "user_id",
			Told: []Told{toUser(notify.Email, notify.Telegram).always()},
		},
		{
			Name: "user.banned", About: "The account is blocked.",
			Stream: streamUsers, Priority: notify.High, Life: 72 * time.Hour,
			Payload: of[UserBanned](), Entity: "user_id",
			Told: []Told{toUser(notify.Email).always()},
		},
	}
}

// resetLife ends with the link: a dead link only puzzles.
func resetLife(p *UserPasswordReset, _ time.Time) time.Time { return p.ExpiresAt.Time }
