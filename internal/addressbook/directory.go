package addressbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
)

// DirectoryConfig is where people are looked up whom the book doesn't know.
type DirectoryConfig struct {
	URL     string        // GET <URL>/<user id> answers a person as imports write them; 404 is "nobody"
	Token   secret.String // of the login (Bearer); empty: none
	Timeout time.Duration // for one answer; 0 means 2 s
}

// Directory is an HTTP service that knows people.
type Directory struct {
	cfg     DirectoryConfig
	http    *http.Client
	breaker *gobreaker.CircuitBreaker[notify.Contact]
}

const (
	maxAnswer      = 64 << 10 // bytes; a person is a hundredth of it
	defaultTimeout = 2 * time.Second
	tripAfter      = 5 // failures in a row
	restAfterTrip  = 10 * time.Second
)

// errDirectory says that the directory gave no answer. It is nobody's absence: who was
// asked for may well exist.
var errDirectory = fmt.Errorf("directory: %w", notify.ErrUnavailable)

// NewDirectory opens the directory. Nothing is asked yet.
func NewDirectory(cfg DirectoryConfig) (*Directory, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("directory.url: want http:// or https:// with a host and a path, without a login and a query")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	return &Directory{
		cfg: cfg,
		// A redirect is no answer: the login would follow it to somebody else's server.
		http: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, Proxy: http.ProxyFromEnvironment},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		breaker: gobreaker.NewCircuitBreaker[notify.Contact](gobreaker.Settings{
			Name: "directory", Timeout: restAfterTrip,
			ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
			IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, notify.ErrNoContact) },
			IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) }, // we hung up ourselves
		}),
	}, nil
}

// Close lets the connections go.
func (d *Directory) Close() error { d.http.CloseIdleConnections(); return nil }

// Person asks for somebody. The error is [notify.ErrNoContact] where the directory knows
// nobody by that id, and wraps [notify.ErrUnavailable] where it gives no answer.
func (d *Directory) Person(ctx context.Context, userID string) (notify.Contact, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	c, err := d.breaker.Execute(func() (notify.Contact, error) { return d.get(ctx, userID) })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return c, fmt.Errorf("%w: it did not answer lately", errDirectory)
	}
	return c, err
}

func (d *Directory) get(ctx context.Context, userID string) (notify.Contact, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.cfg.URL+"/"+url.PathEscape(userID), nil)
	if err != nil {
		return notify.Contact{}, errDirectory
	}
	req.Header.Set("Accept", "application/json")
	if !d.cfg.Token.Empty() {
		req.Header.Set("Authorization", "Bearer "+d.cfg.Token.Reveal())
	}
	resp, err := d.http.Do(req)
	if err != nil { // its text carries the URL, and that the user id
		return notify.Contact{}, noAnswer(ctx)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return readPerson(resp.Body, userID)
	case http.StatusNotFound, http.StatusGone:
		return notify.Contact{}, notify.ErrNoContact
	}
	return notify.Contact{}, fmt.Errorf("%w: status %d", errDirectory, resp.StatusCode)
}

func noAnswer(ctx context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", errDirectory, ctx.Err())
	}
	return errDirectory
}

// readPerson reads an answer. Values that can't be used are left out, and so are fields
// that we don't know: the directory has its own life.
func readPerson(body io.Reader, userID string) (notify.Contact, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return notify.Contact{}, errDirectory
	}
	if len(data) > maxAnswer {
		return notify.Contact{}, fmt.Errorf("%w: the answer is longer than %d bytes", errDirectory, maxAnswer)
	}
	r, err := parseRecord(data, false)
	if err != nil {
		return notify.Contact{}, fmt.Errorf("%w: %w", errDirectory, err)
	}
	if r.UserID != "" && string(r.UserID) != userID {
		return notify.Contact{}, fmt.Errorf("%w: the answer is about somebody else", errDirectory)
	}
	c := usable(r.contact())
	c.UserID, c.Preferences, c.Health = userID, nil, nil
	c.Banned, c.BannedUntil = r.Banned, r.BannedUntil
	if !known(c) {
		return notify.Contact{}, notify.ErrNoContact
	}
	return c, nil
}
