package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/simulators"
	"github.com/vondi-global/notifications/internal/telemetry"
	"github.com/vondi-global/notifications/internal/testlog"
)

// vault is a daemon in which everything secret and personal is marked.
type vault struct {
	*App
	t      *testing.T
	redis  *redis.Client
	out    *outside
	log    *testlog.Log
	otlp   *collector
	hidden []string // what isn't ours to mark

	streams map[string]bool // those with entries
}

func newVault(t *testing.T, sealed bool) *vault {
	t.Helper()
	v := &vault{t: t, log: &testlog.Log{}, streams: map[string]bool{}}
	srv := redistest.Start(t, "--requirepass", redisPassword)
	v.redis = redis.NewClient(&redis.Options{Addr: srv.Addr, Password: redisPassword})
	t.Cleanup(func() { _ = v.redis.Close() })
	cfg := config.Default()
	v.providers(&cfg)
	cfg.Redis.URL, cfg.Redis.Password = secretOf(srv.URL()), redisPassword
	if sealed {
		cfg.Redis.SealKeys = secretOf("k1:" + base64.StdEncoding.EncodeToString(sealKey))
		v.hidden = append(v.hidden, base64.StdEncoding.EncodeToString(sealKey))
	}
	cfg.Sources = map[string]string{
		"shop":   "redis://default:" + redisPassword + "@" + srv.Addr + "/0",
		"wrong":  "redis://default:zqxmark-wrong-password@" + srv.Addr + "/1",
		"absent": "redis://default:zqxmark-lost-password@127.0.0.1:1/0",
	}
	cfg.Consumer, cfg.Streams.Discover, cfg.Log.Level = "test", 100*time.Millisecond, "debug"
	cfg.Admin.Addr, cfg.Admin.Password = "127.0.0.1:0", adminPassword
	cfg.Public = config.Public{Addr: "127.0.0.1:0", URL: "https://n.vondi.rs", Key: "zqxmark-public-key-of-32-characters-or-more"}
	v.otlp, cfg.Telemetry.Endpoint = newCollector(t)
	cfg.Directory.Token = "zqxmark-directory-token"
	log, _, err := telemetry.NewLog(v.log, cfg.Log.Level, "json")
	v.must(err)
	v.App, err = New(cfg, log)
	v.must(err)
	v.dispatcher.Waits = nil // who is not known now stays unknown
	return v
}

func (v *vault) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// providers are simulators that ask for their secrets.
func (v *vault) providers(cfg *config.Config) {
	var err error
	v.out, err = newOutside()
	v.must(err)
	v.t.Cleanup(func() { _ = v.out.Close() })
	v.out.point(cfg)
	v.out.SMTP, err = simulators.NewSMTP(v.out.Inbox, simulators.SMTPWithAuth("relay", smtpPassword))
	v.must(err)
	v.t.Cleanup(func() { _ = v.out.SMTP.Close() })
	cfg.Email.URL = secretOf("smtp://relay:" + smtpPassword + "@" + v.out.SMTP.Addr() + "?tls=none&from=noreply@vondi.rs")
	v.out.Telegram.Token, cfg.Telegram.Token = botToken, botToken
	account, err := v.out.FCM.ServiceAccount()
	v.must(err)
	v.out.FCM.RequireAuth()
	file := filepath.Join(v.t.TempDir(), "account.json")
	v.must(os.WriteFile(file, account, 0o600))
	cfg.Push = config.Push{Credentials: file, Endpoint: v.out.FCM.URL()}
	var fields struct {
		Key string `json:"private_key"`
	}
	v.must(json.Unmarshal(account, &fields))
	v.hidden = append(v.hidden, v.out.Twilio.Token, strings.Split(fields.Key, "\n")[3], "ya29.")
}

// markedPerson is somebody of whom everything but the id is marked.
func markedPerson(id int) notify.Contact {
	return notify.Contact{
		UserID: fmt.Sprint(id), Name: "Zqxmarkana", Email: fmt.Sprintf("zqxmark%d@example.com", id), Phone: fmt.Sprintf("+38160999000%d", id%10),
		TelegramChat: fmt.Sprintf("60999000%d", id), PushTokens: []notify.PushToken{{Token: fmt.Sprintf("zqxmark-push-token-%d", id), Platform: "ios"}}, Locale: "en",
	}
}

// personalValues are marked values by the kind of field that carries them.
var personalValues = map[string]any{
	"email": "zqxmarkmail@example.com", "phone": "+381609990009", "name": "Zqxmarkname Zqxmarkfamily", "address": "Zqxmarkstreet 7, Beograd",
	"secret": "https://vondi.rs/zqxmark/reset",
}

