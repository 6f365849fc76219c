// Package deploy holds what runs the platform in Kubernetes: a kustomize base, components
// (monitoring, autoscaling, words from ConfigMaps), overlays, and the ACL of Redis. Its Go
// code writes the dashboard and the operator's copy of the alert rules, and its tests hold
// all files against the code: metric names, settings, paths, ports.
package deploy

import (
	"encoding/json"
	"fmt"
)

//go:generate go test -run ^TestGeneratedFiles$ -update .

// graph is a panel: a title, a unit, and what it draws.
type graph struct {
	title, unit string
	about       string
	lines       []line
}

// line is a query and the legend of its series.
type line struct{ expr, legend string }

// row is a row of the dashboard.
type row struct {
	title  string
	graphs []graph
}

// Units, as Grafana calls them.
const (
	perSecond = "cps"
	share     = "percentunit"
	seconds   = "s"
	count     = "short"
	bytes     = "bytes"
)

func rows() []row {
	return []row{golden(), streamRow(), queueRow(), channelRow(), deadRow(), runtimeRow()}
}

func golden() row {
	return row{"Is everything well?", []graph{
		{"Sources that answer", count, "Each source that at least one pod reaches.", []line{{`sum(max by (source) (source_up))`, "up"}, {`count(max by (source) (source_up))`, "configured"}}},
		{"Events", perSecond, "Entries consumed, by what became of them.", []line{{`sum by (status) (rate(events_consumed_total[$__rate_interval]))`, "{{status}}"}}},
		{"Failed entries", share, "The passport allows 5 %.", []line{{`sum(rate(events_consumed_total{status!="ok"}[$__rate_interval])) / sum(rate(events_consumed_total[$__rate_interval]))`, "failed"}}},
		{"Messages", perSecond, "Messages that a provider accepted.", []line{{`sum by (channel) (rate(notifications_total{outcome="sent"}[$__rate_interval]))`, "{{channel}}"}}},
		{"From the event to acceptance", seconds, "By priority. The objective: 99.9 % of high priority within 10 s.", []line{
			{`histogram_quantile(0.5, sum by (priority, le) (rate(notification_end_to_end_seconds_bucket[$__rate_interval])))`, "p50 {{priority}}"},
			{`histogram_quantile(0.99, sum by (priority, le) (rate(notification_end_to_end_seconds_bucket[$__rate_interval])))`, "p99 {{priority}}"},
		}},
		{"From the event to arrival", seconds, "Where providers report it.", []line{
			{`histogram_quantile(0.5, sum by (channel, le) (rate(notification_arrival_seconds_bucket[$__rate_interval])))`, "p50 {{channel}}"},
			{`histogram_quantile(0.99, sum by (channel, le) (rate(notification_arrival_seconds_bucket[$__rate_interval])))`, "p99 {{channel}}"},
		}},
		{"Late high priority messages", share, "Share that took longer than 10 s; the objective allows 0.1 %.", []line{
			{`1 - sum(rate(notification_end_to_end_seconds_bucket{priority="high",le=~"10|10[.]0"}[1h])) / sum(rate(notification_end_to_end_seconds_count{priority="high"}[1h]))`, "last hour"},
		}},
	}}
}

