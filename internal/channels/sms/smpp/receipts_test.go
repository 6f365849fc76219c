package smpp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
)

func told(t *testing.T, class byte, text string, tlvs ...pdu.Field) (channels.Feedback, bool) {
	t.Helper()
	d := pdu.NewDeliverSM().(*pdu.DeliverSM)
	d.EsmClass = class
	if err := d.SourceAddr.SetAddress("381641234567"); err != nil {
		t.Fatal(err)
	}
	if err := d.Message.SetMessageDataWithEncoding([]byte(text), data.GSM7BIT); err != nil {
		return channels.Feedback{}, false // longer than a deliver_sm can be
	}
	for _, f := range tlvs {
		d.RegisterOptionalParam(f)
	}
	return feedback(d)
}

// Every centre writes its receipts a little differently.
func TestReceiptsOfManyCentres(t *testing.T) {
	id := func(s string) pdu.Field { return pdu.Field{Tag: pdu.TagReceiptedMessageID, Data: append([]byte(s), 0)} }
	state := func(b byte) pdu.Field { return pdu.Field{Tag: pdu.TagMessageStateOption, Data: []byte{b}} }
	for _, tc := range []struct {
		name string
		text string
		tlvs []pdu.Field
		want channels.Feedback
		ok   bool
	}{
		{
			"by the book", "id:4f2a sub:001 dlvrd:001 submit date:2611241000 done date:2611241001 stat:DELIVRD err:000 text:Vasa", nil,
			channels.Feedback{MessageID: "4f2a", Kind: channels.Delivered, Code: "DELIVRD"},
			true,
		},
		{
			"with spaces", "id: 4f2a sub: 001 stat: UNDELIV err: 001 Text:", nil,
			channels.Feedback{MessageID: "4f2a", Kind: channels.Bounced, Hard: true, Code: "UNDELIV 001"},
			true,
		},
		{
			"soft", "id:4f2a stat:UNDELIV err:027", nil,
			channels.Feedback{MessageID: "4f2a", Kind: channels.Bounced, Code: "UNDELIV 027"},
			true,
		},
		{
			"by parameters only", "",
			[]pdu.Field{id("77"), state(2)},
			channels.Feedback{MessageID: "77", Kind: channels.Delivered, Code: "DELIVRD"},
			true,
		},
		{
			"the parameter's id wins", "id:1 stat:REJECTD err:00a",
			[]pdu.Field{id("77"), state(8)},
			channels.Feedback{MessageID: "77", Kind: channels.Bounced, Code: "REJECTD 00a"},
			true,
		},
		{"on the way", "id:4f2a stat:ENROUTE err:000", nil, channels.Feedback{MessageID: "4f2a"}, false},
		{"of no message", "stat:DELIVRD", nil, channels.Feedback{Kind: channels.Delivered, Code: "DELIVRD"}, false},
		{
			"a text that names a state", "id:4f2a stat:EXPIRED err:000 text:stat:DELIVRD", nil,
			channels.Feedback{MessageID: "4f2a", Kind: channels.Bounced, Code: "EXPIRED 000"},
			true,
		},
	} {
		tc.want.Provider = provider
		got, ok := told(t, esmReceipt, tc.text, tc.tlvs...)
		if diff := cmp.Diff(tc.want, got); diff != "" || ok != tc.ok {
			t.Errorf("%s: ok %v %s", tc.name, ok, diff)
		}
	}
}

// Whatever comes, it doesn't panic, and what is told is of a message or from a person.
func FuzzFeedback(f *testing.F) {
	f.Add(byte(esmReceipt), "id:4f2a sub:001 dlvrd:001 stat:DELIVRD err:000 text:")
	f.Add(byte(esmReceipt), "id: stat:")
	f.Add(byte(0), "STOP")
	f.Add(byte(0x40), "\x05\x00\x03\x01\x02\x01STOP")
	f.Fuzz(func(t *testing.T, class byte, text string) {
		fb, ok := told(t, class, text)
		if ok && fb.MessageID == "" && fb.From == "" {
			t.Errorf("feedback about nothing: %+v", fb)
		}
	})
}

func TestANumberOfTheCentresOwnCountry(t *testing.T) {
	for _, tc := range []struct {
		ton          byte
		number, want string
	}{
		{data.GSM_TON_INTERNATIONAL, "381641234567", "+381641234567"},
		{data.GSM_TON_UNKNOWN, "381641234567", "+381641234567"},
		{data.GSM_TON_UNKNOWN, "+381641234567", "+381641234567"},
		{data.GSM_TON_UNKNOWN, "0641234567", "0641234567"},
		{data.GSM_TON_NATIONAL, "641234567", "641234567"},
	} {
		a, err := pdu.NewAddressWithTonNpiAddr(tc.ton, data.GSM_NPI_E164, tc.number)
		if err != nil {
			t.Fatal(err)
		}
		if got := phone(a); got != tc.want {
			t.Errorf("%d %s: %s, want %s", tc.ton, tc.number, got, tc.want)
		}
	}
}
