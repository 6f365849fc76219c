package sms

import (
	"net/http"
	"net/url"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/sms/infobip"
	"github.com/vondi-global/notifications/internal/channels/sms/twilio"
	"github.com/vondi-global/notifications/internal/secret"
)

// Reader checks a provider's webhook and reads what it tells.
type Reader func(r *http.Request, body []byte) ([]channels.Feedback, error)

// Callback returns the reader of the webhook of the provider that the setting names, and the
// provider's name. read is nil for SMPP, which tells over its own link. origin is our public
// address, "https://notify.example".
func Callback(setting secret.String, origin string) (provider string, read Reader, err error) {
	u, err := url.Parse(setting.Reveal())
	if err != nil {
		return "", nil, errNoURL
	}
	switch u.Scheme {
	case "twilio":
		cfg, err := twilio.ParseURL(u)
		return u.Scheme, twilio.Callback(cfg.SigningToken(), origin), err
	case "infobip":
		cfg, err := infobip.ParseURL(u)
		return u.Scheme, infobip.Callback(cfg.CallbackKey()), err
	case "smpp":
		return u.Scheme, nil, nil
	}
	return "", nil, unknownProvider(u.Scheme)
}
