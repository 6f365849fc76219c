package telegram

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

const (
	provider        = "telegram"
	defaultEndpoint = "https://api.telegram.org"
)

// Config is a bot.
type Config struct {
	Token    secret.String // of @BotFather: "123456:ABC…"
	Endpoint string        // https://api.telegram.org by default; a local Bot API server, a simulator
	Wire     channels.Wire // hears what is said; nil: nobody
}

var tokenShape = regexp.MustCompile(`^[0-9A-Za-z_:-]+$`)

// Validate says what is wrong, without naming the token.
func (c Config) Validate() error {
	var errs []error
	if !tokenShape.MatchString(c.Token.Reveal()) {
		errs = append(errs, errors.New("telegram: token: want the one of @BotFather, such as 123456:ABC…"))
	}
	if u, err := url.Parse(c.endpoint()); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		errs = append(errs, fmt.Errorf("telegram: endpoint %q: want a URL such as %s", c.Endpoint, defaultEndpoint))
	}
	return errors.Join(errs...)
}

func (c Config) endpoint() string {
	if c.Endpoint == "" {
		return defaultEndpoint
	}
	return strings.TrimRight(c.Endpoint, "/")
}
