package notify

import "testing"

func TestTraceID(t *testing.T) {
	for trace, want := range map[string]string{
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": "0af7651916cd43dd8448eb211c80319c",
		"": "", "00-0af7": "",
	} {
		if got := (Event{Trace: trace}).TraceID(); got != want {
			t.Errorf("%q: %q", trace, got)
		}
	}
}
