package email_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

// arrived sends m and returns it as it arrived.
func arrived(t *testing.T, change func(*email.Config), m notify.Message) simulators.Captured {
	t.Helper()
	server, inbox := relay(t)
	cfg := config(t, server.Addr())
	if change != nil {
		change(&cfg)
	}
	if _, err := sender(t, cfg).Send(t.Context(), addressee, m); err != nil {
		t.Fatal(err)
	}
	return only(t, inbox)
}

func TestHeaders(t *testing.T) {
	got := arrived(t, func(c *email.Config) {
		c.ReplyTo, c.SenderID, c.UnsubscribeMail = "podrska@vondi.rs", "vondi", "odjava@vondi.rs"
	}, message())
	want := map[string]string{
		"From":                     `"Vondi" <no-reply@vondi.rs>`,
		"To":                       `Jelena Petrović <jelena.petrovic@example.com>`,
		"Reply-To":                 "<podrska@vondi.rs>",
		"Subject":                  message().Subject,
		"Date":                     "Tue, 24 Nov 2026 12:00:00 +0000",
		"Message-Id":               "<q2x7mfa6z4s5k3wbn2pct7r2yu@vondi.rs>",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"Content-Language":         "sr-Latn",
		"Feedback-Id":              "order.shipped:order:email:vondi",
		"List-Unsubscribe":         "<https://vondi.rs/u/kX3secretsecretsecret>, <mailto:odjava@vondi.rs?subject=unsubscribe>",
		"List-Unsubscribe-Post":    "List-Unsubscribe=One-Click",
		"X-Order":                  "12345",
	}
	for k, v := range want {
		if d := cmp.Diff([]string{v}, got.Headers[k]); d != "" {
			t.Errorf("%s: %s", k, d)
		}
	}
	if _, ok := got.Headers["User-Agent"]; ok {
		t.Error("the library announces itself")
	}
}

func TestMandatoryMessageOffersNoUnsubscribing(t *testing.T) {
	m := message()
	m.Unsubscribe = ""
	got := arrived(t, nil, m)
	if got.Headers["List-Unsubscribe"] != nil || got.Headers["List-Unsubscribe-Post"] != nil {
		t.Errorf("headers %v", got.Headers)
	}
}

// One-click needs https; a link of the dev mode is offered without it.
func TestOneClickOnlyByHTTPS(t *testing.T) {
	m := message()
	m.Unsubscribe = "http://127.0.0.1:8085/u/x"
	got := arrived(t, nil, m)
	if got.Headers["List-Unsubscribe"] == nil || got.Headers["List-Unsubscribe-Post"] != nil {
		t.Errorf("headers %v", got.Headers)
	}
}

func TestBodiesAndFiles(t *testing.T) {
	m := message()
	m.Attachments = []notify.Attachment{
		{Name: "obuka.ics", Type: "text/calendar; charset=utf-8; method=REQUEST", Data: []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")},
		{Name: "qr.png", Type: "image/png", Data: bytes.Repeat([]byte{0, 1, 2, 0xff}, 500), ContentID: "qr"},
	}
	got := arrived(t, nil, m)
	if got.Text != crlf(m.Text) && got.Text != m.Text {
		t.Errorf("text %q", got.Text)
	}
	if strings.TrimSpace(got.HTML) != m.HTML {
		t.Errorf("html %q", got.HTML)
	}
	raw := string(got.Raw)
	if p, h := strings.Index(raw, "text/plain"), strings.Index(raw, "text/html"); p < 0 || h < p {
		t.Error("the plain part must come before the HTML one")
	}
	if !strings.Contains(raw, "Content-ID: <qr>") && !strings.Contains(raw, "Content-Id: <qr>") {
		t.Error("the inline image has no <qr>")
	}
	files := map[string]simulators.File{}
	for _, f := range got.Files {
		files[f.Name] = f
	}
	for _, a := range m.Attachments {
		if f := files[a.Name]; !bytes.Equal(f.Data, a.Data) || !strings.HasPrefix(a.Type, f.Type) {
			t.Errorf("%s arrived as %s with %d bytes, want %d", a.Name, f.Type, len(f.Data), len(a.Data))
		}
	}
}

func TestEnvelopeNamesTheDelivery(t *testing.T) {
	got := arrived(t, func(c *email.Config) { c.BounceDomain = "b.vondi.rs" }, message())
	if want := "bounce+q2x7mfa6z4s5k3wbn2pct7r2yu@b.vondi.rs"; got.From != want {
		t.Errorf("envelope sender %q, want %q", got.From, want)
	}
	if got.Headers["From"][0] != `"Vondi" <no-reply@vondi.rs>` {
		t.Errorf("From %q", got.Headers["From"])
	}
}

// The relay's own webhooks give the delivery back in these.
func TestProfilesCarryTheDelivery(t *testing.T) {
	for profile, header := range map[email.Profile]string{
		email.SES: "X-Ses-Message-Tags", email.SendGrid: "X-Smtpapi", email.Mailgun: "X-Mailgun-Variables",
	} {
		got := arrived(t, func(c *email.Config) { c.Relay.Profile = profile }, message())
		if v := got.Headers[header]; len(v) != 1 || !strings.Contains(v[0], message().Delivery) {
			t.Errorf("%s: %s is %q", profile, header, v)
		}
	}
}

func TestDKIMVerifies(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pub, _ := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	edPub, edKey, _ := ed25519.GenerateKey(rand.Reader)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(edKey)
	records := map[string]string{
		"s1": "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(pub),
		"ed": "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(edPub),
	}
	for selector, der := range map[string][]byte{"s1": x509.MarshalPKCS1PrivateKey(rsaKey), "ed": pkcs8} {
		kind := map[string]string{"s1": "RSA PRIVATE KEY", "ed": "PRIVATE KEY"}[selector]
		key, err := email.ParseKey(secret.String(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
		if err != nil {
			t.Fatal(err)
		}
		got := arrived(t, func(c *email.Config) { c.DKIM = &email.DKIM{Domain: "vondi.rs", Selector: selector, Key: key} }, message())
		verify := func(raw []byte) error {
			v, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
				LookupTXT: func(string) ([]string, error) { return []string{records[selector]}, nil },
			})
			if err != nil || len(v) != 1 {
				t.Fatalf("%s: %d signatures, %v", selector, len(v), err)
			}
			return v[0].Err
		}
		if err := verify(got.Raw); err != nil {
			t.Errorf("%s: %v", selector, err)
		}
		forged := bytes.Replace(got.Raw, []byte("List-Unsubscribe-Post: List"), []byte("List-Unsubscribe-Post: Mist"), 1)
		if verify(forged) == nil {
			t.Errorf("%s: a changed List-Unsubscribe-Post verifies", selector)
		}
		added := bytes.Replace(got.Raw, []byte("\r\nFrom:"), []byte("\r\nFrom: Eve <eve@example.com>\r\nFrom:"), 1)
		if verify(added) == nil {
			t.Errorf("%s: a second From verifies", selector)
		}
	}
}

func TestDKIMKeyThatIsNone(t *testing.T) {
	for _, s := range []string{"", "not pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := email.ParseKey(secret.String(s)); err == nil {
			t.Errorf("%q: want an error", s)
		}
	}
}
