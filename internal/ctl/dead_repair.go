package ctl

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// repair is an entry's fields with what --set and --edit change.
func (r *retrier) repair(ctx context.Context, l notify.Letter, fields map[string]string) (map[string]any, error) {
	repaired := make(map[string]any, len(fields))
	for name, value := range fields {
		repaired[name] = value
	}
	for _, change := range r.retry.set {
		name, value, ok := strings.Cut(change, "=")
		if !ok || name == "" {
			return nil, usagef("--set %q: want field=value", change)
		}
		if err := setField(repaired, name, value); err != nil {
			return nil, usagef("--set %s: %w", name, err)
		}
	}
	if !r.retry.edit {
		return repaired, nil
	}
	if err := r.recordReveal(ctx, r.platform, []notify.Delivery{deliveryOf(l)}, "repairs dead letter "+l.ID); err != nil {
		return nil, err
	}
	return r.editor(ctx, repaired)
}

// setField sets a field, or with dots one inside the JSON that a field holds.
func setField(fields map[string]any, name, value string) error {
	outer, inner, nested := strings.Cut(name, ".")
	if _, whole := fields[name]; whole || !nested {
		fields[name] = value
		return nil
	}
	text, _ := fields[outer].(string)
	object, err := exact[map[string]any](cmp.Or(text, "{}"))
	if err != nil || object == nil {
		return fmt.Errorf("field %s holds no JSON object; set it whole, or use --edit", outer)
	}
	if err := setIn(object, strings.Split(inner, "."), value); err != nil {
		return err
	}
	b, err := json.Marshal(object)
	fields[outer] = string(b)
	return err
}

// exact reads JSON and leaves its numbers as they are written.
func exact[T any](text string) (v T, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err == nil && d.More() {
		err = errors.New("more than one value")
	}
	return v, err
}

// setIn sets a member of an object. A value that is JSON is taken as such.
func setIn(object map[string]any, path []string, value string) error {
	if len(path) == 1 {
		if v, err := exact[any](value); err == nil {
			object[path[0]] = v
		} else {
			object[path[0]] = value
		}
		return nil
	}
	inner, ok := object[path[0]].(map[string]any)
	if !ok {
		if object[path[0]] != nil {
			return fmt.Errorf("%s is no object", path[0])
		}
		inner = map[string]any{}
		object[path[0]] = inner
	}
	return setIn(inner, path[1:], value)
}

// editor lets somebody edit the fields as JSON. The file is theirs alone and is removed.
func (r *retrier) editor(ctx context.Context, fields map[string]any) (map[string]any, error) {
	program := cmp.Or(r.env("VISUAL"), r.env("EDITOR"))
	if program == "" {
		return nil, usagef("--edit: no editor; set EDITOR, or use --set field=value")
	}
	before, err := json.MarshalIndent(opened(fields), "", "  ")
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "entry-*.json") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(append(before, '\n'))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", program+` "$1"`, "sh", file.Name()) //nolint:gosec // the operator's own editor
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r.In, r.Out, r.Err
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w; nothing was retried", program, err)
	}
	after, err := os.ReadFile(file.Name())
	if err != nil {
		return nil, err
	}
	return closed(after)
}

// opened shows JSON inside fields as JSON.
func opened(fields map[string]any) map[string]any {
	open := make(map[string]any, len(fields))
	for name, value := range fields {
		text, _ := value.(string)
		if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Valid([]byte(text)) {
			value = json.RawMessage(text)
		}
		open[name] = value
	}
	return open
}

// closed makes an entry's fields, all text, of what was edited.
func closed(text []byte) (map[string]any, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("what was edited is no JSON object: %w; nothing was retried", err)
	}
	fields := make(map[string]any, len(members))
	for name, raw := range members {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw)
		}
		fields[name] = s
	}
	return fields, nil
}
