package preview

import (
	"path"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// findings are what the lint says of a set.
type findings []render.Finding

// at returns those that a message's author can mend: of its words, and of the templates
// that it is made with.
func (f findings) at(p place) (here findings) {
	for _, x := range f {
		if f.concerns(x, p) {
			here = append(here, x)
		}
	}
	return here
}

func (findings) concerns(x render.Finding, p place) bool {
	if x.File == "locales/"+p.Locale+".toml" {
		return names(x.What, p.Audience.Message)
	}
	folder, ok := strings.CutPrefix(path.Dir(x.File), "templates/")
	return ok && folder == string(p.Channel) && (names(x.What, p.Audience.Message) || !namesAny(x.What))
}

// names says whether a finding is about some words: it then begins with their key, and
// neither that of another audience.
func names(what, message string) bool {
	rest, ok := strings.CutPrefix(what, message)
	if !ok {
		return false
	}
	key, _, _ := strings.Cut(rest, " ")
	return key == "" || key == ":" || slices.Contains([]string{".subject", ".title", ".body", ".short", ".button"}, strings.TrimRight(key, ":"))
}

func namesAny(what string) bool {
	first, _, _ := strings.Cut(what, " ")
	return slices.ContainsFunc(render.Audiences(), func(a render.Audience) bool { return strings.HasPrefix(first, string(a.Type.Name)) })
}