// markedPayload is a type's example whose personal fields are marked, as are those that the
// catalogue doesn't know.
func markedPayload(t *eventtypes.Type, differs map[string]any) map[string]any {
	p := map[string]any{}
	_ = json.Unmarshal(t.Payload.Example(), &p) // an example of ours
	for _, f := range t.Payload.Fields() {
		if f.PII != "" && f.Kind == eventtypes.KindText {
			p[f.Name] = personalValues[f.PII]
		}
		if f.Kind == eventtypes.KindTime {
			p[f.Name] = time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
		}
	}
	p["note_to_courier"], p["metadata"] = "ring at zqxmark", map[string]any{"door": "zqxmark 7"}
	for k, val := range differs {
		p[k] = val
	}
	return p
}

func (v *vault) publish(stream string, fields map[string]any) {
	v.t.Helper()
	v.streams[stream] = true
	v.must(v.redis.XAdd(v.t.Context(), &redis.XAddArgs{Stream: stream, Values: fields}).Err())
}

func (v *vault) happens(typ string, differs map[string]any) {
	v.t.Helper()
	t, ok := eventtypes.Lookup(typ)
	if !ok {
		v.t.Fatalf("no type %s", typ)
	}
	v.publish(t.Stream, map[string]any{"data": mustJSON(map[string]any{"type": typ, "payload": markedPayload(t, differs)})})
}

// broken are entries that can't be read, full of marks.
func (v *vault) broken() []map[string]any {
	return []map[string]any{
		{"data": `{"type":"user.registered","email":"zqxmark@example.com`},
		{"zqxmark@example.com": "zqxmark", "60999000": `{"inner":"zqxmark","60999000":1}`},
		{"type": "zqxmark@example.com", "user_id": 1},
		{"type": "user.registered", "user_id": 1, "email": "zqxmark at example.com", "phone": "zqxmark", "name": "Zqxmark"},
		{"type": "user.registered", "user_id": "zqxmark@example.com", "email": "zqxmark@example.com"},
		{"type": "user.password_reset", "user_id": 1, "reset_url": "http://vondi.rs/zqxmark"},
		{"type": "user.password_reset", "user_id": 1, "event_id": "zqxmark@example.com", "reset_url": "zqxmark"},
		{"type": "order.cancelled", "order_id": "zqxmark@example.com", "reason": "zqxmark"},
		{"type": "order.cancelled", "order_id": map[string]any{"zqxmark@example.com": 1}},
		{"type": "order.cancelled", "order_id": 1, "buyer_id": 2, "channels": "zqxmark@example.com", "priority": "zqxmark@example.com", "locale": "zqxmark@example.com"},
		{"type": "user.registered", "user_id": 1, "email": "zqxmark@example.com", "name": strings.Repeat("zqxmark", 50<<10)},
	}
}

// live makes everything happen that can: each type of event, each trouble of each provider,
// each way in which an entry can be broken.
func (v *vault) live() {
	for id := 880; id < 900; id++ {
		v.must(v.book.Put(v.t.Context(), markedPerson(id)))
	}
	start(v.t, v.App)
	for _, t := range eventtypes.Catalogue() {
		v.happens(string(t.Name), nil)
	}
	for _, fields := range v.broken() {
		for k, val := range fields {
			if m, ok := val.(map[string]any); ok {
				fields[k] = mustJSON(m)
			}
		}
		v.publish("auth:events:users", fields)
	}
	v.quiet()
	for i, kind := range []simulators.Kind{simulators.Rejected, simulators.Unreachable, simulators.Throttled, simulators.Temporary, simulators.Unknown, simulators.Misconfigured} {
		v.trouble(kind, 880+i)
	}
}

// trouble befalls one person's messages on every channel.
func (v *vault) trouble(kind simulators.Kind, user int) {
	for _, tr := range []*simulators.Troubles{v.out.SMTP.Troubles, v.out.Telegram.Troubles, v.out.Twilio.Troubles, v.out.FCM.Troubles} {
		tr.Set(simulators.Trouble{Kind: kind, Percent: 100})
		defer tr.Set(simulators.Trouble{})
	}
	for range 3 {
		v.happens("order.shipped", map[string]any{"buyer_id": user, "order_id": user})
		v.happens("pvz.parcel.arrived", map[string]any{"recipient_id": user, "parcel_id": user})
		v.happens("user.password_reset", map[string]any{"user_id": user})
		v.happens("user.registered", map[string]any{"user_id": user})
	}
	v.quiet()
}

// quiet waits until all entries are read and no job is due.
func (v *vault) quiet() {
	v.t.Helper()
	await(v.t, "everything has been tried", func() bool {
		for stream := range v.streams {
			s, sErr := v.redis.XInfoStream(v.t.Context(), stream).Result()
			g, gErr := v.redis.XInfoGroups(v.t.Context(), stream).Result()
			if sErr != nil || gErr != nil || len(g) != 1 || g[0].LastDeliveredID != s.LastGeneratedID || g[0].Pending > 0 {
				return false
			}
		}
		stats, err := v.queue.Stats(v.t.Context())
		n := 0
		for _, q := range stats {
			n += int(q.Pending + q.Active)
		}
		return err == nil && n == 0
	})
}
