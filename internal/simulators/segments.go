package simulators

import "strings"

// The alphabets of 3GPP TS 23.038. An extended character takes two septets.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// segments says in which alphabet a text travels and in how many parts, as the networks
// count them.
func segments(text string) (encoding string, parts int) {
	if gsm := strings.IndexFunc(text, notGSM) < 0; gsm {
		return "GSM-7", count(text, 160, 153, septets)
	}
	return "UCS-2", count(text, 70, 67, utf16Units)
}

func notGSM(r rune) bool {
	return !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtended, r)
}

func septets(r rune) int {
	if strings.ContainsRune(gsmExtended, r) {
		return 2
	}
	return 1
}

func utf16Units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// count fills one part of single units or several of multi units each, never splitting a
// character.
func count(text string, single, multi int, units func(rune) int) int {
	total, parts, room := 0, 1, multi
	for _, r := range text {
		n := units(r)
		total += n
		if n > room {
			parts, room = parts+1, multi
		}
		room -= n
	}
	if total <= single {
		return 1
	}
	return parts
}
