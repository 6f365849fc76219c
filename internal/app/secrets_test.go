package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/config"
)

// What must never be seen is marked: words with zqxmark, numbers with 60999000.
var marked = regexp.MustCompile(`(?i)zqxmark|60999000`)

const (
	redisPassword = "zqxmark-redis-password"
	adminPassword = "zqxmark-admin-password"
	smtpPassword  = "zqxmark-smtp-password"
	botToken      = "7777777:zqxmarkBotTokenOfThirtyFiveChars0000"
)

var sealKey = bytes.Repeat([]byte("zqxmarks"), 4)

// clean fails where a text shows what is marked.
func (v *vault) clean(where, text string) {
	v.t.Helper()
	for _, h := range v.hidden {
		if strings.Contains(text, h) {
			v.t.Errorf("%s shows a secret of a provider or a key", where)
		}
	}
	if at := marked.FindStringIndex(text); at != nil {
		v.t.Errorf("%s shows: …%q…", where, text[max(0, at[0]-150):min(len(text), at[1]+60)])
	}
}

func (v *vault) page(path string) string {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, "http://"+v.admin.Addr()+path, nil)
	v.must(err)
	req.SetBasicAuth("admin", adminPassword)
	resp, err := http.DefaultClient.Do(req)
	v.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	v.must(err)
	if resp.StatusCode != http.StatusOK {
		v.t.Errorf("%s: %s", path, resp.Status)
	}
	return string(b)
}

// pages are the operators': what they show of jobs, of every queue in every state.
func (v *vault) pages() {
	list := []string{"/metrics", "/health", "/readyz", "/livez", "/version", "/config", "/asynqmon/api/servers"}
	var queues struct{ Queues []struct{ Queue string } }
	v.must(json.Unmarshal([]byte(v.page("/asynqmon/api/queues")), &queues))
	if len(queues.Queues) == 0 {
		v.t.Error("asynqmon shows no queue")
	}
	for _, q := range queues.Queues {
		for _, state := range []string{"pending", "active", "scheduled", "retry", "archived", "completed"} {
			list = append(list, "/asynqmon/api/queues/"+q.Queue+"/"+state+"_tasks")
		}
	}
	for _, path := range list {
		v.clean(path, v.page(path))
	}
}

// content is all that a key holds.
func (v *vault) content(key string) string {
	ctx, c := v.t.Context(), v.redis
	switch c.Type(ctx, key).Val() {
	case "hash":
		return fmt.Sprint(c.HGetAll(ctx, key).Val())
	case "list":
		return fmt.Sprint(c.LRange(ctx, key, 0, -1).Val())
	case "set":
		return fmt.Sprint(c.SMembers(ctx, key).Val())
	case "zset":
		return fmt.Sprint(c.ZRange(ctx, key, 0, -1).Val())
	case "stream":
		return fmt.Sprint(c.XRange(ctx, key, "-", "+").Val())
	}
	return c.Get(ctx, key).Val()
}

