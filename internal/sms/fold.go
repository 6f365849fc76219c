package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold writes the text in GSM-7 as far as it can: Cyrillic as Serbian Latin, Latin letters
// without the marks that GSM-7 lacks (č → c, đ → dj), typographic quotes, dashes and
// spaces plain; emoji and invisible characters go. What has no such form (Chinese) stays,
// and keeps the text in UCS-2. A text that is GSM-7 already comes back as it is.
func Fold(text string) string {
	if EncodingOf(text) == GSM7 {
		return text
	}
	text = Latin(strings.ToValidUTF8(text, ""))
	var b strings.Builder
	b.Grow(len(text))
	kept := 0 // up to here the text is written
	for i, r := range text {
		if gsm(r) > 0 {
			continue
		}
		b.WriteString(text[kept:i])
		foldRune(&b, r)
		kept = i + utf8.RuneLen(r)
	}
	b.WriteString(text[kept:])
	return b.String()
}

// foldRune writes a rune that GSM-7 doesn't have.
func foldRune(b *strings.Builder, r rune) {
	switch plain, ok := folds[r]; {
	case ok:
		b.WriteString(plain)
	case unicode.Is(unicode.Zs, r):
		b.WriteByte(' ')
	case unicode.In(r, unicode.So, unicode.Sk, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co):
	default:
		foldMarks(b, r)
	}
}

// foldMarks drops the marks of a letter whose bare form is in GSM-7.
func foldMarks(b *strings.Builder, r rune) {
	bare := []rune(norm.NFD.String(string(r)))[0]
	if gsm(bare) == 0 {
		bare = r
	}
	b.WriteRune(bare)
}

// folds holds what dropping marks doesn't give. đ is dj, as Serbs write without it.
var folds = map[rune]string{
	'đ': "dj", 'Đ': "Dj", 'ł': "l", 'Ł': "L", 'ı': "i", 'œ': "oe", 'Œ': "OE", 'ð': "d", 'þ': "th",
	'„': `"`, '“': `"`, '”': `"`, '«': `"`, '»': `"`, '’': "'", '‘': "'", '‚': "'", '`': "'", '´': "'",
	'–': "-", '—': "-", '‑': "-", '−': "-", '…': "...", '•': "-", '·': "-", '×': "x", '№': "No ",
	'č': "c", 'ć': "c", 'š': "s", 'ž': "z", 'Č': "C", 'Ć': "C", 'Š': "S", 'Ž': "Z", 'ç': "c", '\u00a0': " ", '\t': " ", '\u2028': "\n", '\u2029': "\n",
}
