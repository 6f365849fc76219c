package preview

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
)

// place is where a message stands in the gallery.
type place struct {
	Audience render.Audience
	Channel  notify.Channel
	Locale   string
	Sample   string

	Storefront string // whose brand it wears; empty: the marketplace's
}

// find reads a place; ok is false where there is none.
func find(set *render.Set, message, channel, locale, page string) (p place, ok bool) {
	page, isPage := strings.CutSuffix(page, ".html")
	sample, storefront, _ := strings.Cut(page, "@")
	p = place{Channel: notify.Channel(channel), Locale: locale, Sample: sample, Storefront: storefront}
	audiences := render.Audiences()
	i := slices.IndexFunc(audiences, func(a render.Audience) bool { return a.Message == message })
	if i < 0 || !isPage || !slices.Contains(notify.Channels(), p.Channel) || !slices.Contains(set.Locales(), locale) || !slices.Contains(samples(), sample) {
		return p, false
	}
	if !slices.ContainsFunc(set.Storefronts(), func(s render.Storefront) bool { return s.ID == storefront }) {
		return p, false
	}
	p.Audience = audiences[i]
	return p, true
}

func samples() []string {
	return []string{render.Typical, render.Minimal, render.Longest, render.Hostile}
}

// Path is the address of the message's page.
func (p place) Path() string {
	return path.Join(p.Audience.Message, string(p.Channel), p.Locale, p.Page())
}

// Page is the last part of the address.
func (p place) Page() string {
	if p.Storefront == "" {
		return p.Sample + ".html"
	}
	return p.Sample + "@" + url.PathEscape(p.Storefront) + ".html"
}

// sample finds the place's data.
func (p place) sample(set *render.Set) (render.Sample, error) {
	sample, err := set.FindSample(p.Audience.Type, p.Sample)
	if len(set.Storefronts()) > 1 {
		sample = sample.In(p.Storefront)
	}
	return sample, err
}

// Told says whether the catalogue tells this audience by this channel.
func (p place) Told() bool { return slices.Contains(p.Audience.Channels, p.Channel) }

// tab is a link to a neighbouring place.
type tab struct {
	Name, Path string
	Here       bool
	Quiet      bool // the catalogue doesn't tell them so
	Wrong      bool // there are findings
}

func (p place) channels(found findings) (tabs []tab) {
	for _, ch := range notify.Channels() {
		to := p
		to.Channel = ch
		tabs = append(tabs, tab{channelNames[ch], to.Path(), ch == p.Channel, !to.Told(), len(found.at(to)) > 0})
	}
	return tabs
}

func (p place) locales(set *render.Set, found findings) (tabs []tab) {
	for _, locale := range set.Locales() {
		to := p
		to.Locale = locale
		tabs = append(tabs, tab{localeNames[locale], to.Path(), locale == p.Locale, false, len(found.at(to)) > 0})
	}
	return tabs
}

func (p place) samples() (tabs []tab) {
	for _, name := range samples() {
		to := p
		to.Sample = name
		tabs = append(tabs, tab{name, to.Path(), name == p.Sample, false, false})
	}
	return tabs
}

// brands are the marketplace and its storefronts; nothing where there is no choice.
func (p place) brands(set *render.Set) (tabs []tab) {
	list := set.Storefronts()
	if len(list) == 1 {
		return nil
	}
	for _, s := range list {
		to := p
		to.Storefront = s.ID
		tabs = append(tabs, tab{s.Name, to.Path(), s.ID == p.Storefront, false, false})
	}
	return tabs
}

var localeNames = map[string]string{
	render.SerbianLatin: "srpski", render.SerbianCyrillic: "српски", render.Russian: "русский", render.English: "English",
}
