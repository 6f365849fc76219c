package deploy

import "strings"

const ruleHead = `# Generated from alerts.yaml by "go generate ./deploy".
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: notifyd
spec:
`

// RuleManifest wraps Prometheus' rule file for its operator: the same lines, deeper.
func RuleManifest(alerts string) string {
	var b strings.Builder
	b.WriteString(ruleHead)
	for l := range strings.Lines(alerts) {
		if strings.TrimSpace(l) != "" {
			b.WriteString("  ")
		}
		b.WriteString(l)
	}
	return b.String()
}
