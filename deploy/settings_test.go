package deploy

import (
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
)

// settings are all variables of the environment; secrets may come from files too.
func settings() map[string]bool {
	c := config.Default()
	known := map[string]bool{}
	for _, s := range config.Settings(&c) {
		known[s.Env] = true
		if s.Secret {
			known[s.Env+"_FILE"] = true
		}
	}
	return known
}

var variable = regexp.MustCompile(config.EnvPrefix + `[A-Z_]*[A-Z]`)

// TestFilesNameRealSettings: no manifest, page or script names a variable that isn't one.
func TestFilesNameRealSettings(t *testing.T) {
	known := settings()
	for _, file := range texts(t) {
		for _, name := range variable.FindAllString(text(t, file), -1) {
			if !known[name] {
				t.Errorf("%s names %s, which is no setting", file, name)
			}
		}
	}
}

// texts are the files that people copy settings from.
func texts(t *testing.T) []string {
	t.Helper()
	list := []string{"../compose.yaml", "../SECURITY.md", "../Dockerfile", "../docs/operations.md", "../scripts/image-test"}
	for _, root := range []string{".", "../docs/runbooks"} {
		must(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if !e.IsDir() && slices.Contains([]string{".yaml", ".md", ".acl"}, filepath.Ext(path)) {
				list = append(list, path)
			}
			return err
		}))
	}
	return list
}

var key = regexp.MustCompile("`([a-z]+\\.[a-z_]+)`")

// TestPagesNameRealKeys: `streams.max_age` in a page is a key of the configuration.
func TestPagesNameRealKeys(t *testing.T) {
	c := config.Default()
	keys, sections := map[string]bool{}, map[string]bool{}
	for _, s := range config.Settings(&c) {
		keys[s.Key] = true
		section, _, _ := strings.Cut(s.Key, ".")
		sections[section] = true
	}
	for _, file := range texts(t) {
		for _, m := range key.FindAllStringSubmatch(text(t, file), -1) {
			section, _, _ := strings.Cut(m[1], ".")
			if sections[section] && !keys[m[1]] {
				t.Errorf("%s names the key %s, which the configuration does not have", file, m[1])
			}
		}
	}
}

type composeFile struct {
	Services map[string]struct {
		Ports       []string
		Command     []string
		Environment map[string]string
		StopGrace   string `yaml:"stop_grace_period"`
	}
}

// TestComposeIsThePassports: the servers have the ports of the defaults, and the daemon
// takes its environment.
func TestComposeIsThePassports(t *testing.T) {
	var f composeFile
	must(t, yaml.Unmarshal([]byte(text(t, "../compose.yaml")), &f))
	daemon := f.Services["notifyd"]
	var environ []string
	for k, v := range daemon.Environment {
		environ = append(environ, k+"="+v)
	}
	cfg, err := config.Load("", environ)
	must(t, err)
	want := config.Default().Sources
	for name, address := range cfg.Sources {
		here, there := parse(t, address), parse(t, want[name])
		if here.Port() != there.Port() || here.Path != there.Path {
			t.Errorf("source %s is at %s, the passport says %s", name, address, want[name])
		}
		server := f.Services[here.Hostname()]
		if !slices.Contains(server.Command, here.Port()) || !slices.Contains(server.Ports, "127.0.0.1:"+here.Port()+":"+here.Port()) {
			t.Errorf("source %s: the service %s does not listen on %s", name, here.Hostname(), here.Port())
		}
	}
	if got, all := slices.Sorted(maps.Keys(cfg.Sources)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, all) {
		t.Errorf("compose reads %v, the passport has %v", got, all)
	}
	if _, err := email.ParseURL(parse(t, cfg.Email.URL.Reveal())); err != nil {
		t.Errorf("VONDINOTIFY_SMTP_URL: %v", err)
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u
}

// TestPortsAgree: the default address, the image, the manifests and compose.
func TestPortsAgree(t *testing.T) {
	port := strings.TrimPrefix(config.Default().Admin.Addr, ":")
	for file, want := range map[string]string{
		"../Dockerfile":        "EXPOSE " + port,
		"../compose.yaml":      "127.0.0.1:" + port + ":" + port,
		"base/deployment.yaml": "{name: admin, containerPort: " + port + "}",
		"base/service.yaml":    "{name: admin, port: " + port + ", targetPort: admin}",
		"base/notifyd.yaml":    `addr: ":` + port + `"`,
	} {
		if !strings.Contains(text(t, file), want) {
			t.Errorf("%s: no %q", file, want)
		}
	}
}

// TestTheNetworkLetsTheDaemonOut: the policy opens the ports of the sources.
func TestTheNetworkLetsTheDaemonOut(t *testing.T) {
	policy := text(t, "base/networkpolicy.yaml")
	for name, address := range config.Default().Sources {
		if p := parse(t, address).Port(); !strings.Contains(policy, "port: "+p+"}") {
			t.Errorf("the NetworkPolicy does not open %s for the source %s", p, name)
		}
	}
}

// TestTriggersAskForWhatThereIs: the autoscaler counts streams of the catalogue and lanes
// of the queue, and asks Prometheus for ages that the daemon exports.
func TestTriggersAskForWhatThereIs(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range eventtypes.Catalogue() {
		known[typ.Stream] = true
	}
	for _, q := range jobs.Queues() {
		known["asynq:{"+q+"}:pending"] = true
	}
	var object struct {
		Spec struct {
			Triggers []struct{ Metadata map[string]string }
		}
	}
	must(t, yaml.Unmarshal([]byte(text(t, "components/keda/scaledobject.yaml")), &object))
	asked := map[string]bool{}
	for _, trigger := range object.Spec.Triggers {
		m := trigger.Metadata
		if q := m["query"]; q != "" {
			readQuery(q).check(t, "a trigger", exported())
			asked[readQuery(q).metrics[0]] = true
			continue
		}
		if name := m["stream"] + m["listName"]; !known[name] {
			t.Errorf("a trigger counts %q: no such stream, no such lane", name)
		}
		if g := m["consumerGroup"]; g != "" && g != "notification-consumers" {
			t.Errorf("a trigger counts the group %s", g)
		}
		asked["lag of a group"] = asked["lag of a group"] || m["lagCount"] != ""
	}
	for _, want := range []string{"lag of a group", "stream_group_lag_seconds", "queue_oldest_pending_seconds"} {
		if !asked[want] {
			t.Errorf("no trigger asks for the %s", want)
		}
	}
}

// TestTheSecretIsTheOneThatIsMounted: docs/operations.md makes every file that an overlay
// asks for.
func TestTheSecretIsTheOneThatIsMounted(t *testing.T) {
	page := text(t, "../docs/operations.md")
	inSecret := regexp.MustCompile(`/etc/notifyd/secrets/([a-z.-]+)`)
	for _, file := range []string{"base/deployment.yaml", "components/public/deployment.yaml", "overlays/prod/deployment.yaml"} {
		found := inSecret.FindAllStringSubmatch(text(t, file), -1)
		if len(found) == 0 {
			t.Errorf("%s mounts no secrets", file)
		}
		for _, m := range found {
			if !strings.Contains(page, "--from-file="+m[1]+"=") {
				t.Errorf("docs/operations.md makes no Secret with %s", m[1])
			}
		}
	}
	if _, err := os.Stat("overlays/prod/secret.yaml"); err == nil {
		t.Error("a Secret lies in the repository")
	}
}
