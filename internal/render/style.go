package render

import (
	"strconv"
	"strings"
)

// style is how a language writes numbers, money and dates.
type style struct {
	tag       string
	group     string // between thousands
	decimal   string
	codeFirst bool // RSD 5,990 rather than 5.990 RSD
	quotes    [2]string
	months    [12]string
	date      func(s *style, d day) string
	shortDate func(s *style, d day) string
}

// day is a date in the reader's zone.
type day struct {
	year, month, date int
	withYear          bool
}

var styles = map[string]*style{
	SerbianLatin: {
		tag: SerbianLatin, quotes: [2]string{"„", "“"}, group: ".", decimal: ",", date: dotted, shortDate: dottedShort,
		months: [12]string{"januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra", "novembra", "decembra"},
	},
	SerbianCyrillic: {
		tag: SerbianCyrillic, quotes: [2]string{"„", "“"}, group: ".", decimal: ",", date: dotted, shortDate: dottedShort,
		months: [12]string{"јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра", "новембра", "децембра"},
	},
	Russian: {
		tag: Russian, quotes: [2]string{"«", "»"}, group: "\u00a0", decimal: ",", date: spaced, shortDate: dottedPlain,
		months: [12]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	},
	English: {
		tag: English, quotes: [2]string{"“", "”"}, group: ",", decimal: ".", codeFirst: true, date: spaced, shortDate: named,
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	},
}

// styleOf returns the style of a language; an unknown one is written as English.
func styleOf(locale string) *style {
	if s, ok := styles[locale]; ok {
		return s
	}
	return styles[English]
}

// integer writes a whole number with its thousands grouped from five digits on, as
// typographers of all four languages have it.
func (s *style) integer(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if n > -10000 && n < 10000 {
		return digits
	}
	return s.grouped(digits)
}

// number writes a number with at most one decimal.
func (s *style) number(f float64) string {
	text := strconv.FormatFloat(f, 'f', 1, 64)
	whole, frac, _ := strings.Cut(text, ".")
	if frac == "0" {
		return whole
	}
	return whole + s.decimal + frac
}

// money writes hundredths of a currency: "5.990 RSD", "5.990,50 RSD", "RSD 5,990". Its
// spaces don't break.
func (s *style) money(hundredths int64, currency string) string {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "−", -hundredths
	}
	text := sign + s.grouped(strconv.FormatInt(hundredths/100, 10))
	if rest := hundredths % 100; rest != 0 {
		text += s.decimal + string([]byte{'0' + byte(rest/10), '0' + byte(rest%10)})
	}
	switch {
	case currency == "":
		return text
	case s.codeFirst:
		return currency + "\u00a0" + text
	}
	return text + "\u00a0" + currency
}

func (s *style) grouped(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	lead := len(digits) % 3
	var b strings.Builder
	b.Grow(len(digits) + len(digits)/3*len(s.group))
	for i := range len(digits) {
		if i > 0 && i%3 == lead {
			b.WriteString(s.group)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}
