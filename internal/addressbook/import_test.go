package addressbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vondi-global/notifications/internal/notify"
)

// faults collects what an import complains of.
type faults map[int]string

func (f faults) add(line int, err error) { f[line] = err.Error() }

func TestABadLineIsReportedAndStopsNothing(t *testing.T) {
	const lines = `{"user_id":"890","name":"Jelena","email":"jelena@example.com","phone":"+381631234567","telegram_chat_id":"555","push_tokens":[{"token":"t","platform":"android"}],"locale":"sr","timezone":"Europe/Belgrade"}
{"user_id":"1","email":"broken"}
{"user_id":2,"telegram_chat_id":777}

not json
{"user_id":"3","mail":"a@example.com"}
{"user_id":"4","push_tokens":"t"}
{"email":"a@example.com"}
{"user_id":"5"} {"user_id":"6"}
{"user_id":"7","preferences":{"order/fax":{}}}
{"user_id":"8","name":"Last"}
{"user_id":"9","name":"Petrovi` + "\xe6" + `"}
{"user_id":"10","name":"two\nlines"}`
	b, _, _ := open(t)
	bad := faults{}
	n, err := b.Import(t.Context(), strings.NewReader(lines), JSONLines, bad.add)
	if err != nil || n != 3 {
		t.Errorf("%d written, %v", n, err)
	}
	want := faults{
		2:  "email: want an address such as jelena@example.com",
		5:  "no valid JSON: want one object in the line",
		6:  `unknown field "mail": want one of user_id, name, email, phone, telegram_chat_id, push_tokens, locale, timezone, audiences, email_verified, phone_verified, banned, banned_until, preferences, health`,
		7:  "push_tokens: want a list, not a string",
		8:  "user_id: it is missing",
		9:  "want one JSON object, found more behind it",
		10: `preference: unknown channel "fax": want *, email, telegram, sms or push`,
		12: "the line is not UTF-8: save the file as UTF-8",
		13: "name: it holds control characters",
	}
	if diff := cmp.Diff(want, bad); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	jelena := notify.Contact{
		UserID: "890", Name: "Jelena", Email: "jelena@example.com", Phone: "+381631234567", TelegramChat: "555", Locale: "sr-Latn",
		TimeZone: "Europe/Belgrade", PushTokens: []notify.PushToken{{Token: "t", Platform: "android", LastSeen: noon}},
	}
	if diff := cmp.Diff(jelena, contact(t, b, "890")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if contact(t, b, "2").TelegramChat != "777" || contact(t, b, "8").Name != "Last" {
		t.Error("lines behind a bad one are missing")
	}
}

func TestCSVAsSpreadsheetsWriteIt(t *testing.T) {
	for name, lines := range map[string]string{
		"commas":     "user_id,email,name,push_tokens\n1,a@example.com,\"Petrović, Ana\",ios:fcm:x web:y\n2,b@example.com\n3,\"open\n4,d@example.com,D,\n",
		"semicolons": "\ufeffUSER_ID;Email;name;push_tokens\r\n1;a@example.com;Petrović, Ana;ios:fcm:x web:y\r\n2;b@example.com\r\n3;\"open\r\n4;d@example.com;D;\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			b, _, _ := open(t)
			bad := faults{}
			n, err := b.Import(t.Context(), strings.NewReader(lines), CSV, bad.add)
			if err != nil || n != 2 || len(bad) != 2 || !strings.HasPrefix(bad[3], "found 2 fields") || !strings.HasPrefix(bad[4], "broken quotes") {
				t.Errorf("%d written, %v, %v", n, err, bad)
			}
			c := contact(t, b, "1")
			if c.Name != "Petrović, Ana" || len(c.PushTokens) != 2 || c.PushTokens[0].Token != "fcm:x" || contact(t, b, "4").Name != "D" {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestACSVWithoutAGoodHeaderIsNotRead(t *testing.T) {
	b, _, _ := open(t)
	for lines, want := range map[string]string{
		"":                        "the file is empty",
		"name,email\nA,a@b.rs":    "column user_id is missing",
		"user_id,mail\n1,a@b.rs":  "unknown column \"mail\"",
		"user_id,user_id\n1,1":    "stands there twice",
		"user_id,\"email\n1,a@b":  "broken quotes",
		"\n\n \nuser_id,fax\n1,2": "unknown column \"fax\"",
	} {
		n, err := b.Import(t.Context(), strings.NewReader(lines), CSV, faults{}.add)
		if n != 0 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", lines, err, want)
		}
	}
}

func TestALineTooLongIsPassedOver(t *testing.T) {
	b, _, _ := open(t)
	lines := `{"user_id":"1","name":"` + strings.Repeat("x", 3<<20) + "\"}\n" + `{"user_id":"2","name":"B"}`
	bad := faults{}
	n, err := b.Import(t.Context(), strings.NewReader(lines), JSONLines, bad.add)
	if err != nil || n != 1 || !strings.Contains(bad[1], "longer than") || contact(t, b, "2").Name != "B" {
		t.Errorf("%d written, %v, %v", n, err, bad)
	}
}

func TestAnImportThatBreaksOffSaysSo(t *testing.T) {
	b, _, _ := open(t)
	away := errors.New("the disk is away")
	r := io.MultiReader(strings.NewReader(`{"user_id":"1","name":"A"}`+"\n"), iotest.ErrReader(away))
	if n, err := b.Import(t.Context(), r, JSONLines, faults{}.add); n != 1 || !errors.Is(err, away) {
		t.Errorf("%d written, %v", n, err)
	}
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, jelena())
	for i := range 1200 {
		put(t, b, notify.Contact{UserID: fmt.Sprint("u", i), Email: fmt.Sprintf("u%d@example.com", i), Locale: "ru"})
	}
	if err := b.Join(t.Context(), "role:admin", "890", "u7"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Format{JSONLines, CSV} {
		t.Run(string(f), func(t *testing.T) {
			var file bytes.Buffer
			if n, err := b.Export(t.Context(), &file, f, true); err != nil || n < 1201 {
				t.Fatalf("%d exported, %v", n, err)
			}
			other, _, clock := open(t)
			clock.t = noon.Add(time.Hour)
			bad := faults{}
			if n, err := other.Import(t.Context(), &file, f, bad.add); err != nil || n < 1201 || len(bad) > 0 {
				t.Fatalf("%d imported, %v, %v", n, err, bad)
			}
			want := jelena()
			if f == CSV {
				want.EmailVerified, want.Banned, want.BannedUntil, want.Preferences, want.Health = time.Time{}, time.Time{}, time.Time{}, nil, nil
				want.PushTokens[0].LastSeen = clock.t // CSV doesn't say when
			}
			if diff := cmp.Diff(want, contact(t, other, "890")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkMembers(t, other, map[string][]string{"role:admin": {"890", "u7"}})
		})
	}
}

func TestOnePersonsExportHoldsEverything(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, jelena())
	if err := b.Join(t.Context(), "listing:1:watchers", "890"); err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := b.ExportPerson(t.Context(), &line, "890", true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"jelena@example.com", "+381631234567", "555", "fcm:abc", "unsubscribe link", "21610", "listing:1:watchers", "banned_until"} {
		if !strings.Contains(line.String(), want) {
			t.Errorf("%s is missing in %s", want, line.String())
		}
	}
}

func FuzzImportJSONLines(f *testing.F) {
	f.Add(`{"user_id":"890","name":"A","email":"a@example.com","push_tokens":[{"token":"t","platform":"android"}]}`)
	f.Add("{\"user_id\":1}\n\n{\"user_id\":\"2\",\"health\":{\"email:x\":{}}}\n[1]")
	f.Add("\xef\xbb\xbf{\"user_id\":\"\x00\"}\n{")
	f.Fuzz(func(t *testing.T, file string) { roundTrip(t, file, JSONLines) })
}

func FuzzImportCSV(f *testing.F) {
	f.Add("user_id,name,email,phone,telegram_chat_id,push_tokens,locale,timezone,audiences\n1,A,a@example.com,063 1234567,5,web:t,sr,UTC,role:admin\n")
	f.Add("user_id;name\r\n1;\"a;b\"\r\n\"\r\n2;x")
	f.Fuzz(func(t *testing.T, file string) { roundTrip(t, file, CSV) })
}

// roundTrip reads a file: nothing may panic, lines are counted upwards, and what was taken
// reads the same once it was written.
func roundTrip(t *testing.T, file string, f Format) {
	last := 0
	_ = readRecords(strings.NewReader(file), f, func(line int, rec record, err error) error {
		if line <= last {
			t.Fatalf("line %d comes behind line %d", line, last)
		}
		if last = line; err == nil {
			readAgain(t, rec, f)
		}
		return nil
	})
}

func readAgain(t *testing.T, rec record, f Format) {
	var out bytes.Buffer
	write, err := newWriter(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(rec); err != nil {
		t.Fatal(err)
	}
	if err := readRecords(&out, f, func(_ int, again record, err error) error {
		if diff := cmp.Diff(rec.contact(), again.contact(), cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-first +again):\n%s", err, diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
