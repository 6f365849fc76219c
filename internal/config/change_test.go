package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChange(t *testing.T) {
	old, next := Default(), Default()
	next.Log.Level, next.SMS.Rate, next.Brand.Name = "debug", 5, "Other"
	next.Types = map[string]Override{"order.created": {Off: true}}
	next.SMS.URL, next.Admin.Addr = "twilio://new", ":9"
	got := old.Change(next)
	if d := cmp.Diff([]string{"log.level", "sms.rate", "brand.name", "types"}, got.Taken); d != "" {
		t.Errorf("taken (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"admin.addr", "sms.url"}, got.Waiting); d != "" {
		t.Errorf("waiting (-want +got):\n%s", d)
	}
	if c := got.Config; c.Log.Level != "debug" || c.SMS.Rate != 5 || !c.Types["order.created"].Off || c.Admin.Addr != ":8085" || !c.SMS.URL.Empty() {
		t.Errorf("in force: %+v", c)
	}
	if old.Log.Level != "info" || len(old.Types) != 0 {
		t.Error("the old configuration was changed")
	}
	if again := got.Config.Change(got.Config); again.Taken != nil || again.Waiting != nil {
		t.Errorf("nothing changed, got %+v", again)
	}
}
