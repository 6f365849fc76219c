package sms

// Encoding is how a text travels.
type Encoding string

// The encodings. A single rune that GSM-7 doesn't have moves the whole text to UCS-2.
const (
	GSM7 Encoding = "gsm7"
	UCS2 Encoding = "ucs2"
)

// limits are the units that fit into a text of one segment, and into each of several
// (which carry a header of six octets).
func (e Encoding) limits() (single, each int) {
	if e == UCS2 {
		return 70, 67
	}
	return 160, 153
}

func (e Encoding) cost(r rune) int {
	if e == UCS2 {
		return ucs2(r)
	}
	return gsm(r)
}

// EncodingOf returns the cheapest encoding that holds the text.
func EncodingOf(text string) Encoding {
	for _, r := range text {
		if gsm(r) == 0 {
			return UCS2
		}
	}
	return GSM7
}

// Count returns how many segments the text takes, and how it travels. An empty text is
// one segment. It doesn't allocate.
func Count(text string) (segments int, enc Encoding) {
	enc = EncodingOf(text)
	segments = 1
	split(text, enc, func(int) { segments++ })
	return segments, enc
}

// Segments splits the text into what each segment carries. Joined they are the text;
// neither an escaped character nor a surrogate pair is ever split.
func Segments(text string) (parts []string, enc Encoding) {
	enc = EncodingOf(text)
	start := 0
	split(text, enc, func(at int) {
		parts = append(parts, text[start:at])
		start = at
	})
	return append(parts, text[start:]), enc
}

// Units returns the length of the text in the units of its encoding: septets or UTF-16.
func Units(text string) (n int, enc Encoding) {
	enc = EncodingOf(text)
	for _, r := range text {
		n += enc.cost(r)
	}
	return n, enc
}

// Room returns how many units fit into so many segments.
func Room(segments int, enc Encoding) int {
	single, each := enc.limits()
	if segments == 1 {
		return single
	}
	return segments * each
}

// split calls cut with each offset at which a further segment begins.
func split(text string, enc Encoding, cut func(at int)) {
	single, each := enc.limits()
	if n, _ := Units(text); n <= single {
		return
	}
	used := 0
	for at, r := range text {
		c := enc.cost(r)
		if used+c > each {
			cut(at)
			used = 0
		}
		used += c
	}
}
