package sms

import "unicode/utf16"

// The default alphabet of 3GPP TS 23.038 and its extension table. The escape character
// itself is no text.
const (
	basic     = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "\f^{}\\[~]|€"
)

// septets says what a rune costs in GSM-7; 0: it isn't there. The highest is € (U+20AC).
var septets = func() (table [0x20AD]uint8) {
	for _, r := range basic {
		table[r] = 1
	}
	for _, r := range extension {
		table[r] = 2
	}
	return table
}()

// gsm returns the cost of a rune in septets, 0 where GSM-7 doesn't have it.
func gsm(r rune) int {
	if int(r) >= len(septets) {
		return 0
	}
	return int(septets[r])
}

// ucs2 returns the cost of a rune in UTF-16 units.
func ucs2(r rune) int { return max(1, utf16.RuneLen(r)) }
