package eventtypes

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// check looks at a decoded value and says what would be right, or nothing if it is.
type check func(v reflect.Value) (want string)

// checks are the rules that a payload's check tag may name.
var checks = map[string]check{
	"positive":    atLeast(1, "want a number above 0"),
	"nonnegative": atLeast(0, "want a number of 0 or more"),
	"percent":     percent,
	"currency":    matches(regexp.MustCompile(`^[A-Z]{3}$`), "want an ISO 4217 code such as RSD"),
	"https":       httpsURL,
	"items":       items,
	"email":       matches(regexp.MustCompile(`^[^\s@<>",;:]+@[^\s@<>",;:]+\.[^\s@<>",;:]+$`), "want an email address"),
	"phone":       matches(regexp.MustCompile(`^[+0-9][0-9 /().-]{5,24}$`), "want a phone number such as +381631234567"),
}

func parseChecks(tag string) []check {
	var list []check
	for name := range strings.SplitSeq(tag, ",") {
		if name == "" {
			continue
		}
		c, ok := checks[name]
		if !ok {
			panic(fmt.Sprintf("eventtypes: no rule %q", name))
		}
		list = append(list, c)
	}
	return list
}

func atLeast(min float64, want string) check {
	return func(v reflect.Value) string {
		if number(v) < min {
			return want
		}
		return ""
	}
}

func percent(v reflect.Value) string {
	if n := number(v); n < 0 || n > 1000 {
		return "want a percentage"
	}
	return ""
}

func matches(re *regexp.Regexp, want string) check {
	return func(v reflect.Value) string {
		if !re.MatchString(v.String()) {
			return want
		}
		return ""
	}
}

func httpsURL(v reflect.Value) string {
	u, err := url.Parse(v.String())
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "want an https:// URL"
	}
	return ""
}

// items holds the lines of an order against their own rules.
func items(v reflect.Value) string {
	for i, it := range v.Interface().(List[OrderItem]) {
		if it.ListingID == "" || it.Quantity < 1 || it.Price < 0 {
			return fmt.Sprintf("want a listing_id and a quantity of 1 or more in items[%d]", i)
		}
	}
	return ""
}

func number(v reflect.Value) float64 {
	if v.CanInt() {
		return float64(v.Int())
	}
	if v.CanFloat() {
		return v.Float()
	}
	return 0
}
