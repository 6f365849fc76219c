package render

import (
	"fmt"
	"text/template/parse"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// uses are the payload's fields that a text or a template names.
type uses struct {
	names map[string]bool
	all   bool // it looks at the fields as a whole: {{index .F "x"}}, {{range .F}}
}

func (u *uses) add(name string) {
	if u.names == nil {
		u.names = map[string]bool{}
	}
	u.names[name] = true
}

func (u *uses) merge(v uses) {
	for name := range v.names {
		u.add(name)
	}
	u.all = u.all || v.all
}

// usesOfText finds the fields of a text, where the dot is the fields themselves.
func usesOfText(src string) (u uses, err error) {
	trees, err := parse.Parse("text", src, "", "", builtins)
	if err != nil {
		return u, err
	}
	for _, tree := range trees {
		walk(tree.Root, func(path []string) { u.add(path[0]) })
	}
	return u, nil
}

// builtins lets texts be parsed without being compiled.
var builtins = map[string]any{
	"and": true, "or": true, "not": true, "len": true, "index": true, "slice": true, "print": true, "printf": true, "println": true,
	"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true, "html": true, "js": true, "urlquery": true, "call": true,
}

// walk calls visit with each chain of fields that begins at the template's own dot. Inside
// {{with}} and {{range}} the dot is another one; there only $ is the template's.
func walk(n parse.Node, visit func(path []string)) {
	walker{visit, func(string) {}}.node(n, true)
}

// calls lists the templates that a template calls.
func calls(n parse.Node) (names []string) {
	walker{func([]string) {}, func(name string) { names = append(names, name) }}.node(n, true)
	return names
}

type walker struct {
	visit func(path []string)
	call  func(template string)
}

func (w walker) node(n parse.Node, own bool) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				w.node(child, own)
			}
		}
	case *parse.ActionNode:
		w.node(n.Pipe, own)
	case *parse.TemplateNode:
		w.call(n.Name)
		w.node(n.Pipe, own)
	case *parse.IfNode:
		w.branch(&n.BranchNode, own, own)
	case *parse.WithNode:
		w.branch(&n.BranchNode, own, false)
	case *parse.RangeNode:
		w.branch(&n.BranchNode, own, false)
	case *parse.PipeNode:
		w.pipe(n, own)
	case *parse.FieldNode:
		if own {
			w.visit(n.Ident)
		}
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			w.visit(n.Ident[1:])
		}
	}
}

func (w walker) branch(n *parse.BranchNode, own, inside bool) {
	w.node(n.Pipe, own)
	w.node(n.List, inside)
	w.node(n.ElseList, own)
}

func (w walker) pipe(n *parse.PipeNode, own bool) {
	if n == nil {
		return
	}
	for _, cmd := range n.Cmds {
		for _, arg := range cmd.Args {
			w.node(arg, own)
		}
	}
}

// loose says whether a type's payload lacks one of the fields: then it is looked for in
// what else the producer sent.
func (u uses) loose(t *eventtypes.Type) bool {
	if u.all {
		return true
	}
	for name := range u.names {
		if !t.Payload.Has(name) && derivedFields[name] == nil && name != "name" {
			return true
		}
	}
	return false
}

// readUses notes for each voice which fields its message needs.
func (s *Set) readUses() error {
	types := map[string]*eventtypes.Type{}
	for _, a := range Audiences() {
		types[a.Message] = a.Type
	}
	for key, v := range s.voices {
		typ := types[key.message]
		page := s.pages[v.tag].uses(key.channel, key.message, string(typ.Name))
		v.uses.merge(page.fields)
		v.items = page.items
		for _, t := range v.parts() {
			if t.plain != "" || t.id == "" {
				continue
			}
			if t.count != "" {
				v.uses.add(t.count)
			}
			for _, src := range forms(v.texts[t.id]) {
				u, err := usesOfText(src)
				if err != nil {
					return fmt.Errorf("%s:%d: %s: %w", v.file, v.lines[t.id], t.id, err)
				}
				v.uses.merge(u)
			}
		}
		v.loose = v.uses.loose(typ)
	}
	return nil
}

// pageUses is what a page names.
type pageUses struct {
	fields uses
	shared map[string]bool // keys of [common], under .T
	items  bool
}

// uses finds what the page of some words names, in it and in all templates that it calls.
func (p *pages) uses(ch notify.Channel, message, typ string) (u pageUses) {
	u.shared = map[string]bool{}
	for _, tree := range p.trees(ch, message, typ) {
		walk(tree, func(path []string) {
			switch path[0] {
			case "Items":
				u.items = true
			case "T":
				if len(path) > 1 {
					u.shared[path[1]] = true
				}
			case "F":
				if len(path) == 1 {
					u.fields.all = true
				} else {
					u.fields.add(path[1])
				}
			}
		})
	}
	return u
}

// trees are the parsed templates that a message of a channel runs through.
func (p *pages) trees(ch notify.Channel, message, typ string) (list []parse.Node) {
	collect := func(roots []string, find func(name string) *parse.Tree) {
		seen := map[string]bool{}
		for len(roots) > 0 {
			name := roots[0]
			roots = roots[1:]
			tree := find(name)
			if seen[name] || tree == nil {
				continue
			}
			seen[name] = true
			list = append(list, tree.Root)
			roots = append(roots, calls(tree.Root)...)
		}
	}
	if t := pick(p.html, ch, message, typ); t != nil {
		collect([]string{"email/layout.html", t.Name()}, func(name string) *parse.Tree {
			if t := t.Lookup(name); t != nil {
				return t.Tree
			}
			return nil
		})
	}
	if t := pick(p.text, ch, message, typ); t != nil {
		collect([]string{"email/layout.txt", t.Name(), "title", "body"}, func(name string) *parse.Tree {
			if t := t.Lookup(name); t != nil {
				return t.Tree
			}
			return nil
		})
	}
	return list
}
