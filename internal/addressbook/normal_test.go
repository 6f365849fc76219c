package addressbook

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// FuzzPhoneNumber holds our reading of a number against the library's.
func FuzzPhoneNumber(f *testing.F) {
	for _, s := range []string{"+381631234567", "+3810631234567", "+38111123456", "+381", "+3811", "+38138123456", "+381 63 1234567", "+3816312345678901", "+381+63", "+3820671234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ours, err := phoneNumber(s)
		theirs, terr := phonenumbers.Parse(s, region)
		if got, want := canonical(ours, err), canonical(theirs, terr); got != want {
			t.Errorf("%q is read as %q, the library reads %q", s, got, want)
		}
	})
}

// canonical is the form that is stored, "" of what can't be called.
func canonical(n *phonenumbers.PhoneNumber, err error) string {
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}
