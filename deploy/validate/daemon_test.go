package validate

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// mountRoot begins every path of the daemon in its pod.
const mountRoot = "/etc/notifyd"

// pod is the daemon's container as the manifests describe it, laid out in a folder.
type pod struct {
	container corev1.Container
	grace     time.Duration
	args, env []string
	root      string
}

// start runs the daemon as the manifest says, except that no Redis is there. It returns
// where the admin server is.
func (p pod) start(t *testing.T) (cmd *exec.Cmd, base string) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), build(t), p.args...)
	cmd.Env = append(p.env, "VONDINOTIFY_ADMIN_ADDR=127.0.0.1:0", "VONDINOTIFY_PUBLIC_ADDR=127.0.0.1:0",
		"VONDINOTIFY_REDIS_URL=redis://127.0.0.1:1/0", "VONDINOTIFY_SOURCES=wms=redis://127.0.0.1:1/0")
	log, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() })
	return cmd, "http://" + adminAddr(t, log)
}

// TestTheDaemonTakesTheManifests: arguments, settings, files and words, tried by the
// daemon's own check.
func TestTheDaemonTakesTheManifests(t *testing.T) {
	bin := build(t)
	for _, folder := range []string{"../overlays/dev", "../overlays/prod"} {
		t.Run(folder, func(t *testing.T) {
			p := layOut(t, render(t, folder))
			if p.args[0] != "run" {
				t.Errorf("the pod runs %s, want run", p.args[0])
			}
			cmd := exec.CommandContext(t.Context(), bin, append([]string{"check"}, p.args[1:]...)...)
			cmd.Env = p.env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("notifyd check: %v\n%s", err, out)
			}
		})
	}
}

// TestTheDaemonAnswersItsProbes: it runs as the manifest says, except that no server is
// there. It is alive, not ready, and stops in time.
func TestTheDaemonAnswersItsProbes(t *testing.T) {
	docs := render(t, "../overlays/prod")
	p := layOut(t, docs)
	cmd, base := p.start(t)
	for path, want := range map[string]int{
		p.container.LivenessProbe.HTTPGet.Path:  http.StatusOK,
		p.container.StartupProbe.HTTPGet.Path:   http.StatusOK,
		p.container.ReadinessProbe.HTTPGet.Path: http.StatusServiceUnavailable,
		scrapePath(t, docs):                     http.StatusOK,
		ingressPath(t):                          http.StatusUnauthorized,
	} {
		if got, _ := get(t, base+path); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
	start := time.Now()
	must(t, cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("the daemon ended badly: %v", err)
	}
	if took := time.Since(start); took > p.grace {
		t.Errorf("the stop took %s, the pod has %s", took, p.grace)
	}
}

// TestWordsAreReadAgain: a change of a ConfigMap reaches the running daemon; one that doesn't
// load is refused, and the daemon goes on.
func TestWordsAreReadAgain(t *testing.T) {
	p := layOut(t, render(t, "../overlays/prod"))
	_, base := p.start(t)
	locales := filepath.Join(p.root, mountRoot, "locales")
	remount(t, locales, "..2026_02", func(text string) string { return text + "\n# changed\n" })
	await(t, base, `templates_reload_total{result="ok"} 1`)
	remount(t, locales, "..2026_03", func(text string) string { return text + "\n[broken\n" })
	await(t, base, `templates_reload_total{result="refused"} 1`)
	if got, _ := get(t, base+p.container.LivenessProbe.HTTPGet.Path); got != http.StatusOK {
		t.Errorf("after a refused reload the daemon answers %d", got)
	}
}

// TestMemoryLimit: the garbage collector is told of the limit, and has room below it.
func TestMemoryLimit(t *testing.T) {
	for _, folder := range []string{"../base", "../overlays/dev", "../overlays/prod"} {
		c := deployment(t, render(t, folder)).Spec.Template.Spec.Containers[0]
		limit := c.Resources.Limits.Memory().Value()
		var soft int64
		for _, e := range c.Env {
			if e.Name == "GOMEMLIMIT" {
				if _, err := fmt.Sscanf(e.Value, "%dMiB", &soft); err != nil {
					t.Fatalf("%s: GOMEMLIMIT=%s: want MiB", folder, e.Value)
				}
			}
		}
		if share := float64(soft<<20) / float64(limit); share < 0.85 || share > 0.92 {
			t.Errorf("%s: GOMEMLIMIT is %.0f %% of the limit, want about 90 %%", folder, share*100)
		}
	}
}

// TestTheAutoscalerOwnsTheReplicas: with KEDA the Deployment must not say how many.
func TestTheAutoscalerOwnsTheReplicas(t *testing.T) {
	docs := render(t, "../overlays/prod")
	find(t, docs, "ScaledObject", "notifyd")
	if _, set := find(t, docs, "Deployment", "notifyd").Object["spec"].(map[string]any)["replicas"]; set {
		t.Error("the Deployment says how many replicas there are, and so does the ScaledObject")
	}
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "notifyd")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./cmd/notifyd")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

func deployment(t *testing.T, docs [][]byte) appsv1.Deployment {
	t.Helper()
	var d appsv1.Deployment
	must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(find(t, docs, "Deployment", "notifyd").Object, &d))
	return d
}

