package notify

import "errors"

// Invitation is what a link to the bot says: who has it, and which chat was known to be
// theirs when it was made ([Contact.ChatMark]).
type Invitation struct {
	UserID string
	Chat   string
}

// Why a link to the bot is not taken.
var (
	ErrLinkForged  = errors.New("the link is not one of ours, or for another bot")
	ErrLinkExpired = errors.New("the link has run out")
	ErrLinkUsed    = errors.New("the link was used, or made before the person's chat changed")
)
