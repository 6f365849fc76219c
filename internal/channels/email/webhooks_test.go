package email_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
)

func post(t *testing.T, h http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/callbacks/x", nil)
	r.Header = h
	return r
}

func TestSendGrid(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pub, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	read, err := email.SendGridCallback(base64.StdEncoding.EncodeToString(pub))
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`[
 {"email":"kupac@example.com","timestamp":1,"event":"processed","smtp-id":"<` + delivery + `@vondi.rs>","sg_message_id":"x.filter"},
 {"email":"kupac@example.com","timestamp":1,"event":"delivered","smtp-id":"<` + delivery + `@vondi.rs>","response":"250 OK"},
 {"email":"kupac@example.com","timestamp":1,"event":"bounce","status":"5.1.1","reason":"550 5.1.1 unknown","type":"bounce","delivery":"` + delivery + `"},
 {"email":"kupac@example.com","timestamp":1,"event":"bounce","status":"5.7.1","reason":"550 5.7.1 spam","type":"blocked","delivery":"` + delivery + `"},
 {"email":"kupac@example.com","timestamp":1,"event":"dropped","reason":"Bounced Address","delivery":"` + delivery + `"},
 {"email":"kupac@example.com","timestamp":1,"event":"spamreport","delivery":"` + delivery + `"},
 {"email":"kupac@example.com","timestamp":1,"event":"open","delivery":"` + delivery + `"}]`)
	sum := sha256.Sum256(append([]byte("1764000000"), body...))
	sig, _ := ecdsa.SignASN1(rand.Reader, key, sum[:])
	h := http.Header{}
	h.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(sig))
	h.Set("X-Twilio-Email-Event-Webhook-Timestamp", "1764000000")
	got, err := read(post(t, h), body)
	if err != nil {
		t.Fatal(err)
	}
	want := []channels.Feedback{
		{Provider: "sendgrid", DeliveryID: delivery, MessageID: delivery + "@vondi.rs", Kind: channels.Delivered},
		{Provider: "sendgrid", DeliveryID: delivery, Kind: channels.Bounced, Hard: true, Code: "5.1.1"},
		{Provider: "sendgrid", DeliveryID: delivery, Kind: channels.Bounced, Code: "5.7.1"},
		{Provider: "sendgrid", DeliveryID: delivery, Kind: channels.Bounced, Hard: true},
		{Provider: "sendgrid", DeliveryID: delivery, Kind: channels.Complained},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := read(post(t, h), append(body, ' ')); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("a changed body: %v", err)
	}
	if _, err := read(post(t, http.Header{}), body); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("no signature: %v", err)
	}
}

func TestMailgun(t *testing.T) {
	sign := func(event string) []byte {
		mac := hmac.New(sha256.New, []byte("key-of-the-webhook"))
		mac.Write([]byte("1764000000" + "t0ken"))
		return []byte(`{"signature":{"timestamp":"1764000000","token":"t0ken","signature":"` + hex.EncodeToString(mac.Sum(nil)) + `"},"event-data":` + event + `}`)
	}
	read := email.MailgunCallback("key-of-the-webhook")
	head := `"message":{"headers":{"message-id":"` + delivery + `@vondi.rs"}},"recipient":"kupac@example.com"`
	base := channels.Feedback{Provider: "mailgun", DeliveryID: delivery, MessageID: delivery + "@vondi.rs"}
	with := func(k channels.FeedbackKind, hard bool, code string) []channels.Feedback {
		f := base
		f.Kind, f.Hard, f.Code = k, hard, code
		return []channels.Feedback{f}
	}
	for event, want := range map[string][]channels.Feedback{
		`{"event":"delivered",` + head + `,"delivery-status":{"code":250}}`:                                                                      with(channels.Delivered, false, "250"),
		`{"event":"failed","severity":"permanent","reason":"bounce",` + head + `,"delivery-status":{"code":550,"message":"5.1.1 no such user"}}`: with(channels.Bounced, true, "550"),
		`{"event":"failed","severity":"permanent","reason":"suppress-bounce",` + head + `,"delivery-status":{"code":605}}`:                       with(channels.Bounced, true, "605"),
		`{"event":"failed","severity":"permanent","reason":"generic",` + head + `,"delivery-status":{"code":550,"message":"5.7.1 spam"}}`:        with(channels.Bounced, false, "550"),
		`{"event":"failed","severity":"temporary",` + head + `,"delivery-status":{"code":452}}`:                                                  nil,
		`{"event":"complained",` + head + `}`:   with(channels.Complained, false, ""),
		`{"event":"unsubscribed",` + head + `}`: with(channels.Stopped, false, ""),
		`{"event":"opened",` + head + `}`:       nil,
	} {
		got, err := read(post(t, nil), sign(event))
		if err != nil {
			t.Errorf("%s: %v", event, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", event, d)
		}
	}
	if _, err := email.MailgunCallback("another")(post(t, nil), sign(`{"event":"delivered"}`)); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if _, err := email.MailgunCallback("")(post(t, nil), sign(`{"event":"delivered"}`)); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("no key: %v", err)
	}
}

