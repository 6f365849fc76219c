// Package config is the whole configuration of notifyd: defaults, then a YAML file, then
// the environment (VONDINOTIFY_…), then flags. Unknown keys are errors, all errors are
// reported at once, and each names the key, the value (secrets hidden) and what would be
// right. docs/configuration.md is generated from the tags below.
package config

import (
	"time"

	"github.com/vondi-global/notifications/internal/secret"
)

// Config is the tree. The env tag, behind VONDINOTIFY_, is the variable of the environment;
// what is live a running daemon takes, the rest needs a restart.
type Config struct {
	Redis     Redis             `yaml:"redis"`
	Sources   map[string]string `yaml:"sources" env:"SOURCES" doc:"Redis servers whose streams are read: name → URL (in the environment: listings=redis://…,wms=redis://…). Passport section 2.1."`
	Consumer  string            `yaml:"consumer" env:"CONSUMER" doc:"Name of this pod in the consumer group. Default: the host name. Two live pods must not share one."`
	Admin     Admin             `yaml:"admin"`
	Public    Public            `yaml:"public"`
	Log       Log               `yaml:"log"`
	Telemetry Telemetry         `yaml:"telemetry"`
	Email     Email             `yaml:"email"`
	Telegram  Telegram          `yaml:"telegram"`
	SMS       SMS               `yaml:"sms"`
	Push      Push              `yaml:"push"`
	Streams   Streams           `yaml:"streams"`
	Delivery  Delivery          `yaml:"delivery"`
	History   History           `yaml:"history"`
	Directory Directory         `yaml:"directory"`
	Words     Words             `yaml:"words"`
	Brand     Brand             `yaml:"brand" live:"yes"`

	// Types are the operators' overrides by event type; see docs/operations.md.
	Types map[string]Override `yaml:"types" live:"yes" doc:"Overrides by event type: channels, audience, priority, life."`
}

// Redis is the Notifications Redis: queues, ledger, address book, dead letters.
type Redis struct {
	URL          secret.String `yaml:"url" env:"REDIS_URL" doc:"The Notifications Redis: redis://, rediss://, redis-sentinel:// or redis-cluster://."`
	Password     secret.String `yaml:"password" env:"REDIS_PASSWORD" doc:"Its password, and that of each source whose URL has none."`
	Barrier      int           `yaml:"barrier" env:"REDIS_BARRIER" doc:"Replicas that must have a batch before its entries are acknowledged. 0: none; with Sentinel, 1 keeps a failover from losing jobs; not for a Cluster."`
	SealKeys     secret.String `yaml:"seal_keys" env:"REDIS_SEAL_KEYS" doc:"Encrypt kept events and dead letters in it (AES-256-GCM): id:base64 of 32 bytes (openssl rand -base64 32); several, separated by commas: the first seals, all open. Empty: not encrypted. The same on all pods and for notifyctl."`
	Autopipeline bool          `yaml:"autopipeline" env:"REDIS_AUTOPIPELINE" doc:"Send concurrent commands in shared round trips. Off: one round trip each, about eight times slower fan-out."`
}

// Admin is the operators' server. It is never public.
type Admin struct {
	Addr     string        `yaml:"addr" env:"ADMIN_ADDR" doc:"Address of health, metrics and asynqmon. Without a login, what shows jobs answers on loopback only."`
	User     string        `yaml:"user" env:"ADMIN_USER" doc:"Login of asynqmon and of the profiler."`
	Password secret.String `yaml:"password" env:"ADMIN_PASSWORD" doc:"Its password."`
	Header   string        `yaml:"proxy_header" env:"ADMIN_PROXY_HEADER" doc:"Header in which a proxy that logs people in (oauth2-proxy) names the person, such as X-Auth-Request-Email: a login beside the password, or instead of it. Empty: none."`
	Proxies  string        `yaml:"proxies" env:"ADMIN_PROXIES" doc:"Networks of those proxies, such as 10.0.0.0/8,192.0.2.7: from elsewhere the header says nothing. They must overwrite what browsers send in it."`
	Writable bool          `yaml:"writable" env:"ADMIN_WRITABLE" doc:"Let asynqmon change queues; read-only otherwise."`
}