func streamRow() row {
	return row{"Streams", []graph{
		{"Length", count, "Alert above 10,000.", []line{{`max by (stream) (stream_length)`, "{{stream}}"}}},
		{"Pending", count, "Read and not acknowledged. Alert above 100.", []line{{`max by (stream) (stream_group_pending)`, "{{stream}}"}}},
		{"Unread", count, "Entries that wait to be read.", []line{{`max by (stream) (stream_group_unread)`, "{{stream}}"}}},
		{"Lag", seconds, "Age of the oldest unread entry. Alert above 5 minutes.", []line{{`max by (stream) (stream_group_lag_seconds)`, "{{stream}}"}}},
		{"Processing, p95", seconds, "From an entry's reading to its acknowledgement. Alert above 1 s.", []line{
			{`histogram_quantile(0.95, sum by (stream, le) (rate(event_processing_duration_seconds_bucket[$__rate_interval])))`, "{{stream}}"},
		}},
		{"Lost", count, "Trimmed or deleted before they were finished. Should be none, ever.", []line{{`sum by (stream) (increase(stream_entries_lost_total[$__rate_interval]))`, "{{stream}}"}}},
		{"Errors of sources", perSecond, "", []line{{`sum by (source) (rate(stream_errors_total[$__rate_interval]))`, "{{source}}"}}},
		{"Types", perSecond, "The ten most frequent.", []line{{`topk(10, sum by (event_type) (rate(events_consumed_total[$__rate_interval])))`, "{{event_type}}"}}},
		{"Published by us", perSecond, "", []line{{`sum by (stream) (rate(events_published_total[$__rate_interval]))`, "{{stream}}"}}},
	}}
}

func queueRow() row {
	return row{"Queues", []graph{
		{"Waiting", count, "", []line{{`max by (channel, priority) (queue_tasks{state="pending"})`, "{{channel}} {{priority}}"}}},
		{"Oldest", seconds, "Alert above 60 s for high priority.", []line{{`max by (channel, priority) (queue_oldest_pending_seconds)`, "{{channel}} {{priority}}"}}},
		{"Under way", count, "", []line{{`max by (channel, priority) (queue_tasks{state="active"})`, "{{channel}} {{priority}}"}}},
		{"For later", count, "Retries and deliveries that wait for their time.", []line{{`max by (channel, priority) (queue_tasks{state="retry"})`, "{{channel}} {{priority}}"}}},
	}}
}

func channelRow() row {
	return row{"Channels and providers", []graph{
		{"Accepted, by provider", perSecond, "", []line{{`sum by (channel, provider) (rate(notifications_total{outcome="sent"}[$__rate_interval]))`, "{{channel}} {{provider}}"}}},
		{"Failed for good", share, "Alert above 5 %.", []line{
			{`sum by (channel) (rate(notifications_total{outcome="failed"}[$__rate_interval])) / sum by (channel) (rate(notifications_total{outcome=~"sent|failed"}[$__rate_interval]))`, "{{channel}}"},
		}},
		{"Failed attempts", perSecond, "Each is tried again.", []line{{`sum by (channel, provider, reason) (rate(notifications_total{outcome="retried"}[$__rate_interval]))`, "{{channel}} {{provider}} {{reason}}"}}},
		{"Not sent, and why", perSecond, "", []line{{`sum by (channel, reason) (rate(notifications_total{outcome=~"skipped|suppressed"}[$__rate_interval]))`, "{{channel}} {{reason}}"}}},
		{"An attempt, p95", seconds, "", []line{{`histogram_quantile(0.95, sum by (channel, le) (rate(notification_attempt_duration_seconds_bucket[$__rate_interval])))`, "{{channel}}"}}},
		{"Put back without an attempt", perSecond, "By a hold, a breaker, a provider's pace.", []line{{`sum by (channel, reason) (rate(notifications_postponed_total[$__rate_interval]))`, "{{channel}} {{reason}}"}}},
		{"Holds", count, "notifyctl hold list", []line{{`max(holds)`, "holds"}}},
		{"Breakers", count, "1: open, 0.5: it tries.", []line{{`max by (provider) (circuit_breaker_open)`, "{{provider}}"}}},
		{"In another language than planned", perSecond, "", []line{{`sum by (locale) (rate(locale_fallbacks_total[$__rate_interval]))`, "{{locale}}"}}},
		{"Links to the bot", count, "", []line{{`sum by (result) (increase(telegram_links_total[$__rate_interval]))`, "{{result}}"}}},
		{"Reports of providers", perSecond, "What providers say later.", []line{{`sum by (channel, outcome) (rate(notifications_total{outcome=~"delivered|bounced"}[$__rate_interval]))`, "{{channel}} {{outcome}}"}}},
	}}
}

