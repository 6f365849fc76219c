package ctl

// colour is what a word is painted in, on a terminal.
type colour string

// The colours.
const (
	green  colour = "32"
	yellow colour = "33"
	red    colour = "31"
	grey   colour = "90"
	bold   colour = "1"
)

// paint colours a text where colours make sense: on a terminal, unless --no-color or
// NO_COLOR says otherwise.
func (s *session) paint(c colour, text string) string {
	if !s.Terminal || s.flags.noColor || s.env("NO_COLOR") != "" || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}
