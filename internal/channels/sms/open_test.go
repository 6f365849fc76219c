package sms_test

import (
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/sms"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheSchemeNamesTheProvider(t *testing.T) {
	inbox := simulators.NewInbox(0)
	twilio, err1 := simulators.NewTwilio(inbox)
	infobip, err2 := simulators.NewInfobip(inbox)
	smpp, err3 := simulators.NewSMPP(inbox)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	defer twilio.Close()
	defer infobip.Close()
	defer smpp.Close()
	for provider, setting := range map[string]string{"twilio": twilio.DSN("VONDI"), "infobip": infobip.DSN("VONDI"), "smpp": smpp.DSN("VONDI")} {
		s, err := sms.Open(secret.String(setting), nil, zerolog.Nop())
		if err != nil {
			t.Fatalf("%s: %v", provider, err)
		}
		r, err := s.Send(t.Context(), notify.Address{Channel: notify.SMS, Value: "+381641234567"}, notify.Message{Delivery: "d1", Text: "Zdravo"})
		if err != nil || r.Provider != provider || r.ID == "" || r.Parts != 1 {
			t.Errorf("%s: receipt %+v, %v", provider, r, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", provider, err)
		}
	}
}

// A wrong setting is refused with what would be right, and without its secrets.
func TestWrongSettings(t *testing.T) {
	for setting, want := range map[string]string{
		"":                                   "want one of twilio, infobip, smpp",
		"nexmo://s3cret@host":                "want one of twilio, infobip, smpp",
		"twilio://AC1:s3cret@host:%zz":       "no URL",
		"twilio://AC1:s3cret@api.twilio.com": "from is missing",
		"twilio://AC1@api.twilio.com?from=X": "sid and token",
		"twilio://AC1:s3cret@h?from=X&callback=http://n.example": "https",
		"infobip://s3cret@x.api.infobip.com":                     "from is missing",
		"infobip://s3cret@?from=X":                               "host is missing",
		"infobip://x.api.infobip.com?from=X":                     "API key",
		"smpp://u:s3cret@host":                                   "from",
		"smpp://u:s3cret@host?from=MUCHTOOLONGNAME":              "from",
		"smpp://u@host?from=X":                                   "password",
		"smpp://u:s3cret@?from=X":                                "host is missing",
		"smpp://u:s3cret@host?from=X&window=0":                   "window",
		"smpp://u:s3cret@host?from=X&enquire=x":                  "enquire",
	} {
		s, err := sms.Open(secret.String(setting), nil, zerolog.Nop())
		if err == nil {
			s.Close()
			t.Errorf("%s: taken", setting)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v: want %q", setting, err, want)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the secret: %v", setting, err)
		}
	}
}
