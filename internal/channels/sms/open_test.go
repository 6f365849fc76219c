package sms_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels"
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
		s, err := sms.Open(secret.String(setting), sms.Options{Log: zerolog.Nop()})
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

// The same setting that sends says how its reports are checked.
func TestReportsFindTheirReader(t *testing.T) {
	for setting, want := range map[string]string{
		"twilio://AC1:s3cret@api.twilio.com?from=X":                                              "twilio",
		"infobip://k@x.api.infobip.com?from=X&callback=https%3A%2F%2Fn.example%2Fcb%3Fkey%3Dk3y": "infobip",
		"smpp://u:s3cret@host?from=X":                                                            "smpp",
	} {
		provider, read, err := sms.Callback(secret.String(setting), "https://n.example")
		if err != nil || provider != want || (read == nil) != (want == "smpp") {
			t.Errorf("%s: %s, %v", want, provider, err)
			continue
		}
		if read == nil {
			continue
		}
		if _, err := read(httptest.NewRequest(http.MethodPost, "/callbacks/x?key=wrong", nil), nil); !errors.Is(err, channels.ErrSignature) {
			t.Errorf("%s: a stranger: %v, want ErrSignature", want, err)
		}
	}
	_, read, _ := sms.Callback("infobip://k@x.api.infobip.com?from=X&callback=https%3A%2F%2Fn.example%2Fcb%3Fkey%3Dk3y", "https://n.example")
	if _, err := read(httptest.NewRequest(http.MethodPost, "/cb?key=k3y", nil), []byte(`{"results":[]}`)); err != nil {
		t.Errorf("infobip with its key: %v", err)
	}
	if _, _, err := sms.Callback("nexmo://x", ""); err == nil {
		t.Error("an unknown provider was taken")
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
		s, err := sms.Open(secret.String(setting), sms.Options{Log: zerolog.Nop()})
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
