package validate

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/yaml"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// all returns the rendered objects of a kind.
func all[T any](t *testing.T, docs [][]byte, kind string) []T {
	t.Helper()
	var list []T
	for _, doc := range docs {
		var u unstructured.Unstructured
		must(t, yaml.Unmarshal(doc, &u.Object))
		if u.GetKind() != kind {
			continue
		}
		var v T
		must(t, runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &v))
		list = append(list, v)
	}
	return list
}

// settings are those in force in a pod, as the daemon itself prints them.
func (p pod) settings(t *testing.T, bin string) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, append([]string{"config"}, p.args[1:]...)...)
	cmd.Env = p.env
	out, err := cmd.Output()
	must(t, err)
	values := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[key] = value
	}
	return values
}

// TestTheDaemonListensWhereThePortsAre: each port of the container is an address of the
// daemon, and each of its addresses is a port.
func TestTheDaemonListensWhereThePortsAre(t *testing.T) {
	bin := build(t)
	for _, folder := range []string{"../overlays/dev", "../overlays/prod"} {
		p := layOut(t, render(t, folder))
		settings := p.settings(t, bin)
		for _, name := range []string{"admin", "public"} {
			_, port, _ := strings.Cut(settings[name+".addr"], ":")
			if got := containerPort(p.container, name); strconv.Itoa(int(got)) != port && (got != 0 || port != "") {
				t.Errorf("%s: the daemon listens on %q, the port %s of its container is %d", folder, port, name, got)
			}
		}
		if n := len(p.container.Ports); n != 1 && settings["public.addr"] == "" {
			t.Errorf("%s: the container has %d ports, nobody listens on some", folder, n)
		}
	}
}

func containerPort(c corev1.Container, name string) int32 {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.ContainerPort
		}
	}
	return 0
}

// TestEveryPortLeadsSomewhere: Services to containers, Ingresses to Services, policies and the
// scrape to ports that there are.
func TestEveryPortLeadsSomewhere(t *testing.T) {
	for _, folder := range folders() {
		docs := render(t, folder)
		if folder == "../examples/asynqmon-ingress" {
			docs = append(docs, render(t, "../base")...)
		}
		services := map[string]bool{}
		for _, s := range all[corev1.Service](t, docs, "Service") {
			for _, p := range s.Spec.Ports {
				services[s.Name+" "+p.Name] = true
				if got := selectedPort(t, docs, s.Spec.Selector, p.TargetPort); got != p.Port {
					t.Errorf("%s: the Service %s sends %d to %s, which is %d in the pod", folder, s.Name, p.Port, p.TargetPort.String(), got)
				}
			}
		}
		for _, i := range all[networkingv1.Ingress](t, docs, "Ingress") {
			for _, path := range i.Spec.Rules[0].HTTP.Paths {
				if b := path.Backend.Service; !services[b.Name+" "+b.Port.Name] {
					t.Errorf("%s: the Ingress %s leads to %s %s, which isn't there", folder, i.Name, b.Name, b.Port.Name)
				}
			}
		}
		for _, p := range all[networkingv1.NetworkPolicy](t, docs, "NetworkPolicy") {
			for _, rule := range p.Spec.Ingress {
				for _, port := range rule.Ports {
					if selectedPort(t, docs, p.Spec.PodSelector.MatchLabels, *port.Port) == 0 {
						t.Errorf("%s: the NetworkPolicy %s lets in %s, which no pod of it has", folder, p.Name, port.Port)
					}
				}
			}
		}
	}
	monitor := find(t, render(t, "../overlays/prod"), "ServiceMonitor", "notifyd").Object["spec"].(map[string]any)["endpoints"].([]any)[0].(map[string]any)
	if port := monitor["port"].(string); containerPort(layOut(t, render(t, "../overlays/prod")).container, port) == 0 {
		t.Errorf("the ServiceMonitor reads the port %s", port)
	}
}

// selectedPort is the number of a port in the pods that a selector means; 0: they have none.
func selectedPort(t *testing.T, docs [][]byte, selector map[string]string, port intstr.IntOrString) int32 {
	t.Helper()
	for _, d := range all[appsv1.Deployment](t, docs, "Deployment") {
		labels, matches := d.Spec.Template.Labels, true
		for k, v := range selector {
			matches = matches && labels[k] == v
		}
		if matches {
			return containerPort(d.Spec.Template.Spec.Containers[0], port.StrVal)
		}
	}
	return 0
}

var serverPort = regexp.MustCompile(`(?:redis|rediss|smtp|smtps)://[^\s,]*?:(\d+)(?:[/?]|$)`)

// TestThePolicyLetsTheDaemonOut: to each server that the environment names.
func TestThePolicyLetsTheDaemonOut(t *testing.T) {
	for _, folder := range []string{"../overlays/dev", "../overlays/prod"} {
		docs := render(t, folder)
		open := map[string]bool{}
		for _, p := range all[networkingv1.NetworkPolicy](t, docs, "NetworkPolicy") {
			for _, rule := range p.Spec.Egress {
				for _, port := range rule.Ports {
					open[port.Port.String()] = true
				}
			}
		}
		found := serverPort.FindAllStringSubmatch(strings.Join(layOut(t, docs).env, "\n"), -1)
		if len(found) < 2 {
			t.Errorf("%s names %d servers", folder, len(found))
		}
		for _, m := range found {
			if !open[m[1]] {
				t.Errorf("%s: no NetworkPolicy lets the daemon out to %s", folder, m[0])
			}
		}
	}
}