const topic = "arn:aws:sns:eu-central-1:123456789012:ses"

// amazon signs notes as SNS does.
type amazon struct {
	key     *rsa.PrivateKey
	cert    []byte
	visited []string
}

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a := &amazon{key: key}
	a.certify(t, time.Now().Add(time.Hour))
	return a
}

// certify makes the certificate of its key.
func (a *amazon) certify(t *testing.T, until time.Time) {
	t.Helper()
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	a.cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (a *amazon) get(_ context.Context, u string) ([]byte, error) {
	a.visited = append(a.visited, u)
	return a.cert, nil
}

// note signs the fields in the order that AWS documents.
func (a *amazon) note(t *testing.T, fields map[string]string) []byte {
	t.Helper()
	n := map[string]string{
		"MessageId": "m-1", "TopicArn": topic, "Timestamp": "2026-11-24T12:00:00.000Z", "SignatureVersion": "2",
		"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-x.pem",
	}
	for k, v := range fields {
		n[k] = v
	}
	order := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if n["Type"] != "Notification" {
		order = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var b strings.Builder
	for _, k := range order {
		if n[k] != "" {
			b.WriteString(k + "\n" + n[k] + "\n")
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	sig, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	n["Signature"] = base64.StdEncoding.EncodeToString(sig)
	out, _ := json.Marshal(n)
	return out
}

func TestSES(t *testing.T) {
	a := newAmazon(t)
	sns := email.NewSNS(topic, a.get)
	mail := `"mail":{"messageId":"0100-ses","tags":{"delivery":["` + delivery + `"]}}`
	byHeader := `"mail":{"messageId":"0100-ses","headers":[{"name":"Message-ID","value":"<` + delivery + `@vondi.rs>"}]}`
	base := channels.Feedback{Provider: "ses", DeliveryID: delivery, MessageID: "0100-ses"}
	with := func(k channels.FeedbackKind, hard bool, code string) []channels.Feedback {
		f := base
		f.Kind, f.Hard, f.Code = k, hard, code
		return []channels.Feedback{f}
	}
	for message, want := range map[string][]channels.Feedback{
		`{"notificationType":"Delivery",` + mail + `}`:  with(channels.Delivered, false, ""),
		`{"eventType":"Delivery",` + byHeader + `}`:     with(channels.Delivered, false, ""),
		`{"notificationType":"Complaint",` + mail + `}`: with(channels.Complained, false, ""),
		`{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"kupac@example.com","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]},` + mail + `}`: with(channels.Bounced, true, "5.1.1"),
		`{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"status":"5.7.1","diagnosticCode":"smtp; 550 5.7.1 spam"}]},` + mail + `}`:                                       with(channels.Bounced, false, "5.7.1"),
		`{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","bouncedRecipients":[]},` + mail + `}`:                                                                                with(channels.Bounced, true, "Permanent/OnAccountSuppressionList"),
		`{"notificationType":"Bounce","bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[]},` + mail + `}`:                                                                                             with(channels.Bounced, false, "Transient/MailboxFull"),
		`{"eventType":"Open",` + mail + `}`: nil,
	} {
		got, err := sns.Callback(post(t, nil), a.note(t, map[string]string{"Type": "Notification", "Message": message, "Subject": "Amazon SES"}))
		if err != nil {
			t.Errorf("%s: %v", message, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", message, d)
		}
	}
}

func TestSESSignature(t *testing.T) {
	a := newAmazon(t)
	sns := email.NewSNS(topic, a.get)
	for name, body := range map[string][]byte{
		"another topic":              a.note(t, map[string]string{"Type": "Notification", "Message": "{}", "TopicArn": "arn:aws:sns:eu-central-1:666:eve"}),
		"a stranger's certificate":   a.note(t, map[string]string{"Type": "Notification", "Message": "{}", "SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.com/x.pem"}),
		"a certificate by http":      a.note(t, map[string]string{"Type": "Notification", "Message": "{}", "SigningCertURL": "http://sns.eu-central-1.amazonaws.com/x.pem"}),
		"a stranger's confirmation":  a.note(t, map[string]string{"Type": "SubscriptionConfirmation", "Message": "x", "Token": "t", "SubscribeURL": "https://evil.com/"}),
		"a changed message":          []byte(strings.Replace(string(a.note(t, map[string]string{"Type": "Notification", "Message": "{}"})), `"Message":"{}"`, `"Message":"[]"`, 1)),
		"a version that isn't known": a.note(t, map[string]string{"Type": "Notification", "Message": "{}", "SignatureVersion": "3"}),
	} {
		if _, err := sns.Callback(post(t, nil), body); !errors.Is(err, channels.ErrSignature) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func TestSNSSubscriptionConfirmsItself(t *testing.T) {
	a := newAmazon(t)
	confirm := "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
	body := a.note(t, map[string]string{"Type": "SubscriptionConfirmation", "Message": "You have chosen …", "Token": "t", "SubscribeURL": confirm})
	if _, err := email.NewSNS(topic, a.get).Callback(post(t, nil), body); err != nil {
		t.Fatal(err)
	}
	if a.visited[len(a.visited)-1] != confirm {
		t.Errorf("visited %v", a.visited)
	}
}

// A certificate is fetched once, and again when the one that is kept is no longer valid; one
// that isn't valid signs nothing.
func TestSNSCertificateIsKept(t *testing.T) {
	a := newAmazon(t)
	sns := email.NewSNS(topic, a.get)
	note := a.note(t, map[string]string{"Type": "Notification", "Message": `{"eventType":"Open"}`})
	for range 3 {
		if _, err := sns.Callback(post(t, nil), note); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.visited) != 1 {
		t.Errorf("%d fetches of one certificate: %v", len(a.visited), a.visited)
	}
	for i := range 20 { // each at an address of its own
		n := a.note(t, map[string]string{
			"Type": "Notification", "Message": `{"eventType":"Open"}`,
			"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/" + strconv.Itoa(i) + ".pem",
		})
		if _, err := sns.Callback(post(t, nil), n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sns.Callback(post(t, nil), note); err != nil || len(a.visited) != 22 {
		t.Errorf("%v after %d fetches: want the bound to have dropped the first, which is fetched again", err, len(a.visited))
	}
}

func TestSNSCertificateThatHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAmazon(t)
		sns := email.NewSNS(topic, a.get)
		note := a.note(t, map[string]string{"Type": "Notification", "Message": `{"eventType":"Open"}`})
		if _, err := sns.Callback(post(t, nil), note); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Hour) // of the bubble; the certificate lives for one
		if _, err := sns.Callback(post(t, nil), note); !errors.Is(err, channels.ErrSignature) {
			t.Errorf("%v, want a refusal", err)
		}
		a.certify(t, time.Now().Add(time.Hour)) // AWS has changed it
		if _, err := sns.Callback(post(t, nil), note); err != nil {
			t.Error(err)
		}
		if len(a.visited) != 3 {
			t.Errorf("%d fetches, want one, one that brought the expired one, and one of the new one", len(a.visited))
		}
	})
}
