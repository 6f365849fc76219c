package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated files")

//go:generate go test . -run TestGenerated -update

func TestGenerated(t *testing.T) {
	for file, want := range map[string]string{"../../notifyd.example.yaml": Example(), "../../docs/configuration.md": Markdown()} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s is not current: go generate ./internal/config\n%s", file, d)
		}
	}
}

func TestExampleEqualsTheDefaults(t *testing.T) {
	c, err := Load("../../notifyd.example.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Consumer = c.Consumer
	want.Types, c.Types = nil, nil
	c.Brand.Paths, c.Brand.Storefronts = nil, nil
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", d)
	}
}

func TestLaterWins(t *testing.T) {
	file := write(t, "log:\n  level: warn\n  format: console\nsources:\n  a: redis://a:1/0\nstreams:\n  max_age: 48h\nhistory:\n  markers: 100h\n")
	c, err := Load(file, []string{"VONDINOTIFY_LOG_LEVEL=debug", "VONDINOTIFY_DELIVERY_WORKERS=sms=3", "PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Log.Level != "debug" || c.Log.Format != "console" || c.Streams.MaxAge != 48*time.Hour || c.Delivery.Workers["sms"] != 3 {
		t.Errorf("got %+v", c)
	}
	if len(c.Sources) != 1 || c.Sources["a"] != "redis://a:1/0" {
		t.Errorf("sources of the file must replace the defaults, got %v", c.Sources)
	}
	if c.Consumer == "" {
		t.Error("the consumer's name should be the host's")
	}
}

func TestFlagsWinOverAll(t *testing.T) {
	c, err := Load(write(t, "log: {level: warn}\n"), []string{"VONDINOTIFY_LOG_LEVEL=error"}, "log.level=debug", "delivery.workers=email=5")
	if err != nil || c.Log.Level != "debug" || c.Delivery.Workers["email"] != 5 {
		t.Errorf("got %s, %v, %v", c.Log.Level, c.Delivery.Workers, err)
	}
	_, err = Load("", nil, "log.lvel=debug", "streams.count=x", "redis.password=hunter2")
	for _, want := range []string{"--set log.lvel: no such setting; did you mean log.level?", "--set streams.count=x: want a whole number", "--set redis.password: a secret comes from VONDINOTIFY_REDIS_PASSWORD, or"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error shows a secret: %v", err)
	}
}

func TestSecretFromFile(t *testing.T) {
	file := write(t, "hunter2\n")
	c, err := Load("", []string{"VONDINOTIFY_REDIS_PASSWORD_FILE=" + file})
	if err != nil || c.Redis.Password.Reveal() != "hunter2" {
		t.Errorf("got %q, %v", c.Redis.Password.Reveal(), err)
	}
}

func TestSourcesFromFile(t *testing.T) {
	file := write(t, "wms=redis://:hunter2@h:1/0\n")
	c, err := Load("", []string{"VONDINOTIFY_SOURCES_FILE=" + file})
	if err != nil || c.Sources["wms"] != "redis://:hunter2@h:1/0" || len(c.Sources) != 1 {
		t.Errorf("got %v, %v", c.Sources, err)
	}
	if _, err := Load("", []string{"VONDINOTIFY_SOURCES_FILE=" + write(t, "hunter2")}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestAClusterAmongTheSources(t *testing.T) {
	c, err := Load("", []string{"VONDINOTIFY_SOURCES=shop=redis-cluster://a:1,b:2,wms=redis://c:3/0"})
	if err != nil || c.Sources["shop"] != "redis-cluster://a:1,b:2" || c.Sources["wms"] != "redis://c:3/0" {
		t.Errorf("got %v, %v", c.Sources, err)
	}
}

func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		yaml string
		env  []string
		want []string
	}{
		"unknown key":      {yaml: "log:\n  lvel: info\n", want: []string{":2: unknown key lvel; did you mean level?"}},
		"wrong type":       {yaml: "streams:\n  count: many\n", want: []string{":2: cannot unmarshal"}},
		"broken":           {yaml: "log: [\n", want: []string{":1:"}},
		"unknown variable": {env: []string{"VONDINOTIFY_LOG_LEVL=x"}, want: []string{"VONDINOTIFY_LOG_LEVL: no such setting; did you mean VONDINOTIFY_LOG_LEVEL?"}},
		"short seal key":   {env: []string{"VONDINOTIFY_REDIS_SEAL_KEYS=k1:aHVudGVyMg=="}, want: []string{"redis.seal_keys=***: key k1: want 32 bytes"}},
		"login in a URL":   {env: []string{"VONDINOTIFY_OTLP_ENDPOINT=https://u:hunter2@h:4318"}, want: []string{"telemetry.otlp_endpoint=https://u:***@h:4318: want no login in it"}},
		"not a number":     {env: []string{"VONDINOTIFY_STREAMS_COUNT=x"}, want: []string{"VONDINOTIFY_STREAMS_COUNT=x: want a whole number"}},
		"all at once": {
			env: []string{"VONDINOTIFY_LOG_LEVEL=loud", "VONDINOTIFY_LOG_FORMAT=xml", "VONDINOTIFY_STREAMS_COUNT=0"},
			want: []string{
				"log.level=loud: want debug, info, warn or error", "log.format=xml: want json or console",
				"streams.count=0: want 1 to 10000",
			},
		},
		"header of anybody":    {env: []string{"VONDINOTIFY_ADMIN_PROXY_HEADER=X-Auth-Request-Email"}, want: []string{"admin.proxy_header=X-Auth-Request-Email: want admin.proxy_header and admin.proxies both"}},
		"proxies of no header": {env: []string{"VONDINOTIFY_ADMIN_PROXIES=10.0.0.0/8"}, want: []string{"admin.proxy_header=: want"}},
		"no networks":          {env: []string{"VONDINOTIFY_PUBLIC_PROXIES=ingress"}, want: []string{`public.proxies=ingress: "ingress": want a network such as 10.0.0.0/8`}},
		"forgetful":            {env: []string{"VONDINOTIFY_HISTORY_MARKERS=1h"}, want: []string{"history.markers=1h0m0s: want 48h0m0s to 720h0m0s"}},
		"source":               {env: []string{"VONDINOTIFY_SOURCES=wms=http://u:hunter2@h"}, want: []string{"source wms", "redis-sentinel://"}},
		"barrier":              {env: []string{"VONDINOTIFY_REDIS_URL=redis-cluster://h1,h2", "VONDINOTIFY_REDIS_BARRIER=1"}, want: []string{"redis.barrier=1: want 0 with a Cluster"}},
		"redis":                {env: []string{"VONDINOTIFY_REDIS_URL=http://u:hunter2@h"}, want: []string{"redis.url=***", `unknown scheme "http"`}},
		"secret value":         {yaml: "redis:\n  passwort: hunter2\n", want: []string{":2: unknown key passwort; did you mean password?"}},
		"secret file":          {env: []string{"VONDINOTIFY_SMS_URL_FILE=/nowhere"}, want: []string{"VONDINOTIFY_SMS_URL_FILE", "no such file"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := ""
			if tc.yaml != "" {
				file = write(t, tc.yaml)
			}
			_, err := Load(file, tc.env)
			if err == nil {
				t.Fatal("want an error")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v\ndoes not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestSettingsHideSecrets(t *testing.T) {
	c := Default()
	c.Redis.Password, c.Email.URL = "hunter2", "smtp://u:hunter2@h"
	c.Sources = map[string]string{"a": "redis://:hunter2@h:1/0"}
	for _, s := range Settings(&c) {
		if strings.Contains(s.String(), "hunter2") {
			t.Errorf("%s shows %s", s.Key, s)
		}
		if s.Doc == "" {
			t.Errorf("%s has no doc", s.Key)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "notifyd.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheCollectorOfTheStandardVariable(t *testing.T) {
	const standard, ours = "OTEL_EXPORTER_OTLP_ENDPOINT=http://standard:4318", "VONDINOTIFY_OTLP_ENDPOINT=http://ours:4318"
	for want, environ := range map[string][]string{"": nil, "http://standard:4318": {standard}, "http://ours:4318": {standard, ours}} {
		if c, err := Load("", environ); err != nil || c.Telemetry.Endpoint != want {
			t.Errorf("%v: %q, %v", environ, c.Telemetry.Endpoint, err)
		}
	}
}
