package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/seal"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/similar"
)

// checks are the rules that a value alone can break, by key. Each returns what would be
// right, or nothing.
func (c *Config) checks() map[string]func() string {
	return map[string]func() string{
		"redis.url":               func() string { return redisURL(c.Redis.URL.Reveal()) },
		"redis.seal_keys":         func() string { return sealKeys(c.Redis.SealKeys) },
		"redis.barrier":           c.checkBarrier,
		"sources":                 c.checkSources,
		"admin.addr":              func() string { return listenAddr(c.Admin.Addr) },
		"admin.proxy_header":      c.checkProxyHeader,
		"admin.proxies":           func() string { return networks(c.Admin.Proxies) },
		"public.proxies":          func() string { return networks(c.Public.Proxies) },
		"log.level":               oneOf(c.Log.Level, "debug", "info", "warn", "error"),
		"log.format":              oneOf(c.Log.Format, "json", "console"),
		"public.addr":             c.checkPublic,
		"public.url":              func() string { return httpsURL(c.Public.URL) },
		"telemetry.otlp_endpoint": func() string { return collectorURL(c.Telemetry.Endpoint) },
		"telegram.bot":            c.checkBot,
		"telegram.updates":        c.checkUpdates,
		"telegram.endpoint":       func() string { return webURL(c.Telegram.Endpoint, false) },
		"push.endpoint":           func() string { return webURL(c.Push.Endpoint, true) },
		"directory.url":           func() string { return webURL(c.Directory.URL, true) },
		"brand.site":              func() string { return httpsURL(c.Brand.Site) },
		"brand.logo":              func() string { return httpsURL(c.Brand.Logo) },
		"brand.color":             match(c.Brand.Color, `^#[0-9a-fA-F]{6}$`, "want a colour such as #0f766e"),
		"streams.start":           match(c.Streams.Start, `^\d+(-\d+)?$`, "want 0 or an entry id such as 1734825600000-0"),
		"streams.count":           between(c.Streams.Count, 1, 10_000),
		"streams.tries":           between(c.Streams.Tries, 1, 100),
		"streams.max_bytes":       between(c.Streams.MaxBytes, 1<<10, 64<<20),
		"streams.discover":        between(c.Streams.Discover, 100*time.Millisecond, 20*time.Second),
		"streams.claim_idle":      between(c.Streams.Idle, time.Second, time.Hour),
		"streams.trim":            between(c.Streams.Trim, 0, 1<<40),
		"delivery.timeout":        between(c.Delivery.Timeout, time.Second, 20*time.Second),
		"delivery.budget":         between(c.Delivery.Budget, c.Delivery.Timeout+time.Second, 25*time.Second),
		"email.domain_rates":      c.checkDomains,
		"delivery.workers":        c.checkWorkers,
		"history.markers":         between(c.History.Markers, c.Streams.MaxAge+24*time.Hour, 30*24*time.Hour),
	}
}

// validate returns every broken rule, in the order of the tree.
func (c *Config) validate() []error {
	rules := c.checks()
	var problems []error
	for _, s := range Settings(c) {
		rule, ok := rules[s.Key]
		if !ok {
			continue
		}
		if want := rule(); want != "" {
			problems = append(problems, fmt.Errorf("%s=%s: %s", s.Key, s, want))
		}
	}
	return problems
}

// checkBarrier: replicas are waited for on one connection, and a Cluster has many masters.
func (c *Config) checkBarrier() string {
	if c.Redis.Barrier > 0 && strings.HasPrefix(c.Redis.URL.Reveal(), "redis-cluster:") {
		return "want 0 with a Cluster"
	}
	return between(c.Redis.Barrier, 0, 10)()
}

func (c *Config) checkSources() string {
	for name, u := range c.Sources {
		if name == "" || strings.ContainsAny(name, " |:") {
			return fmt.Sprintf("source %q: want a name without spaces, colons and bars", name)
		}
		if want := redisURL(u); want != "" {
			return "source " + name + ": " + want
		}
	}
	if len(c.Sources) == 0 {
		return "want at least one source"
	}
	return ""
}

