package preview

import (
	"cmp"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
)

// domain is a group of types: "order", "payment".
type domain struct {
	Name  string
	Types []typeNode
}

// typeNode is a type with those who are told of it.
type typeNode struct {
	Name, About string
	Open        bool
	Audiences   []audienceNode
}

type audienceNode struct {
	Role     string
	Channels []tab
}

// tree lists audiences by their types, as places like from: same language and sample.
func tree(from place, audiences []render.Audience, found findings) (domains []domain) {
	for _, a := range audiences {
		name := string(a.Type.Name)
		group, _, _ := strings.Cut(name, ".")
		if n := len(domains); n == 0 || domains[n-1].Name != group {
			domains = append(domains, domain{Name: group})
		}
		d := &domains[len(domains)-1]
		if n := len(d.Types); n == 0 || d.Types[n-1].Name != name {
			d.Types = append(d.Types, typeNode{Name: name, About: a.Type.About})
		}
		t := &d.Types[len(d.Types)-1]
		here := from.Audience.Message == a.Message
		t.Open = t.Open || here
		t.Audiences = append(t.Audiences, audienceNode{cmp.Or(a.Role, "nobody yet"), channelTabs(from, a, here, found)})
	}
	return domains
}

func channelTabs(from place, a render.Audience, here bool, found findings) (tabs []tab) {
	for _, ch := range notify.Channels() {
		to := from
		to.Audience, to.Channel = a, ch
		tabs = append(tabs, tab{channelNames[ch], to.Path(), here && ch == from.Channel, !to.Told(), len(found.at(to)) > 0})
	}
	return tabs
}

// start is a place without an audience: none of the tree is open.
func start(set *render.Set) place {
	return place{Channel: notify.Email, Locale: set.Locales()[0], Sample: render.Typical}
}
