package render

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// A value reads what an expression stands for. Interfaces are opened.
type value func(at scope[reflect.Value]) (reflect.Value, error)

// dynamic is the type of what is known only when a program runs.
var dynamic = reflect.TypeFor[any]()

// pipe is an expression that isn't printed.
func pipe(p *parse.PipeNode, at scope[reflect.Type]) (value, reflect.Type, bool) {
	if p == nil || len(p.Decl) > 0 || len(p.Cmds) != 1 {
		return nil, nil, false
	}
	return operand(p.Cmds[0], at)
}

// operand is an expression with its type.
func operand(cmd *parse.CommandNode, at scope[reflect.Type]) (value, reflect.Type, bool) {
	if len(cmd.Args) > 1 {
		return function(cmd.Args, at)
	}
	switch n := cmd.Args[0].(type) {
	case *parse.PipeNode:
		return pipe(n, at)
	default:
		return argument(n, at)
	}
}

func argument(n parse.Node, at scope[reflect.Type]) (value, reflect.Type, bool) {
	switch n := n.(type) {
	case *parse.DotNode:
		return func(at scope[reflect.Value]) (reflect.Value, error) { return at.dot, nil }, at.dot, true
	case *parse.FieldNode:
		get, t, ok := fieldChain(n.Ident, at.dot)
		return func(at scope[reflect.Value]) (reflect.Value, error) { return get(at.dot) }, t, ok
	case *parse.VariableNode:
		if n.Ident[0] != "$" {
			return nil, nil, false
		}
		get, t, ok := fieldChain(n.Ident[1:], at.root)
		return func(at scope[reflect.Value]) (reflect.Value, error) { return get(at.root) }, t, ok
	case *parse.PipeNode:
		return pipe(n, at)
	}
	return nil, nil, false
}

// function is one of those that templates of ours call.
func function(args []parse.Node, at scope[reflect.Type]) (value, reflect.Type, bool) {
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok || len(args) != 3 {
		return nil, nil, false
	}
	a, _, aOK := argument(args[1], at)
	b, _, bOK := argument(args[2], at)
	if !aOK || !bOK {
		return nil, nil, false
	}
	switch name.Ident {
	case "fact":
		return factOf(a, b), reflect.TypeFor[Fact](), true
	case "and":
		return choice(a, b, false), dynamic, true
	case "or":
		return choice(a, b, true), dynamic, true
	}
	return nil, nil, false
}

// choice is the first value that is as it is wanted, else the second: or, and.
func choice(a, b value, wanted bool) value {
	return func(at scope[reflect.Value]) (reflect.Value, error) {
		v, err := a(at)
		if err != nil || truth(v) == wanted {
			return v, err
		}
		return b(at)
	}
}

func factOf(label, content value) value {
	return func(at scope[reflect.Value]) (reflect.Value, error) {
		l, err := label(at)
		if err != nil {
			return l, err
		}
		v, err := content(at)
		if err != nil || l.Kind() != reflect.String {
			return v, strange(l)
		}
		return reflect.ValueOf(Fact{l.String(), v.Interface()}), nil
	}
}

// getter reads a field of a value.
type getter func(v reflect.Value) (reflect.Value, error)

// fieldChain reads .A.B.C from a value of a type.
func fieldChain(names []string, t reflect.Type) (getter, reflect.Type, bool) {
	get := func(v reflect.Value) (reflect.Value, error) { return v, nil }
	for _, name := range names {
		next, typ, ok := field(name, t)
		if !ok {
			return nil, nil, false
		}
		before := get
		get = func(v reflect.Value) (reflect.Value, error) {
			v, err := before(v)
			if err != nil {
				return v, err
			}
			return next(v)
		}
		t = typ
	}
	return get, t, true
}

// field reads one field of a struct, or what a map has under its name.
func field(name string, t reflect.Type) (getter, reflect.Type, bool) {
	if _, method := t.MethodByName(name); method {
		return nil, nil, false
	}
	if t.Kind() == reflect.Map || t.Kind() == reflect.Interface {
		return func(m reflect.Value) (reflect.Value, error) { return entry(m, name) }, dynamic, true
	}
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, nil, false
	}
	f, ok := t.FieldByName(name)
	return func(v reflect.Value) (reflect.Value, error) {
		if pointer {
			v = v.Elem()
		}
		if !v.IsValid() {
			return v, strange(v)
		}
		return open(v.FieldByIndex(f.Index))
	}, f.Type, ok && f.IsExported()
}

// entry is what a map has under a name; that it has nothing is an error.
func entry(m reflect.Value, name string) (reflect.Value, error) {
	switch m.Type() {
	case reflect.TypeFor[map[string]any]():
		return open(reflect.ValueOf(m.Interface().(map[string]any)[name]))
	case reflect.TypeFor[map[string]string]():
		if s, ok := m.Interface().(map[string]string)[name]; ok {
			return reflect.ValueOf(s), nil
		}
	}
	return reflect.Value{}, strange(m)
}

// open takes a value out of its interface.
func open(v reflect.Value) (reflect.Value, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return v, strange(v)
	}
	return v, nil
}

// truth is what {{if}} takes for true.
func truth(v reflect.Value) bool {
	if v.Kind() == reflect.String {
		return v.Len() > 0 // nearly all values are; Interface would copy it
	}
	yes, _ := template.IsTrue(v.Interface())
	return yes
}