// Public is the server of the recipients' links and the providers' callbacks. Without an
// address it is off.
type Public struct {
	Addr    string        `yaml:"addr" env:"PUBLIC_ADDR" doc:"Address of the public server. Empty: none."`
	URL     string        `yaml:"url" env:"PUBLIC_URL" doc:"How strangers reach it, https, without a slash at the end. Emails then carry an unsubscribe link."`
	Proxies string        `yaml:"proxies" env:"PUBLIC_PROXIES" doc:"Networks of the reverse proxies before it, such as 10.0.0.0/8: of requests from there X-Forwarded-For says who asks, and limits hold for him. Empty: none."`
	Key     secret.String `yaml:"key" env:"PUBLIC_KEY" doc:"Signs the links that unsubscribe and those to the bot: 32 characters or more, the same on all pods and for notifyctl, for ever."`
}

// Log says how much is logged, and in which shape.
type Log struct {
	Level  string `yaml:"level" env:"LOG_LEVEL" live:"yes" doc:"debug, info, warn or error."`
	Format string `yaml:"format" env:"LOG_FORMAT" doc:"json or console."`
}

// Telemetry is where traces go, and metrics beside the page that Prometheus reads.
type Telemetry struct {
	Endpoint string `yaml:"otlp_endpoint" env:"OTLP_ENDPOINT" doc:"Base URL of an OTLP/HTTP collector, such as http://collector:4318. Default: that of OTEL_EXPORTER_OTLP_ENDPOINT; the SDK's other OTEL_… variables hold too (headers, sampler). Empty: no traces, and metrics on their page only."`
}

// Email is the mail relays. Without a URL the channel is off.
type Email struct {
	URL      secret.String  `yaml:"url" env:"SMTP_URL" doc:"smtp://user:pass@host:587?tls=mandatory|opportunistic|none&from=… or smtps://…; several, separated by spaces, in the order of failover."`
	Rate     float64        `yaml:"rate" env:"SMTP_RATE" live:"yes" doc:"Messages a second, of all pods together. 0: no limit."`
	Domains  map[string]int `yaml:"domain_rates" env:"SMTP_DOMAIN_RATES" live:"yes" doc:"Messages a second to recipients of a domain, of all pods together, below the rate (in the environment: gmail.com=20,yahoo.com=5). When such a domain's servers throttle, only its mail waits."`
	Feedback secret.String  `yaml:"feedback" env:"SMTP_FEEDBACK" doc:"Whose reports the public server takes, separated by spaces: ses=<topic ARN>, sendgrid=<public key>, mailgun=<signing key>. They come to /callbacks/ses …"`
	Bounces  string         `yaml:"bounce_addr" env:"SMTP_BOUNCE_ADDR" doc:"Address of the mail server that takes bounces for bounce_domain. Empty: none."`
	Domain   string         `yaml:"bounce_domain" env:"SMTP_BOUNCE_DOMAIN" doc:"Domain of the envelope sender; bounces come back to it. Empty: the sender's own address."`
}

// Telegram is the bot. Without a token the channel is off.
type Telegram struct {
	Token    secret.String `yaml:"token" env:"TELEGRAM_TOKEN" doc:"The bot's token."`
	Bot      string        `yaml:"bot" env:"TELEGRAM_BOT" doc:"The bot's user name. With public.key, emails to people who have no chat yet end with a link that makes theirs known."`
	Updates  string        `yaml:"updates" env:"TELEGRAM_UPDATES" doc:"How /start and /stop reach us: off, webhook (to <public.url>/telegram) or poll (one pod at a time)."`
	Webhook  secret.String `yaml:"webhook_secret" env:"TELEGRAM_WEBHOOK_SECRET" doc:"The secret_token that Telegram shows with each update."`
	Endpoint string        `yaml:"endpoint" env:"TELEGRAM_ENDPOINT" doc:"Base URL of the Bot API."`
	Rate     float64       `yaml:"rate" env:"TELEGRAM_RATE" live:"yes" doc:"Messages a second, of all pods together. Telegram allows about 30."`
}