func deadRow() row {
	return row{"Dead letters", []graph{
		{"Letters", count, "notifyctl dead list", []line{{`max(dead_letters)`, "letters"}}},
		{"The account of the last hours", count, "notifyctl audit. Unaccounted must be 0.", []line{{`max by (state) (audit_deliveries)`, "{{state}}"}}},
		{"Deliveries given up", count, "", []line{{`sum by (channel, reason) (increase(notifications_total{outcome="failed"}[$__rate_interval]))`, "{{channel}} {{reason}}"}}},
		{"Entries set aside", count, "", []line{{`sum by (stream) (increase(events_consumed_total{status="dead"}[$__rate_interval]))`, "{{stream}}"}}},
	}}
}

func runtimeRow() row {
	return row{"Runtime", []graph{
		{"Versions", count, "", []line{{`count by (version) (notifyd_build_info)`, "{{version}}"}}},
		{"CPU", "none", "Cores.", []line{{`rate(process_cpu_seconds_total{job="notifyd"}[$__rate_interval])`, "{{instance}}"}}},
		{"Memory", bytes, "", []line{{`process_resident_memory_bytes{job="notifyd"}`, "{{instance}}"}}},
		{"Goroutines", count, "", []line{{`go_goroutines{job="notifyd"}`, "{{instance}}"}}},
		{"Open files", count, "", []line{{`process_open_fds{job="notifyd"}`, "{{instance}}"}}},
		{"Reloads", count, "Of words, of settings; changed settings that need a restart.", []line{
			{`sum by (result) (increase(templates_reload_total[$__rate_interval]))`, "words {{result}}"},
			{`sum by (result) (increase(config_reload_total[$__rate_interval]))`, "settings {{result}}"},
			{`max(config_restart_needed)`, "need a restart"},
		}},
	}}
}

// Dashboard is the Grafana dashboard: its JSON model.
func Dashboard() ([]byte, error) {
	var panels []any
	id, y := 0, 0
	next := func() int { id++; return id }
	for _, r := range rows() {
		panels = append(panels, map[string]any{"id": next(), "type": "row", "title": r.title, "collapsed": false, "panels": []any{}, "gridPos": place(0, y, 24, 1)})
		y++
		for i, g := range r.graphs {
			panels = append(panels, g.panel(next(), place(i%perRow*panelWidth, y+i/perRow*panelHeight, panelWidth, panelHeight)))
		}
		y += (len(r.graphs) + perRow - 1) / perRow * panelHeight
	}
	model := map[string]any{
		"uid": "notifyd", "title": "Notifications", "tags": []string{"notifyd"}, "schemaVersion": 39, "editable": false,
		"timezone": "browser", "refresh": "30s", "time": map[string]string{"from": "now-6h", "to": "now"}, "panels": panels,
		"templating": map[string]any{"list": []any{map[string]any{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}}},
	}
	b, err := json.MarshalIndent(model, "", "  ")
	return append(b, '\n'), err
}

// A row of the grid is 24 wide.
const (
	perRow      = 3
	panelWidth  = 24 / perRow
	panelHeight = 8
)

func place(x, y, w, h int) map[string]int { return map[string]int{"x": x, "y": y, "w": w, "h": h} }

func (g graph) panel(id int, at map[string]int) map[string]any {
	source := map[string]string{"type": "prometheus", "uid": "${datasource}"}
	targets := make([]any, len(g.lines))
	for i, l := range g.lines {
		targets[i] = map[string]any{"refId": fmt.Sprintf("%c", 'A'+i), "expr": l.expr, "legendFormat": l.legend, "datasource": source}
	}
	return map[string]any{
		"id": id, "type": "timeseries", "title": g.title, "description": g.about, "gridPos": at, "datasource": source, "targets": targets,
		"fieldConfig": map[string]any{"defaults": map[string]any{"unit": g.unit, "min": 0}, "overrides": []any{}},
		"options":     map[string]any{"legend": map[string]any{"displayMode": "list", "placement": "bottom"}, "tooltip": map[string]any{"mode": "multi", "sort": "desc"}},
	}
}
