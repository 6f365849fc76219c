// Package secret holds values that must never be printed.
package secret

import "log/slog"

const hidden = "***"

// String is a password, token or key. It prints as *** in fmt, JSON, YAML and slog;
// [String.Reveal] gives the value to the one who needs it.
type String string

// Reveal returns the value itself.
func (s String) Reveal() string { return string(s) }

// Empty says whether there is no secret.
func (s String) Empty() bool { return s == "" }

func (s String) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the value from %#v.
func (s String) GoString() string { return `secret.String("` + s.String() + `")` }

// MarshalText hides the value from JSON and YAML.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the value.
func (s *String) UnmarshalText(b []byte) error { *s = String(b); return nil }

// LogValue hides the value from slog.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }
