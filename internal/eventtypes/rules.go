package eventtypes

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// Rule is a condition on a field's value. Min, Max and Pattern say it in JSON Schema's
// words as far as those go.
type Rule struct {
	Name    string // as it stands in a check tag
	Want    string // "want a number above 0"
	Min     *float64
	Max     *float64
	Above   bool // more than Min, not Min itself
	Pattern string

	holds func(v reflect.Value) bool
}

// rules are what a payload's check tag may name.
var rules = byRuleName(
	Rule{Name: "positive", Want: "want a number above 0", Min: new(0.0), Above: true, holds: func(v reflect.Value) bool { return number(v) > 0 }},
	Rule{Name: "nonnegative", Want: "want a number of 0 or more", Min: new(0.0), holds: func(v reflect.Value) bool { return number(v) >= 0 }},
	Rule{Name: "percent", Want: "want a percentage", Min: new(0.0), Max: new(1000.0), holds: func(v reflect.Value) bool { return number(v) >= 0 && number(v) <= 1000 }},
	matches("currency", "want an ISO 4217 code such as RSD", `^[A-Z]{3}$`),
	matches("email", "want an email address", `^[^\s@<>",;:]+@[^\s@<>",;:]+\.[^\s@<>",;:]+$`),
	matches("phone", "want a phone number such as +381631234567", `^[+0-9][0-9 /().\-]{5,24}$`),
	Rule{Name: "https", Want: "want an https:// URL", Pattern: `^https://[^/\s@]+`, holds: isHTTPS},
)

func byRuleName(list ...Rule) map[string]Rule {
	m := make(map[string]Rule, len(list))
	for _, r := range list {
		m[r.Name] = r
	}
	return m
}

func parseRules(tag string) []Rule {
	var list []Rule
	for name := range strings.SplitSeq(tag, ",") {
		if name == "" {
			continue
		}
		r, ok := rules[name]
		if !ok {
			panic(fmt.Sprintf("eventtypes: no rule %q", name))
		}
		list = append(list, r)
	}
	return list
}

func matches(name, want, pattern string) Rule {
	re := regexp.MustCompile(pattern)
	return Rule{Name: name, Want: want, Pattern: pattern, holds: func(v reflect.Value) bool {
		return re.MatchString(v.String())
	}}
}

func isHTTPS(v reflect.Value) bool {
	u, err := url.Parse(v.String())
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
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
