package render

import (
	"fmt"
	"reflect"
	"strings"
	"text/template/parse"
)

// program is a template taken apart into steps, which run several times faster than the
// template walks itself: names are looked up once, when the set is loaded, and not for each
// message. It narrows nothing for authors. A template that does more than a program can has
// none and walks; so does one whose program meets a value that it doesn't know.
type program struct {
	steps []step
	size  int   // about how long its text gets
	alone value // the template is this value and nothing else: {{.Title}}
}

// A step writes a part of the text.
type step func(b *strings.Builder, at scope[reflect.Value]) error

// scope is what $ and the dot stand for: their types while a program is made, their values
// while it runs.
type scope[T any] struct{ root, dot T }

// run writes the text that a template makes of data.
func (p *program) run(data any) (string, error) {
	v := reflect.ValueOf(data)
	if p.alone != nil {
		return p.copied(scope[reflect.Value]{v, v})
	}
	var b strings.Builder
	b.Grow(p.size)
	err := runAll(p.steps, &b, scope[reflect.Value]{v, v})
	return b.String(), err
}

// copied is the text of a template that is one value.
func (p *program) copied(at scope[reflect.Value]) (string, error) {
	v, err := p.alone(at)
	if err == nil && v.Kind() != reflect.String {
		err = strange(v)
	}
	return v.String(), err
}

func runAll(steps []step, b *strings.Builder, at scope[reflect.Value]) error {
	for _, s := range steps {
		if err := s(b, at); err != nil {
			return err
		}
	}
	return nil
}

// compiler makes programs.
type compiler struct {
	find  func(name string) *parse.Tree
	print func(escapers string) (printer, bool)
	depth int // of templates that call templates
	size  int
}

// maxDepth is more than templates need that don't call themselves.
const maxDepth = 10

// compile takes a template apart; nil where it does more than a program can. The templates
// that it calls become part of it.
func compile(find func(name string) *parse.Tree, name string, data any, print func(escapers string) (printer, bool)) *program {
	c := compiler{find: find, print: print}
	t := reflect.TypeOf(data)
	steps, ok := c.template(name, scope[reflect.Type]{t, t})
	if !ok {
		return nil
	}
	p := &program{steps: steps, size: c.size}
	if _, plain := print(""); plain {
		p.alone = onlyValue(find(name).Root, scope[reflect.Type]{t, t})
	}
	return p
}

// onlyValue returns what a template of one action prints, nil for any other.
func onlyValue(list *parse.ListNode, at scope[reflect.Type]) value {
	if len(list.Nodes) != 1 {
		return nil
	}
	action, ok := list.Nodes[0].(*parse.ActionNode)
	if !ok {
		return nil
	}
	v, _, _ := pipe(action.Pipe, at)
	return v
}

func (c *compiler) template(name string, at scope[reflect.Type]) (steps []step, ok bool) {
	tree := c.find(name)
	if tree == nil || c.depth == maxDepth {
		return nil, false
	}
	c.depth++
	defer func() { c.depth-- }()
	return c.list(tree.Root, at)
}

func (c *compiler) list(list *parse.ListNode, at scope[reflect.Type]) (steps []step, ok bool) {
	if list == nil {
		return nil, true
	}
	for _, n := range list.Nodes {
		s, ok := c.node(n, at)
		if !ok {
			return nil, false
		}
		steps = append(steps, s)
	}
	return steps, true
}

func (c *compiler) node(n parse.Node, at scope[reflect.Type]) (step, bool) {
	switch n := n.(type) {
	case *parse.TextNode:
		text := string(n.Text)
		c.size += len(text)
		return func(b *strings.Builder, _ scope[reflect.Value]) error { b.WriteString(text); return nil }, true
	case *parse.ActionNode:
		return c.action(n.Pipe, at)
	case *parse.IfNode:
		return c.branch(&n.BranchNode, at, false)
	case *parse.WithNode:
		return c.branch(&n.BranchNode, at, true)
	case *parse.RangeNode:
		return c.loop(&n.BranchNode, at)
	case *parse.TemplateNode:
		return c.call(n, at)
	}
	return nil, false
}

// action prints a value, through the escapers that html/template has put behind it.
func (c *compiler) action(p *parse.PipeNode, at scope[reflect.Type]) (step, bool) {
	if len(p.Decl) > 0 {
		return nil, false
	}
	v, _, ok := operand(p.Cmds[0], at)
	write, known := c.print(escapers(p.Cmds[1:]))
	if !ok || !known {
		return nil, false
	}
	c.size += 96
	return func(b *strings.Builder, at scope[reflect.Value]) error {
		x, err := v(at)
		if err != nil {
			return err
		}
		return write(b, x)
	}, true
}

// branch is {{if}}, and {{with}}, inside which the dot is the value.
func (c *compiler) branch(n *parse.BranchNode, at scope[reflect.Type], with bool) (step, bool) {
	v, t, ok := pipe(n.Pipe, at)
	if !ok {
		return nil, false
	}
	inside := at
	if with {
		inside.dot = t
	}
	then, thenOK := c.list(n.List, inside)
	other, otherOK := c.list(n.ElseList, at)
	return func(b *strings.Builder, at scope[reflect.Value]) error {
		x, err := v(at)
		switch {
		case err != nil:
			return err
		case !truth(x):
			return runAll(other, b, at)
		case with:
			at.dot = x
		}
		return runAll(then, b, at)
	}, thenOK && otherOK
}

// loop is {{range}} over a list.
func (c *compiler) loop(n *parse.BranchNode, at scope[reflect.Type]) (step, bool) {
	v, t, ok := pipe(n.Pipe, at)
	if !ok || t.Kind() != reflect.Slice {
		return nil, false
	}
	body, bodyOK := c.list(n.List, scope[reflect.Type]{at.root, t.Elem()})
	other, otherOK := c.list(n.ElseList, at)
	return func(b *strings.Builder, at scope[reflect.Value]) error {
		x, err := v(at)
		if err != nil {
			return err
		}
		if x.Len() == 0 {
			return runAll(other, b, at)
		}
		for i := range x.Len() {
			if err := runAll(body, b, scope[reflect.Value]{at.root, x.Index(i)}); err != nil {
				return err
			}
		}
		return nil
	}, bodyOK && otherOK
}

// call is {{template}}: what it is called with is its $ and its dot.
func (c *compiler) call(n *parse.TemplateNode, at scope[reflect.Type]) (step, bool) {
	if n.Pipe == nil {
		return nil, false
	}
	v, t, ok := pipe(n.Pipe, at)
	if !ok {
		return nil, false
	}
	steps, ok := c.template(n.Name, scope[reflect.Type]{t, t})
	return func(b *strings.Builder, at scope[reflect.Value]) error {
		x, err := v(at)
		if err != nil {
			return err
		}
		return runAll(steps, b, scope[reflect.Value]{x, x})
	}, ok
}

// strange says that a program has met what it doesn't know: the template walks then, and
// its error, if it fails too, names the place.
func strange(v reflect.Value) error { return fmt.Errorf("a value of kind %s", v.Kind()) }