// SMS is the providers of text messages. Without a URL the channel is off.
type SMS struct {
	URL  secret.String `yaml:"url" env:"SMS_URL" doc:"twilio://sid:token@host?from=…, infobip://key@host?from=… or smpp://user:pass@host:port?from=…; several, separated by spaces, in the order of failover."`
	Rate float64       `yaml:"rate" env:"SMS_RATE" live:"yes" doc:"Messages a second, of all pods together. 0: no limit."`
}

// Push is Firebase Cloud Messaging. Without a project and credentials the channel is off.
type Push struct {
	Credentials string  `yaml:"credentials_file" env:"FCM_CREDENTIALS_FILE" doc:"Service account file."`
	Endpoint    string  `yaml:"endpoint" env:"FCM_ENDPOINT" doc:"Base URL of FCM; without credentials only a loopback address is accepted."`
	Project     string  `yaml:"project" env:"FCM_PROJECT" doc:"Firebase project; the service account's own if empty."`
	Rate        float64 `yaml:"rate" env:"FCM_RATE" live:"yes" doc:"Messages a second, of all pods together. FCM allows 10,000 a second in a project."`
}

// Streams says how the sources are read.
type Streams struct {
	Start    string        `yaml:"start" env:"STREAMS_START" doc:"Where a new consumer group begins: 0, or an entry id. Older entries than max_age are not sent anyway."`
	Count    int           `yaml:"count" env:"STREAMS_COUNT" doc:"Entries read at a time, from each stream."`
	MaxAge   time.Duration `yaml:"max_age" env:"STREAMS_MAX_AGE" doc:"Older entries are learnt from but not sent. 0: no limit."`
	MaxBytes int           `yaml:"max_bytes" env:"STREAMS_MAX_BYTES" doc:"Larger entries go to the dead letters unread."`
	Tries    int           `yaml:"tries" env:"STREAMS_TRIES" doc:"Tries of an entry before it is a dead letter. Passport section 12.2."`
	Discover time.Duration `yaml:"discover" env:"STREAMS_DISCOVER" doc:"How often new streams are looked for."`
	Idle     time.Duration `yaml:"claim_idle" env:"STREAMS_CLAIM_IDLE" doc:"How long a pending entry of another pod rests before it is taken over."`
	Trim     int           `yaml:"trim" env:"STREAMS_TRIM" doc:"Trim streams to about this many entries, never past what a group has not read or still holds. 0: off."`
}

// Delivery says how jobs are worked off.
type Delivery struct {
	Budget  time.Duration  `yaml:"budget" env:"DELIVERY_BUDGET" doc:"After this long a send whose end nobody recorded counts as perhaps sent."`
	Timeout time.Duration  `yaml:"timeout" env:"DELIVERY_TIMEOUT" doc:"How long a provider may take to answer."`
	Workers map[string]int `yaml:"workers" env:"DELIVERY_WORKERS" doc:"Messages sent side by side, by channel (in the environment: email=20,sms=10)."`
	Drain   time.Duration  `yaml:"drain" env:"DELIVERY_DRAIN" doc:"How long a stop waits for sends under way."`
	Large   int            `yaml:"broadcast_above" env:"DELIVERY_BROADCAST_ABOVE" live:"yes" doc:"Larger audiences become a broadcast that pages through them."`
}

// History says how long outcomes are remembered.
type History struct {
	Markers time.Duration `yaml:"markers" env:"HISTORY_MARKERS" doc:"How long a delivery is remembered as sent. Longer than streams.max_age plus 24 h of retries."`
	Log     time.Duration `yaml:"log" env:"HISTORY_LOG" doc:"How long notifications:events keeps an outcome."`
	Length  int64         `yaml:"length" env:"HISTORY_LENGTH" doc:"How many outcomes it keeps at most."`
}

// Directory is an HTTP service that is asked for people whom the address book doesn't know.
type Directory struct {
	URL     string        `yaml:"url" env:"DIRECTORY_URL" doc:"GET <url>/<user id> answers a contact as JSON. Empty: none."`
	Token   secret.String `yaml:"token" env:"DIRECTORY_TOKEN" doc:"Bearer token."`
	Timeout time.Duration `yaml:"timeout" env:"DIRECTORY_TIMEOUT" doc:"How long it may take."`
}

