package simulators_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/simulators"
)

func TestTheWorldOpensAndCloses(t *testing.T) {
	before := goleak.IgnoreCurrent()
	w, err := simulators.NewWorld(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Trouble("sms", simulators.Trouble{Kind: simulators.Throttled, Percent: 100}); err != nil {
		t.Error(err)
	}
	for name, troubles := range map[string]*simulators.Troubles{"twilio": w.Twilio.Troubles, "infobip": w.Infobip.Troubles, "smpp": w.SMPP.Troubles} {
		if tr, bad := troubles.Next(); !bad || tr.Kind != simulators.Throttled {
			t.Errorf("%s: trouble %v, %v: want throttled", name, tr, bad)
		}
	}
	if _, bad := w.FCM.Troubles.Next(); bad {
		t.Error("trouble of sms befell push")
	}
	if err := w.Trouble("fax", simulators.Trouble{}); err == nil {
		t.Error("a channel that isn't there was taken")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
