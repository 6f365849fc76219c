package sms

import (
	"strings"
	"unicode"
)

// Latin writes Cyrillic text in Serbian Latin. Serbian letters are exact; those of other
// Cyrillic alphabets come near, for names in a Serbian text.
func Latin(text string) string {
	if strings.IndexFunc(text, isCyrillic) < 0 {
		return text
	}
	runes := []rune(text)
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range runes {
		l, ok := latin[unicode.ToLower(r)]
		switch {
		case !ok:
			b.WriteRune(r)
		case unicode.IsLower(r):
			b.WriteString(l)
		case shouted(runes, i):
			b.WriteString(strings.ToUpper(l))
		default:
			b.WriteString(capital(l))
		}
	}
	return b.String()
}

// isCyrillic knows the block in which all modern Cyrillic letters are.
func isCyrillic(r rune) bool { return r >= 0x400 && r <= 0x52f }

// shouted says whether the letter stands in a word of capitals, where a letter pair is
// capital as a whole: ЉУБАВ is LJUBAV, Љубав is Ljubav.
func shouted(runes []rune, i int) bool {
	if i+1 < len(runes) && unicode.IsLetter(runes[i+1]) {
		return unicode.IsUpper(runes[i+1])
	}
	return i > 0 && unicode.IsUpper(runes[i-1])
}

func capital(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

var latin = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ђ': "đ", 'е': "e", 'ж': "ž", 'з': "z", 'и': "i",
	'ј': "j", 'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p", 'р': "r",
	'с': "s", 'т': "t", 'ћ': "ć", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "č", 'џ': "dž", 'ш': "š",
	// Russian, Ukrainian, Belarusian, Macedonian, Bulgarian
	'ё': "jo", 'й': "j", 'щ': "šč", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "ju", 'я': "ja",
	'є': "je", 'і': "i", 'ї': "ji", 'ґ': "g", 'ў': "u", 'ѓ': "đ", 'ќ': "ć", 'ѕ': "dz",
}
