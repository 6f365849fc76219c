package render

import (
	"fmt"
	"strings"
	"time"

	qrcode "github.com/skip2/go-qrcode"

	"github.com/vondi-global/notifications/internal/notify"
)

// attachments are the files that go with an email of some types.
func (v *View) attachments(d notify.Delivery) ([]notify.Attachment, error) {
	switch v.Type {
	case "pvz.parcel.arrived":
		return v.pickupQR()
	case "franchise.training_scheduled":
		return v.calendar(d), nil
	}
	return nil, nil
}

// PickupQR is the content id of the picture that the email of pvz.parcel.arrived shows.
const PickupQR = "pickup-code"

// pickupQR draws the code for the scanner at the desk.
func (v *View) pickupQR() ([]notify.Attachment, error) {
	code := v.payload.text("pickup_code")
	if code == "" || len(code) > 64 {
		return nil, nil
	}
	png, err := qrcode.Encode(code, qrcode.Medium, 240)
	if err != nil {
		return nil, fmt.Errorf("the pick-up code can't be drawn") // the cause may quote it
	}
	return []notify.Attachment{{Name: "pickup-code.png", Type: "image/png", Data: png, ContentID: PickupQR}}, nil
}

// calendar is the training as a calendar entry (RFC 5545).
func (v *View) calendar(d notify.Delivery) []notify.Attachment {
	starts, ok := v.payload.time("starts_at")
	if !ok {
		return nil
	}
	ends, _ := v.payload.time("ends_at")
	if !ends.After(starts) {
		ends = starts.Add(2 * time.Hour)
	}
	place, _ := v.F["place"].(string)
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//" + icsText(v.Brand.Name) + "//notifications//EN", "METHOD:PUBLISH",
		"BEGIN:VEVENT", "UID:" + d.ID + "@notifications",
		"DTSTAMP:" + icsTime(d.Event.Time), "DTSTART:" + icsTime(starts), "DTEND:" + icsTime(ends),
		"SUMMARY:" + icsText(v.dress.training), "LOCATION:" + icsText(place), "URL:" + v.Link,
		"END:VEVENT", "END:VCALENDAR",
	}
	var b strings.Builder
	for _, line := range lines {
		if !strings.HasSuffix(line, ":") {
			b.WriteString(icsFold(line) + "\r\n")
		}
	}
	return []notify.Attachment{{Name: "training.ics", Type: "text/calendar; method=PUBLISH; charset=utf-8", Data: []byte(b.String())}}
}

func icsTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", "")

func icsText(s string) string { return icsEscapes.Replace(s) }

// icsFold breaks a line at 75 octets, never inside a rune (RFC 5545, 3.1).
func icsFold(line string) string {
	var b strings.Builder
	used := 0
	for _, r := range line {
		n := len(string(r))
		if used+n > 75 {
			b.WriteString("\r\n ")
			used = 1
		}
		b.WriteRune(r)
		used += n
	}
	return b.String()
}
