package smpp

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// Config says to which message centre to bind, as whom, and from what to send.
type Config struct {
	Addr       string // host:port
	SystemID   string
	Password   secret.String
	SystemType string // as the provider says; mostly empty
	From       string // a name of up to 11 characters, a short code, or a number in E.164
	TLS        bool

	Window      int           // requests under way at once; the provider says how many it takes
	EnquireLink time.Duration // how often to ask whether the link is alive
	Timeout     time.Duration // bind, and the answer to one request
	MaxBackoff  time.Duration // between two attempts to bind

	Wire channels.Wire // hears what is said; nil: nobody
}

// Defaults fills what is empty: window 10, enquire_link every 30 s, timeout 10 s, backoff up to 60 s.
func (c Config) Defaults() Config {
	c.Window = cmp.Or(c.Window, 10)
	c.EnquireLink = cmp.Or(c.EnquireLink, 30*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.MaxBackoff = cmp.Or(c.MaxBackoff, time.Minute)
	return c
}

// ParseURL reads smpp://user:pass@host:port?from=…. Further settings: window=10, enquire=30s,
// system_type=…, tls=1. The port is 2775 if left out.
func ParseURL(u *url.URL) (Config, error) {
	q := u.Query()
	password, _ := u.User.Password()
	c := Config{
		Addr: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "2775")), SystemID: u.User.Username(), Password: secret.String(password),
		SystemType: q.Get("system_type"), From: q.Get("from"), TLS: q.Get("tls") == "1",
	}
	var errs []error
	if w := q.Get("window"); w != "" {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			errs = append(errs, errors.New("smpp: window: want a number from 1"))
		}
		c.Window = n
	}
	if e := q.Get("enquire"); e != "" {
		d, err := time.ParseDuration(e)
		if err != nil || d < time.Second {
			errs = append(errs, errors.New("smpp: enquire: want a duration from 1s"))
		}
		c.EnquireLink = d
	}
	if u.Hostname() == "" {
		errs = append(errs, errors.New("smpp: the host is missing: smpp://user:pass@host:2775?from=…"))
	}
	return c, errors.Join(append(errs, c.Validate())...)
}

// Validate says everything that is missing. Its text holds no secret.
func (c Config) Validate() error {
	var errs []error
	if c.SystemID == "" || len(c.SystemID) >= data.SM_SYSID_LEN {
		errs = append(errs, errors.New("the user (system_id) is missing or longer than 15 characters"))
	}
	if c.Password.Empty() { // the 8 characters of SMPP 3.4 are a limit that centres have long given up
		errs = append(errs, errors.New("the password is missing"))
	}
	if _, err := c.source(); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("smpp: %w", err)
	}
	return nil
}

var (
	numeric = regexp.MustCompile(`^\+?[1-9]\d{6,14}$`)
	code    = regexp.MustCompile(`^\d{3,6}$`)
	name    = regexp.MustCompile(`^[A-Za-z0-9 .:_&!-]{1,11}$`)
)

// source is the sender with its type of number and numbering plan (SMPP 3.4, 5.2.5).
func (c Config) source() (pdu.Address, error) {
	switch {
	case numeric.MatchString(c.From):
		return international(c.From)
	case code.MatchString(c.From):
		return pdu.NewAddressWithTonNpiAddr(data.GSM_TON_NETWORK, data.GSM_NPI_UNKNOWN, c.From)
	case name.MatchString(c.From):
		return pdu.NewAddressWithTonNpiAddr(data.GSM_TON_ALPHANUMERIC, data.GSM_NPI_UNKNOWN, c.From)
	}
	return pdu.Address{}, errors.New("from: want a name of up to 11 characters, a short code, or a number")
}

func international(number string) (pdu.Address, error) {
	if number[0] == '+' {
		number = number[1:]
	}
	return pdu.NewAddressWithTonNpiAddr(data.GSM_TON_INTERNATIONAL, data.GSM_NPI_E164, number)
}
