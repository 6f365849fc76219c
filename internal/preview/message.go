package preview

import (
	"encoding/json"
	"fmt"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/screen"
	"github.com/vondi-global/notifications/internal/sms"
)

// shown is a message as the page shows it.
type shown struct {
	notify.Message
	Errors   []string // why there is no message
	Fallback string   // the language it came out in, where that isn't the wanted one

	Frame   string   // email: the whole document for the sandboxed frame
	Headers []header // email
	Facts   []string // what it weighs
	Payload string   // push: what the phone gets
}

type header struct{ Name, Value string }

// render makes a sample's message.
func (p place) render(set *render.Set, sample render.Sample) shown {
	m, err := set.RenderSample(p.Audience.Type, p.Audience.Role, p.Channel, p.Locale, sample)
	if err != nil {
		return shown{Errors: reasons(err)}
	}
	s := shown{Message: m}
	if m.Locale != p.Locale {
		s.Fallback = m.Locale
	}
	switch p.Channel {
	case notify.Email:
		s.email()
	case notify.Telegram:
		s.Facts = []string{fmt.Sprintf("%d of 4096 characters", len([]rune(m.HTML)))}
	case notify.SMS:
		s.sms()
	case notify.Push:
		s.push()
	}
	return s
}

// framePolicy is the second wall around an email; the frame's sandbox is the first.
const framePolicy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src https: data:">`

func (s *shown) email() {
	s.Frame = framePolicy + screen.Email(s.HTML, pictures(s.Message))
	s.Headers = []header{{"Subject", s.Subject}, {"Content-Language", s.Locale}}
	if s.Unsubscribe != "" {
		s.Headers = append(s.Headers, header{"List-Unsubscribe", "<" + s.Unsubscribe + ">"}, header{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	for _, a := range s.Attachments {
		s.Headers = append(s.Headers, header{"Attachment", fmt.Sprintf("%s, %s, %s", a.Name, a.Type, size(len(a.Data)))})
	}
	s.Facts = []string{
		fmt.Sprintf("subject %d of 78 characters", len([]rune(s.Subject))), "HTML " + size(len(s.HTML)) + " of 100 KB", "text " + size(len(s.Text)),
	}
}

func size(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f KB", float64(n)/1024)
}

// pictures are the attachments that the email shows.
func pictures(m notify.Message) (list []screen.Picture) {
	for _, a := range m.Attachments {
		list = append(list, screen.Picture{Names: []string{a.ContentID}, Type: a.Type, Data: a.Data})
	}
	return list
}

func (s *shown) sms() {
	n, enc := sms.Count(s.Text)
	length, _ := sms.Units(s.Text)
	segments := fmt.Sprintf("%d segments", n)
	if n == 1 {
		segments = "1 segment"
	}
	s.Facts = []string{segments, encodingNames[enc], fmt.Sprintf("%d of %d characters", length, sms.Room(max(n, 1), enc))}
}

var encodingNames = map[sms.Encoding]string{sms.GSM7: "GSM-7", sms.UCS2: "UCS-2"}

func (s *shown) push() {
	fields := map[string]string{"title": s.Title, "body": s.Text, "link": s.Link, "image": s.Image, "collapse": s.Collapse}
	for name, value := range fields {
		if value == "" {
			delete(fields, name)
		}
	}
	payload, _ := json.MarshalIndent(fields, "", "  ") // strings always marshal
	s.Payload = string(payload)
	s.Facts = []string{
		fmt.Sprintf("title %d characters, phones show about 40", len([]rune(s.Title))), fmt.Sprintf("body %d", len([]rune(s.Text))), size(len(payload)) + " of 4 KB",
	}
}
