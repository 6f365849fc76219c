package deploy

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// query is what a PromQL expression asks for: metrics, and the labels that it names. It
// is no parser (promtool is one, see scripts/test-alerts): it knows names from words by
// where they stand.
type query struct{ metrics, labels []string }

var (
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	ranges   = regexp.MustCompile(`\[[^\]]*\]`)
	matchers = regexp.MustCompile(`\{[^}]*\}`)
	grouping = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)`)
	offset   = regexp.MustCompile(`\boffset\s+\w+`)
	word     = regexp.MustCompile(`[A-Za-z_:][A-Za-z0-9_:]*\s*\(?`)
	label    = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
)

func readQuery(expr string) query {
	var q query
	expr = ranges.ReplaceAllString(quoted.ReplaceAllString(expr, `""`), "")
	for _, m := range matchers.FindAllString(expr, -1) {
		q.labels = append(q.labels, label.FindAllString(m, -1)...)
	}
	expr = matchers.ReplaceAllString(expr, "")
	for _, m := range grouping.FindAllStringSubmatch(expr, -1) {
		q.labels = append(q.labels, label.FindAllString(m[1], -1)...)
	}
	expr = offset.ReplaceAllString(grouping.ReplaceAllString(expr, " "), "")
	for _, w := range word.FindAllString(expr, -1) {
		if strings.HasSuffix(w, "(") || slices.Contains([]string{"and", "or", "unless", "bool"}, strings.TrimSpace(w)) {
			continue
		}
		if w = strings.TrimSpace(w); !slices.Contains([]string{"sum", "max", "min", "count", "topk"}, w) {
			q.metrics = append(q.metrics, w)
		}
	}
	return q
}

func TestReadQuery(t *testing.T) {
	for expr, want := range map[string]query{
		`up`:                                      {[]string{"up"}, nil},
		`max by (a, b) (m_x) > 10000`:             {[]string{"m_x"}, []string{"a", "b"}},
		`sum(rate(m{le=~"1|a[.]0"}[5m]))`:         {[]string{"m"}, []string{"le"}},
		`a:b:c > 0.1 and on () max(n)==1`:         {[]string{"a:b:c", "n"}, nil},
		`max(m) - (max(m offset 15m) or 0)`:       {[]string{"m", "m"}, nil},
		`x{s!="}",t="\"y"} unless sum by (s) (z)`: {[]string{"x", "z"}, []string{"s", "t", "s"}},
	} {
		got := readQuery(expr)
		if !slices.Equal(got.metrics, want.metrics) || !slices.Equal(got.labels, want.labels) {
			t.Errorf("%s: got %v", expr, got)
		}
	}
}

// check reports names that the daemon doesn't export and labels that none of the
// expression's metrics carries.
func (q query) check(t *testing.T, where string, known map[string][]string) {
	t.Helper()
	carried := map[string]bool{"le": true, "job": true, "instance": true, "namespace": true, "pod": true}
	for _, m := range q.metrics {
		labels, ok := known[m]
		if !ok {
			t.Errorf("%s asks for %s, which the daemon does not export", where, m)
		}
		for _, l := range labels {
			carried[l] = true
		}
	}
	for _, l := range q.labels {
		if !carried[l] {
			t.Errorf("%s names the label %s; its metrics carry %v", where, l, slices.Sorted(maps.Keys(carried)))
		}
	}
}