// layOut does the kubelet's work in a folder: it mounts ConfigMaps and the Secret.
func layOut(t *testing.T, docs [][]byte) pod {
	t.Helper()
	d := deployment(t, docs)
	spec := d.Spec.Template.Spec
	p := pod{container: spec.Containers[0], grace: time.Duration(*spec.TerminationGracePeriodSeconds) * time.Second}
	p.root = t.TempDir()
	volumes := map[string]corev1.Volume{}
	for _, v := range spec.Volumes {
		volumes[v.Name] = v
	}
	for _, m := range p.container.VolumeMounts {
		if m.SubPath != "" {
			t.Errorf("%s is mounted by subPath: it would never change", m.MountPath)
		}
		mount(t, filepath.Join(p.root, m.MountPath), contents(t, docs, volumes[m.Name]))
	}
	here := func(s string) string { return strings.ReplaceAll(s, mountRoot, p.root+mountRoot) }
	for _, a := range p.container.Args {
		p.args = append(p.args, here(a))
	}
	for _, e := range p.container.Env {
		if e.ValueFrom != nil {
			e.Value = "notifyd-0"
		}
		p.env = append(p.env, e.Name+"="+here(e.Value))
	}
	return p
}

// contents are a volume's files.
func contents(t *testing.T, docs [][]byte, v corev1.Volume) map[string]string {
	t.Helper()
	switch {
	case v.ConfigMap != nil:
		var m corev1.ConfigMap
		must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(find(t, docs, "ConfigMap", v.ConfigMap.Name).Object, &m))
		return m.Data
	case v.Secret != nil && v.Secret.SecretName == "notifyd":
		return secrets(t)
	}
	t.Fatalf("what is in the volume %s?", v.Name)
	return nil
}

// secrets are the keys of the Secret notifyd, as docs/operations.md makes it.
func secrets(t *testing.T) map[string]string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "vondi", "client_email": "notifyd@vondi.iam.gserviceaccount.com",
		"private_key_id": "1", "private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri": "https://oauth2.googleapis.com/token",
	})
	must(t, err)
	return map[string]string{
		"redis-password": "one\n", "seal-keys": "k1:" + strings.Repeat("A", 43) + "=\n", "admin-password": "two\n", "public-key": strings.Repeat("k", 64) + "\n",
		"smtp-url":       "smtp://user:pass@smtp.example.com:587?from=noreply@vondi.rs\n",
		"telegram-token": "123456:AAaabbccddeeffgghhiijjkkllmmnnooppq\n",
		"sms-url":        "twilio://AC00000000000000000000000000000000:token@api.twilio.com?from=%2B381600000000\n",
		"fcm.json":       string(account),
	}
}

// mount lays files out as the kubelet does: a dated folder, a link to it, a link a file.
func mount(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	dated := filepath.Join(dir, "..2026_01_02_03_04_05.678")
	must(t, os.MkdirAll(dated, 0o755))
	must(t, os.Symlink(filepath.Base(dated), filepath.Join(dir, "..data")))
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(dated, name), []byte(text), 0o644))
		must(t, os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
	}
}

// adminAddr waits until the log says where the admin server listens, and then reads on.
func adminAddr(t *testing.T, log io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var l struct{ Message, Admin string }
		if json.Unmarshal(lines.Bytes(), &l) == nil && l.Admin != "" {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return l.Admin
		}
		t.Log(lines.Text())
	}
	t.Fatal("the daemon did not start")
	return ""
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(b)
}

// await waits until the metrics have a line.
func await(t *testing.T, base, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		if _, metrics := get(t, base+"/metrics"); strings.Contains(metrics, line+"\n") {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", line)
		}
	}
}

// remount changes files as the kubelet does: a new dated folder, then the link to it, at once.
func remount(t *testing.T, dir, dated string, change func(text string) string) {
	t.Helper()
	must(t, os.Mkdir(filepath.Join(dir, dated), 0o755))
	entries, err := os.ReadDir(filepath.Join(dir, "..data"))
	must(t, err)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, "..data", e.Name()))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, dated, e.Name()), []byte(change(string(b))), 0o644))
	}
	must(t, os.Symlink(dated, filepath.Join(dir, "..data_tmp")))
	must(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
}

func scrapePath(t *testing.T, docs [][]byte) string {
	t.Helper()
	endpoints := find(t, docs, "ServiceMonitor", "notifyd").Object["spec"].(map[string]any)["endpoints"].([]any)
	return endpoints[0].(map[string]any)["path"].(string)
}

func ingressPath(t *testing.T) string {
	t.Helper()
	rules := find(t, render(t, "../examples/asynqmon-ingress"), "Ingress", "asynqmon").Object["spec"].(map[string]any)["rules"].([]any)
	paths := rules[0].(map[string]any)["http"].(map[string]any)["paths"].([]any)
	return paths[0].(map[string]any)["path"].(string)
}
