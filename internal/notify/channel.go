package notify

import (
	"fmt"
	"slices"
	"strings"
)

// Channel is a way to reach a person.
type Channel string

// The channels that the platform speaks.
const (
	Email    Channel = "email"
	Telegram Channel = "telegram"
	SMS      Channel = "sms"
	Push     Channel = "push"
)

// Channels lists all channels in the order in which people read them.
func Channels() []Channel { return []Channel{Email, Telegram, SMS, Push} }

// ParseChannel reads a channel's name, in any case. The error lists the names there are.
func ParseChannel(s string) (Channel, error) {
	c := Channel(strings.ToLower(strings.TrimSpace(s)))
	if !slices.Contains(Channels(), c) {
		return "", fmt.Errorf("channel %q: want one of email, telegram, sms, push", s)
	}
	return c, nil
}

// Priority picks the lane of a delivery. A flood in a lower lane never delays a higher one.
type Priority string

// The lanes.
const (
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Priorities lists the lanes, most urgent first.
func Priorities() []Priority { return []Priority{High, Normal, Low} }

// ParsePriority reads a lane's name, in any case. The error lists the names there are.
func ParsePriority(s string) (Priority, error) {
	p := Priority(strings.ToLower(strings.TrimSpace(s)))
	if !slices.Contains(Priorities(), p) {
		return "", fmt.Errorf("priority %q: want one of high, normal, low", s)
	}
	return p, nil
}
