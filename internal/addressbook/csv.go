package addressbook

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// csvColumns are the columns that a CSV may have, in any order; user_id it must. Push
// tokens stand as "android:token", several of them, like audiences, with spaces between.
// What else is known of a person only JSON Lines carry.
func csvColumns() []string {
	return []string{"user_id", "name", "email", "phone", "telegram_chat_id", "push_tokens", "locale", "timezone", "audiences"}
}

// csvTable is a CSV whose header is read.
type csvTable struct {
	comma   rune
	columns []string
}

// parseHeader reads the first line. A ";" between the columns, as spreadsheets of this
// region write it, is understood.
func parseHeader(line string) (csvTable, error) {
	t := csvTable{comma: ','}
	if strings.Contains(line, ";") && !strings.Contains(line, ",") {
		t.comma = ';'
	}
	cells, err := t.cells(line)
	if err != nil {
		return t, fmt.Errorf("header: %w", err)
	}
	for _, c := range cells {
		c = strings.ToLower(strings.TrimSpace(c))
		switch {
		case !slices.Contains(csvColumns(), c):
			return t, fmt.Errorf("header: unknown column %q: want some of %s", notify.Printable(c, 40), strings.Join(csvColumns(), ", "))
		case slices.Contains(t.columns, c):
			return t, fmt.Errorf("header: column %s stands there twice", c)
		}
		t.columns = append(t.columns, c)
	}
	if !slices.Contains(t.columns, "user_id") {
		return t, errors.New("header: column user_id is missing")
	}
	return t, nil
}

// cells takes one line apart. A line is a record: a field can't hold a line break, and so
// a quote that is never closed costs its own line only.
func (t csvTable) cells(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = t.comma
	cells, err := r.Read()
	if err != nil {
		return nil, errors.New("broken quotes: want fields as in RFC 4180, without line breaks in them")
	}
	return cells, nil
}

func (t csvTable) parse(line string) (record, error) {
	cells, err := t.cells(line)
	if err != nil {
		return record{}, err
	}
	if len(cells) != len(t.columns) {
		return record{}, fmt.Errorf("found %d fields: want %d, as in the header", len(cells), len(t.columns))
	}
	var r record
	for i, column := range t.columns {
		if err := r.set(column, strings.TrimSpace(cells[i])); err != nil {
			return record{}, err
		}
	}
	return r, nil
}

func (r *record) set(column, v string) (err error) {
	switch column {
	case "user_id":
		r.UserID = eventtypes.ID(v)
	case "name":
		r.Name = v
	case "email":
		r.Email = v
	case "phone":
		r.Phone = v
	case "telegram_chat_id":
		r.TelegramChat = eventtypes.ID(v)
	case "push_tokens":
		r.PushTokens, err = parseTokens(v)
	case "locale":
		r.Locale = v
	case "timezone":
		r.TimeZone = v
	case "audiences":
		r.Audiences = strings.Fields(v)
	}
	return err
}

func parseTokens(v string) ([]notify.PushToken, error) {
	var list []notify.PushToken
	for _, word := range strings.Fields(v) {
		platform, token, ok := strings.Cut(word, ":")
		if !ok {
			return nil, invalid("push_tokens", "want platform:token, such as android:dGhl…")
		}
		list = append(list, notify.PushToken{Token: token, Platform: platform})
	}
	return list, nil
}

// row is the record in the order of [csvColumns].
func (r record) row() []string {
	var tokens []string
	for _, t := range r.PushTokens {
		tokens = append(tokens, t.Platform+":"+t.Token)
	}
	return []string{
		string(r.UserID), r.Name, r.Email, r.Phone, string(r.TelegramChat), strings.Join(tokens, " "),
		r.Locale, r.TimeZone, strings.Join(r.Audiences, " "),
	}
}