// Words is where templates and locales come from.
type Words struct {
	Templates string `yaml:"templates" env:"TEMPLATES_DIR" doc:"Directory of templates. Empty: those built in."`
	Locales   string `yaml:"locales" env:"LOCALES_DIR" doc:"Directory of locales. Empty: those built in."`
}

// Brand is what messages say of the sender.
type Brand struct {
	Name    string `yaml:"name" env:"BRAND_NAME" doc:"Name of the marketplace."`
	Site    string `yaml:"site" env:"BRAND_SITE" doc:"Base URL of links, https."`
	Logo    string `yaml:"logo" env:"BRAND_LOGO" doc:"URL of the logo, https."`
	Color   string `yaml:"color" env:"BRAND_COLOR" doc:"Colour of buttons and links, #rrggbb."`
	Address string `yaml:"address" env:"BRAND_ADDRESS" doc:"Postal address in the emails' footer."`
	Support string `yaml:"support" env:"BRAND_SUPPORT" doc:"Address for questions."`

	Currency string            `yaml:"currency" env:"BRAND_CURRENCY" doc:"Currency of amounts whose event names none."`
	Paths    map[string]string `yaml:"paths" env:"BRAND_PATHS" doc:"Pages that messages lead to, where they aren't the usual ones: order=/my/orders/{order_id}. A full https:// address is taken as it is. docs/authors.md lists the pages."`

	// Storefronts have no storefronts of their own.
	Storefronts map[string]Brand `yaml:"storefronts" doc:"Brands of storefronts, by storefront_id, with the keys of brand; what one leaves out is the marketplace's. Events that carry the storefront_id are dressed in them."`
}

// Override changes a type without a build. Empty fields leave the catalogue's.
type Override struct {
	Tell     map[string][]string `yaml:"tell"`     // role → channels, instead of the catalogue's
	Priority string              `yaml:"priority"` // high, normal, low
	Life     time.Duration       `yaml:"life"`
	Off      bool                `yaml:"off"` // tell nobody

	Fallback string        `yaml:"fallback"` // a channel that is tried only if none of Instead had a success
	Instead  []string      `yaml:"instead"`
	After    time.Duration `yaml:"after"` // within this time
}

// Default is the passport's platform on one machine.
func Default() Config {
	return Config{
		Redis: Redis{URL: "redis://localhost:36382/0", Autopipeline: true},
		Sources: map[string]string{
			"listings": "redis://localhost:36380/0", "wms": "redis://localhost:36381/0",
			"notifications": "redis://localhost:36382/0", "pvz": "redis://localhost:36384/0",
			"auth": "redis://localhost:26379/0",
		},
		Admin:    Admin{Addr: ":8085", User: "admin"},
		Log:      Log{Level: "info", Format: "json"},
		Email:    Email{Domains: map[string]int{}},
		Telegram: Telegram{Endpoint: "https://api.telegram.org", Rate: 28, Updates: "off"},
		Push:     Push{Rate: 5000},
		Streams: Streams{
			Start: "0", Count: 500, MaxAge: 24 * time.Hour, MaxBytes: 256 << 10, Tries: 3,
			Discover: 15 * time.Second, Idle: time.Minute,
		},
		Delivery: Delivery{
			Budget: 20 * time.Second, Timeout: 10 * time.Second, Drain: 20 * time.Second, Large: 500,
			Workers: map[string]int{"email": 32, "telegram": 32, "sms": 16, "push": 32},
		},
		History:   History{Markers: 72 * time.Hour, Log: 30 * 24 * time.Hour, Length: 10_000_000},
		Directory: Directory{Timeout: 2 * time.Second},
		Brand: Brand{
			Name: "Vondi", Site: "https://vondi.rs", Logo: "https://vondi.rs/static/email/logo.png",
			Color: "#0f766e", Address: "Vondi d.o.o., Beograd", Support: "podrska@vondi.rs",
			Currency: "RSD",
		},
	}
}