// store walks Redis; but are beginnings of keys that may hold what is marked.
func (v *vault) store(but ...string) map[string]int {
	found := map[string]int{}
	keys := v.redis.Scan(v.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(v.t.Context()) {
		key := keys.Val()
		if _, ok := strings.CutPrefix(key, "notifications:"); !ok && !strings.HasPrefix(key, "asynq") {
			continue // a producer's stream
		}
		kind := strings.Join(strings.SplitAfterN(key, ":", 3)[:min(2, strings.Count(key, ":")+1)], "") // notifications:d:
		found[kind]++
		v.clean("the name of key "+kind, key)
		if !hasPrefix(key, but) {
			v.clean("Redis key "+kind, v.content(key))
		}
	}
	v.must(keys.Err())
	return found
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// TestNothingSecretIsShown walks everything that the daemon says or leaves behind. Kept
// events and the entries of dead letters are the exceptions, unless they are sealed; the
// address book is what it is.
func TestNothingSecretIsShown(t *testing.T) {
	may := map[bool][]string{
		false: {"notifications:contact:", "notifications:e:", "notifications:xb:"},
		true:  {"notifications:contact:"},
	}
	for sealed, but := range may {
		t.Run(fmt.Sprintf("sealed=%t", sealed), func(t *testing.T) {
			v := newVault(t, sealed)
			v.live()
			if n := v.out.Inbox.Total(); n < 20 {
				t.Errorf("only %d messages came out", n)
			}
			v.pages()
			found := v.store(but...)
			for _, kind := range []string{"notifications:events", "notifications:dead", "notifications:e:", "notifications:xb:", "notifications:contact:", "notifications:d:"} {
				if found[kind] == 0 {
					t.Errorf("nothing lies in %s: the walk has not seen it", kind)
				}
			}
			v.statuses("sent", "retried", "failed", "skipped")
			v.control(sealed)
			v.must(v.Stop())
			v.clean("the log", v.log.String())
			v.clean("the collector", v.otlp.raw.String())
			if n := len(v.otlp.spans); n < 200 {
				t.Errorf("only %d spans came to the collector", n)
			}
		})
	}
}

// statuses makes sure that the walk has seen each.
func (v *vault) statuses(want ...string) {
	seen := v.content("notifications:events")
	for _, s := range want {
		if !strings.Contains(seen, "notification."+s) {
			v.t.Errorf("no delivery was %s: the walk has not seen it", s)
		}
	}
}

// control makes sure that the walk can see: what isn't sealed does show marks.
func (v *vault) control(sealed bool) {
	for _, pattern := range []string{"notifications:e:*", "notifications:xb:*"} {
		shown := false
		for _, key := range v.redis.Keys(v.t.Context(), pattern).Val() {
			shown = shown || marked.MatchString(v.content(key))
		}
		if shown == sealed {
			v.t.Errorf("%s shows marks: %t, sealed: %t", pattern, shown, sealed)
		}
	}
}

// TestNoErrorShowsASecret: a setting that is wrong is named, and not shown.
func TestNoErrorShowsASecret(t *testing.T) {
	for _, setting := range []string{
		"REDIS_URL=http://u:zqxmark@h", "REDIS_URL=redis://u:zqxmark%zz@h/0",
		"REDIS_SEAL_KEYS=zqxmark", "REDIS_SEAL_KEYS=k:zqxmark", "REDIS_SEAL_KEYS=zqx mark:zqxmark",
		"SOURCES=shop=http://u:zqxmark@h", "SOURCES=redis://u:zqxmark@h",
		"SMTP_URL=ftp://u:zqxmark@h", "SMTP_URL=smtp://u:zqxmark@h", "SMTP_URL=smtp://u:zqxmark%zz@h?from=a@b.rs", "SMTP_URL=smtp://u:zqxmark@h?from=a@b.rs&x=1",
		"SMS_URL=twilio://sid:zqxmark@h", "SMS_URL=fax://zqxmark@h", "SMS_URL=infobip://zqxmark%zz@h?from=x", "SMS_URL=smpp://u:zqxmark@h:port?from=x",
		"SMTP_FEEDBACK=sendgrid=zqxmark", "SMTP_FEEDBACK=zqxmark",
		"TELEGRAM_TOKEN=zqx mark", "PUBLIC_KEY=zqxmark", "ADMIN_PASSWORD_FILE=/nowhere",
		"DIRECTORY_URL=ftp://u:zqxmark@h", "BRAND_SITE=http://u:zqxmark@h", "FCM_ENDPOINT=ftp://u:zqxmark@h", "TELEGRAM_ENDPOINT=ftp://u:zqxmark@h",
	} {
		environ := []string{"ADMIN_ADDR=127.0.0.1:0", "PUBLIC_ADDR=127.0.0.1:0", "PUBLIC_URL=https://n.vondi.rs", "PUBLIC_KEY=" + strings.Repeat("k", 32), setting}
		for i, e := range environ {
			environ[i] = config.EnvPrefix + e
		}
		err := built(environ)
		if err == nil {
			t.Errorf("%s: want an error", marked.ReplaceAllString(setting, "…"))
		} else if at := marked.FindString(err.Error()); at != "" {
			t.Errorf("%s: the error shows it: %v", setting, err)
		}
	}
}

// built says what is wrong with a configuration.
func built(environ []string) error {
	cfg, err := config.Load("", environ)
	if err != nil {
		return err
	}
	a, err := New(cfg, zerolog.Nop())
	if err == nil {
		err = a.Stop()
	}
	return err
}
