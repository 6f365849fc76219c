package render

import (
	"fmt"
	"strings"
	"text/template/parse"
)

// phrase is a text taken apart into words and fields. Nearly all texts are that simple, and
// are said several times faster than by a template; the others stay templates.
type phrase []segment

// segment is some words; else a field; else, with inside, what {{with .field}} wraps, in
// which the field itself has no name.
type segment struct {
	words  string
	field  string
	inside phrase
}

// dot is the field of {{.}} inside {{with}}.
const dot = "."

// phraseOf takes a text apart. ok is false where it says more than words, {{.field}} and
// {{with .field}}…{{.}}…{{end}}.
func phraseOf(list *parse.ListNode, within bool) (p phrase, ok bool) {
	for _, n := range list.Nodes {
		s, ok := segmentOf(n, within)
		if !ok {
			return nil, false
		}
		p = append(p, s)
	}
	return p, true
}

func segmentOf(n parse.Node, within bool) (s segment, ok bool) {
	switch n := n.(type) {
	case *parse.TextNode:
		return segment{words: string(n.Text)}, true
	case *parse.ActionNode:
		name, ok := fieldOf(n.Pipe)
		return segment{field: name}, ok && within == (name == dot)
	case *parse.WithNode:
		name, ok := fieldOf(n.Pipe)
		if !ok || within || n.ElseList != nil {
			return s, false
		}
		inside, ok := phraseOf(n.List, true)
		return segment{field: name, inside: inside}, ok && len(inside) > 0
	}
	return s, false
}

// fieldOf returns the field that a pipe is, "." for the dot.
func fieldOf(p *parse.PipeNode) (name string, ok bool) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return "", false
	}
	switch n := p.Cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		return n.Ident[0], len(n.Ident) == 1
	case *parse.DotNode:
		return dot, true
	}
	return "", false
}

// say writes the phrase with the values that it names.
func (p phrase) say(b *strings.Builder, values map[string]any, this string) error {
	for _, s := range p {
		switch s.field {
		case "":
			b.WriteString(s.words)
		case dot:
			b.WriteString(this)
		default:
			value, ok := values[s.field].(string)
			if !ok {
				return fmt.Errorf("no text for {{.%s}}", s.field)
			}
			if s.inside == nil {
				b.WriteString(value)
			} else if value != "" {
				if err := s.inside.say(b, nil, value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
