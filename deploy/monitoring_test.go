package deploy

import (
	"context"
	"encoding/json"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.yaml.in/yaml/v3"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// described is a registry that keeps what its collectors say they export: name → labels.
type described map[string][]string

var descText = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// Register implements prometheus.Registerer.
func (d described) Register(c prometheus.Collector) error {
	descs := make(chan *prometheus.Desc, 1000)
	c.Describe(descs)
	close(descs)
	for desc := range descs {
		m := descText.FindStringSubmatch(desc.String())
		labels := strings.Split(m[2], ",")
		for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
			if suffix == "" || strings.HasSuffix(m[1], "_seconds") {
				d[m[1]+suffix] = labels
			}
		}
	}
	return nil
}

// MustRegister implements prometheus.Registerer.
func (d described) MustRegister(list ...prometheus.Collector) {
	for _, c := range list {
		_ = d.Register(c)
	}
}

// Unregister implements prometheus.Registerer.
func (d described) Unregister(prometheus.Collector) bool { return false }

// exported lists what /metrics shows, with its labels.
func exported() map[string][]string {
	d := described{"up": nil, "notifyd_build_info": {"version", "commit", "go"}}
	d.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var types []string
	for _, t := range eventtypes.Catalogue() {
		types = append(types, string(t.Name))
	}
	telemetry.NewMetrics(d, types)
	telemetry.Gauges{
		Sources: func() []telemetry.Source { return nil },
		Queues:  func(context.Context) ([]telemetry.Queue, error) { return nil, nil },
	}.Register(d)
	return d
}

type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []rule
	}
}

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	var f ruleFile
	if err := yaml.Unmarshal([]byte(text(t, monitoring+"alerts.yaml")), &f); err != nil {
		t.Fatal(err)
	}
	var list []rule
	for _, g := range f.Groups {
		list = append(list, g.Rules...)
	}
	return list
}

func TestRulesAskForWhatTheDaemonExports(t *testing.T) {
	known := exported()
	for _, r := range rules(t) {
		q := readQuery(r.Expr)
		q.check(t, r.Record+r.Alert, known)
		if r.Record != "" {
			known[r.Record] = q.labels
		}
	}
}

func TestDashboardAsksForWhatTheDaemonExports(t *testing.T) {
	var model struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal([]byte(text(t, monitoring+"dashboard.json")), &model); err != nil {
		t.Fatal(err)
	}
	known := exported()
	asked := map[string]bool{}
	for _, p := range model.Panels {
		for _, target := range p.Targets {
			q := readQuery(target.Expr)
			q.labels = append(q.labels, legendLabels(target.LegendFormat)...)
			q.check(t, p.Title, known)
			for _, m := range q.metrics {
				asked[m] = true
			}
		}
	}
	// What nobody looks at needs no metric.
	for name := range known {
		base := strings.TrimSuffix(name, "_bucket")
		ours := !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") && name != "up"
		if ours && base == name && !asked[name] && !asked[name+"_bucket"] && !strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_count") {
			t.Errorf("no panel shows %s", name)
		}
	}
}

var inLegend = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

func legendLabels(format string) []string {
	var list []string
	for _, m := range inLegend.FindAllStringSubmatch(format, -1) {
		list = append(list, m[1])
	}
	return list
}

const runbooks = "https://github.com/vondi-global/notifications/blob/main/docs/runbooks/"

func TestEachAlertHasItsRunbook(t *testing.T) {
	needed := map[string]bool{"README.md": true}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		for _, a := range []string{"summary", "description", "runbook_url"} {
			if r.Annotations[a] == "" {
				t.Errorf("%s has no %s", r.Alert, a)
			}
		}
		if s := r.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s: severity %q", r.Alert, s)
		}
		page, ok := strings.CutPrefix(r.Annotations["runbook_url"], runbooks)
		if !ok {
			t.Errorf("%s: runbook %s is not ours", r.Alert, r.Annotations["runbook_url"])
			continue
		}
		needed[page] = true
		if b, err := os.ReadFile("../docs/runbooks/" + page); err != nil || !strings.Contains(string(b), r.Alert) {
			t.Errorf("%s: its runbook %s does not name it: %v", r.Alert, page, err)
		}
	}
	pages, err := os.ReadDir("../docs/runbooks")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if !needed[path.Base(p.Name())] {
			t.Errorf("no alert leads to docs/runbooks/%s", p.Name())
		}
	}
}

// TestEachAlertIsTried: the made series make each alert fire and keep it quiet, for each
// metric that it asks for.
func TestEachAlertIsTried(t *testing.T) {
	var f struct {
		Tests []struct {
			Input  []struct{ Series string } `yaml:"input_series"`
			Checks []struct {
				Alertname string
				Expected  []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	must(t, yaml.Unmarshal([]byte(text(t, monitoring+"alerts_test.yaml")), &f))
	tried := map[string]bool{}
	for _, test := range f.Tests {
		for _, c := range test.Checks {
			outcome := "is quiet"
			if len(c.Expected) > 0 {
				outcome = "fires"
			}
			tried[c.Alertname+" "+outcome] = true
			for _, in := range test.Input {
				name, _, _ := strings.Cut(in.Series, "{")
				tried[c.Alertname+" "+outcome+" by "+name] = true
			}
		}
	}
	recorded := map[string][]string{}
	for _, r := range rules(t) {
		if r.Record != "" {
			recorded[r.Record] = readQuery(r.Expr).metrics
			continue
		}
		for _, m := range readQuery(r.Expr).metrics {
			for _, base := range append(recorded[m], m) {
				if recorded[base] != nil {
					continue
				}
				for _, outcome := range []string{"fires", "is quiet"} {
					if want := r.Alert + " " + outcome + " by " + base; !tried[want] {
						t.Errorf("no made series shows that %s", want)
					}
				}
			}
		}
	}
}
