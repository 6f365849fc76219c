package infobip_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/sms/infobip"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestDeliveryReports(t *testing.T) {
	sim, _ := simulator(t)
	m := simulators.Captured{MessageID: message.Delivery, To: number.Value, From: "VONDI", Segments: 1}
	report := func(kind channels.FeedbackKind, code string, hard bool) []channels.Feedback {
		return []channels.Feedback{{Provider: "infobip", MessageID: m.MessageID, DeliveryID: m.MessageID, Kind: kind, Code: code, Hard: hard}}
	}
	for _, tc := range []struct {
		name string
		body []byte
		want []channels.Feedback
	}{
		{"on the way", sim.Report(m, "PENDING", "NO_ERROR", false), nil},
		{"at the operator", []byte(`{"results":[{"messageId":"1","status":{"groupName":"DELIVERED","name":"DELIVERED_TO_OPERATOR"}}]}`), nil},
		{"nobody knows", []byte(`{"results":[{"messageId":"1","status":{"groupName":"EXPIRED","name":"EXPIRED_DLR_UNKNOWN"}}]}`), nil},
		{"delivered", sim.Report(m, "DELIVERED", "NO_ERROR", false), report(channels.Delivered, "DELIVERED_TO_HANDSET", false)},
		{"no such subscriber", sim.Report(m, "UNDELIVERABLE", "EC_UNKNOWN_SUBSCRIBER", true), report(channels.Bounced, "EC_UNKNOWN_SUBSCRIBER", true)},
		{"phone off", sim.Report(m, "UNDELIVERABLE", "EC_ABSENT_SUBSCRIBER", false), report(channels.Bounced, "EC_ABSENT_SUBSCRIBER", false)},
		{"too late", sim.Report(m, "EXPIRED", "EC_ABSENT_SUBSCRIBER", false), report(channels.Bounced, "EC_ABSENT_SUBSCRIBER", false)},
		{
			"a STOP", []byte(`{"results":[{"messageId":"1","from":"381641234567","to":"VONDI","text":"STOP VONDI","keyword":"STOP"}]}`),
			[]channels.Feedback{{Provider: "infobip", Kind: channels.Stopped, From: "+381641234567"}},
		},
		{"another message", []byte(`{"results":[{"messageId":"1","from":"381641234567","to":"VONDI","text":"Hvala"}]}`), nil},
		{"nothing", []byte(`{"results":[]}`), nil},
	} {
		got, err := infobip.Feedback(tc.body)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", tc.name, err, diff)
		}
	}
	if _, err := infobip.Feedback([]byte("<xml>")); err == nil {
		t.Error("XML was taken")
	}
}

func TestOnlyWhoKnowsTheKeyIsHeard(t *testing.T) {
	withKey := func(target, password string) error {
		r := httptest.NewRequest(http.MethodPost, target, nil)
		if password != "" {
			r.SetBasicAuth("infobip", password)
		}
		_, err := infobip.Callback("k3y")(r, []byte(`{"results":[]}`))
		return err
	}
	if err := errors.Join(withKey("/callbacks/infobip?key=k3y", ""), withKey("/callbacks/infobip", "k3y")); err != nil {
		t.Errorf("with the key: %v", err)
	}
	for target, password := range map[string]string{"/callbacks/infobip": "", "/callbacks/infobip?key=": "", "/callbacks/infobip?key=other": "wrong"} {
		if err := withKey(target, password); !errors.Is(err, channels.ErrSignature) {
			t.Errorf("%s: %v, want ErrSignature", target, err)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/callbacks/infobip?key=", nil)
	if _, err := infobip.Callback("")(r, nil); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("without a key of ours: %v, want ErrSignature", err)
	}
}

// What Infobip sends can be anything: it never panics, and a STOP always has a number.
func FuzzFeedback(f *testing.F) {
	f.Add([]byte(`{"results":[{"messageId":"1","status":{"groupName":"DELIVERED","name":"DELIVERED_TO_HANDSET"},"error":{"permanent":false}}]}`))
	f.Add([]byte(`{"results":[{"from":"381641234567","text":"STOP"}]}`))
	f.Add([]byte(`{"results":[{"status":null,"text":"стоп"}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, _ := infobip.Feedback(body)
		for _, fb := range list {
			if fb.Kind == channels.Stopped && len(fb.From) < 2 {
				t.Errorf("a STOP from nobody: %+v", fb)
			}
		}
	})
}
