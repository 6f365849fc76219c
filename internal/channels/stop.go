package channels

import (
	"slices"
	"strings"
	"unicode"
)

// IsStop says whether a text message asks for no more messages: one of the words that the
// networks, Twilio and Serbian and Russian senders announce, alone or before the sender's
// name ("STOP VONDI").
func IsStop(text string) bool {
	words := strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 || len(words) > 2 {
		return false
	}
	return slices.Contains(stopWords(), words[0])
}

func stopWords() []string {
	return []string{
		"STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "QUIT",
		"ODJAVA", "ODJAVI", "ODJAVITE", "PREKINI", "PREKID",
		"СТОП", "ОДЈАВА", "ОДЈАВИ", "ПРЕКИНИ", "ПРЕКИД",
		"ОТПИСАТЬСЯ", "ОТПИСКА", "ОТПИШИТЕ",
	}
}