func (c *Config) checkPublic() string {
	if c.Public.Addr == "" {
		return ""
	}
	if len(c.Public.Key.Reveal()) < 32 {
		return "want public.key of 32 characters or more beside it"
	}
	if c.Public.URL == "" {
		return "want public.url beside it"
	}
	return listenAddr(c.Public.Addr)
}

func (c *Config) checkProxyHeader() string {
	if (c.Admin.Header == "") != (c.Admin.Proxies == "") {
		return "want admin.proxy_header and admin.proxies both, or neither: from anybody else the header is worth nothing"
	}
	return match(c.Admin.Header, `^[A-Za-z0-9-]*$`, "want the name of a header, such as X-Auth-Request-Email")()
}

func (c *Config) checkUpdates() string {
	if c.Telegram.Updates == "webhook" && (c.Public.Addr == "" || c.Telegram.Webhook.Empty()) {
		return "want public.addr and telegram.webhook_secret beside it"
	}
	return oneOf(c.Telegram.Updates, "off", "webhook", "poll")()
}

func (c *Config) checkBot() string {
	if c.Telegram.Bot == "" {
		return ""
	}
	if n := len(c.Public.Key.Reveal()); n > 0 && n < 32 {
		return "want public.key of 32 characters or more beside it"
	}
	return match(c.Telegram.Bot, `^@?[A-Za-z][A-Za-z0-9_]{4,31}$`, "want the bot's user name, such as vondi_bot")()
}

func (c *Config) checkDomains() string {
	for domain, n := range c.Email.Domains {
		if !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@ ") || domain != strings.ToLower(domain) || n < 1 {
			return "want domains in small letters such as gmail.com, each from 1 a second"
		}
	}
	return ""
}

func (c *Config) checkWorkers() string {
	for ch, n := range c.Delivery.Workers {
		if !slices.Contains([]string{"email", "telegram", "sms", "push"}, ch) || n < 1 || n > 10_000 {
			return "want email, telegram, sms or push, each from 1 to 10000"
		}
	}
	return ""
}

func redisURL(u string) string {
	if _, err := redisconn.Parse(u, ""); err != nil {
		return err.Error()
	}
	return ""
}

func sealKeys(keys secret.String) string {
	if _, err := seal.New(keys); err != nil {
		return err.Error()
	}
	return ""
}

func networks(s string) string {
	if _, err := proxies.Parse(s); err != nil {
		return err.Error()
	}
	return ""
}

func listenAddr(a string) string {
	if _, _, err := net.SplitHostPort(a); err != nil {
		return "want an address to listen on, such as :8085 or 127.0.0.1:8085"
	}
	return ""
}

func webURL(s string, mayBeEmpty bool) string {
	u, err := url.Parse(s)
	if s == "" && mayBeEmpty || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		return ""
	}
	return "want a URL such as https://host"
}

// collectorURL has no password: exporters quote it in their errors.
func collectorURL(s string) string {
	if u, err := url.Parse(s); err == nil && u.User != nil {
		return "want no login in it; OTEL_EXPORTER_OTLP_HEADERS takes one"
	}
	return webURL(s, true)
}

func httpsURL(s string) string {
	if u, err := url.Parse(s); s == "" || err == nil && u.Scheme == "https" && u.Host != "" {
		return ""
	}
	return "want an https:// URL"
}

func oneOf(s string, names ...string) func() string {
	return func() string {
		if slices.Contains(names, s) {
			return ""
		}
		return "want " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
}

func match(s, re, want string) func() string {
	return func() string {
		if regexp.MustCompile(re).MatchString(s) {
			return ""
		}
		return want
	}
}

func between[T cmp.Ordered](v, low, high T) func() string {
	return func() string {
		if v >= low && v <= high {
			return ""
		}
		return fmt.Sprintf("want %v to %v", low, high)
	}
}

// redactURL hides the password of a value that is a URL.
func redactURL(s string) string {
	if strings.Contains(s, "://") {
		return redisconn.Redact(s)
	}
	return s
}

// didYouMean suggests the most similar name, where one is near.
func didYouMean(name string, names []string) string {
	if n := similar.Nearest(name, names); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}
