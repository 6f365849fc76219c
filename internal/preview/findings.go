package preview

import (
	"path"
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// findings are what the lint says of a set, by what an author may mend: a broken layout makes
// thousands of them, and each page asks for all its neighbours.
type findings struct {
	all   []render.Finding
	about map[subject][]render.Finding
}

// subject is what a finding is about: some words in a file of the set, or the file itself.
type subject struct{ where, message string }

func sortOut(all []render.Finding) findings {
	f := findings{all, map[subject][]render.Finding{}}
	messages := map[string]bool{}
	for _, a := range render.Audiences() {
		messages[a.Message] = true
	}
	for _, x := range all {
		where := x.File
		if strings.HasPrefix(where, "templates/") {
			where = path.Dir(where) // which of a channel's files it is doesn't matter
		}
		about := subject{where, messageOf(x.What, messages)}
		f.about[about] = append(f.about[about], x)
	}
	return f
}

// messageOf reads whose words a finding begins with: "order.created.short with the …",
// "order.created in ru …". Others are about the file.
func messageOf(what string, messages map[string]bool) string {
	first, _, _ := strings.Cut(what, " ")
	for key := strings.TrimRight(first, ":"); key != ""; key = key[:max(strings.LastIndexByte(key, '.'), 0)] {
		if messages[key] {
			return key
		}
	}
	return ""
}

// at returns those that concern a message: its words, and the templates that it is made with.
func (f findings) at(p place) (here []render.Finding) {
	folder := "templates/" + string(p.Channel)
	for _, about := range []subject{
		{"locales/" + p.Locale + ".toml", p.Audience.Message}, {folder, p.Audience.Message}, {folder, ""},
	} {
		here = append(here, f.about[about]...)
	}
	return here
}

// mostShown is how many findings the first page lists.
const mostShown = 200

// first are those that are listed.
func (f findings) first() []render.Finding { return f.all[:min(len(f.all), mostShown)] }
