package render

import "strings"

// phone writes an E.164 number in groups: +381 63 123 4567. Other writings stay as they are.
func phone(s string) string {
	if len(s) < 8 || s[0] != '+' || strings.Trim(s[1:], "0123456789") != "" {
		return s
	}
	country := 3 // +381, +382, +387 …
	if s[1] == '7' || s[1] == '1' {
		country = 1
	} else if strings.Contains(" 30 33 34 36 39 40 43 44 49 90 ", " "+s[1:3]+" ") {
		country = 2
	}
	groups := []string{s[:country+1]}
	rest := s[country+1:]
	if country == 3 && len(rest) > 6 {
		groups, rest = append(groups, rest[:2]), rest[2:]
	}
	for len(rest) > 4 {
		groups, rest = append(groups, rest[:3]), rest[3:]
	}
	return strings.Join(append(groups, rest), string(nbsp))
}
