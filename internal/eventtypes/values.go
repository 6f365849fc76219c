package eventtypes

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The types below read what producers really write: a stream's flat fields are all
// strings, ids are numbers here and strings there, and times come in three shapes. Each
// prints as JSON in one canonical shape.

// ID is an identifier: a JSON string or an integer.
type ID string

// maxID is far above any real id: ids become parts of Redis keys. They stand in logs, keys
// and dead letters, so that an address is none.
const maxID = 200

// UnmarshalJSON reads "12345" and 12345.
func (v *ID) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || len(s) > maxID || strings.ContainsAny(s, "\r\n\x00") || b[0] != '"' && !whole(s) {
		return fmt.Errorf("want an id, a string or an integer")
	}
	if strings.Contains(s, "@") {
		return fmt.Errorf("want an id, which an address is not")
	}
	*v = ID(s)
	return nil
}

func whole(s string) bool {
	return strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") == ""
}

// Text is words: a JSON string; a bare number or boolean is taken as written.
type Text string

// UnmarshalJSON reads "words", 12 and true.
func (v *Text) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want text")
	}
	*v = Text(s)
	return nil
}

// Int is a whole number, written as a number or as a string of digits.
type Int int64

// UnmarshalJSON reads 3, 3.0 and "3".
func (v *Int) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want a whole number")
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		*v = Int(n)
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return fmt.Errorf("want a whole number")
	}
	*v = Int(f)
	return nil
}

// Float is a number, written as a number or as a string.
type Float float64

// UnmarshalJSON reads 99.5 and "99.5".
func (v *Float) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want a number")
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return fmt.Errorf("want a number")
	}
	*v = Float(f)
	return nil
}

// Amount is money in hundredths of the currency's unit: 5990 RSD is Amount(599000).
type Amount int64

// maxAmount keeps sums of amounts far from overflow.
const maxAmount = 1e15

// UnmarshalJSON reads 5990, 5990.5 and "5990.50".
func (v *Amount) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want an amount such as 5990 or 5990.50")
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > maxAmount/100 {
		return fmt.Errorf("want an amount such as 5990 or 5990.50")
	}
	*v = Amount(math.Round(f * 100))
	return nil
}

// MarshalJSON writes units: 5990, 5990.5.
func (v Amount) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(v)/100, 'f', -1, 64), nil
}

// Time is a moment: RFC 3339, Unix seconds or Unix milliseconds.
type Time struct{ time.Time }

// UnmarshalJSON reads "2025-12-25T10:00:00Z", 1734825600, "1734825600" and 1734825600000.
func (v *Time) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want a time such as 2025-12-25T10:00:00Z")
	}
	t, err := ParseTime(s)
	if err != nil {
		return err
	}
	v.Time = t
	return nil
}

// ParseTime reads RFC 3339, Unix seconds and Unix milliseconds, as UTC.
func ParseTime(s string) (time.Time, error) {
	if strings.Contains(s, "-") { // a plain number, the usual case, isn't tried in vain
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UTC(), nil
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || math.IsNaN(f) || f <= 0 || f > 1e14:
		return time.Time{}, fmt.Errorf("want a time such as 2025-12-25T10:00:00Z or 1734825600")
	case f > 1e11: // as seconds that would be the year 5138
		return time.UnixMilli(int64(f)).UTC(), nil
	}
	return time.Unix(int64(f), 0).UTC(), nil
}

// List is a JSON array, or a string that holds one.
type List[T any] []T

// UnmarshalJSON reads [1,2] and "[1,2]".
func (v *List[T]) UnmarshalJSON(b []byte) error {
	array, err := unquoteArray(b)
	if err != nil {
		return err
	}
	var list []T
	if err := json.Unmarshal(array, &list); err != nil {
		return fmt.Errorf("want a JSON array: %w", err)
	}
	*v = list
	return nil
}

// Flag is yes or no: true, "true", "1", false, "false", "0".
type Flag bool

// UnmarshalJSON reads true, "true", 1 and their opposites.
func (v *Flag) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return fmt.Errorf("want true or false")
	}
	yes, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("want true or false")
	}
	*v = Flag(yes)
	return nil
}

// scalar returns a JSON string's text, or a number or boolean as it is written. It may be
// called with any bytes.
func scalar(b []byte) (string, error) {
	if len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null" {
		return "", fmt.Errorf("want a single value")
	}
	if b[0] != '"' {
		return string(b), nil
	}
	if plain(b) {
		return string(b[1 : len(b)-1]), nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	return s, err
}

// plain says whether a JSON string stands for itself: no escapes, nothing but ASCII.
func plain(quoted []byte) bool {
	if len(quoted) < 2 || quoted[len(quoted)-1] != '"' {
		return false
	}
	for _, c := range quoted[1 : len(quoted)-1] {
		if c < ' ' || c > '~' || c == '\\' || c == '"' {
			return false
		}
	}
	return true
}
