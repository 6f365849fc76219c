package translations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// file is a locale file, by its lines.
type file struct{ lines []string }

// Into writes texts into a locale file (TOML): what is there is replaced in its line, what
// isn't gets one. Texts that say nothing are left out.
func Into(src string, texts []render.Text) string {
	f := &file{strings.Split(strings.TrimRight(src, "\n"), "\n")}
	for _, t := range texts {
		if t.Said != "" {
			f.put(t)
		}
	}
	return strings.Join(f.lines, "\n") + "\n"
}

// put writes a text: "order.created.subject" is the key subject of the table
// [order.created], a plural form is a key of the table [order.created.subject].
func (f *file) put(t render.Text) {
	table, key := t.ID, t.Form
	if t.Form == "" {
		dot := strings.LastIndexByte(t.ID, '.')
		table, key = t.ID[:dot], t.ID[dot+1:]
	}
	begin, end := f.table(table)
	if begin < 0 {
		f.lines = append(f.lines, "", "["+table+"]")
		if t.Form != "" {
			f.lines = append(f.lines, "description = "+quoted("count: "+t.Count))
		}
		begin, end = f.table(table)
	}
	for i := begin; i < end; i++ {
		if name, _, ok := strings.Cut(f.lines[i], "="); ok && strings.TrimSpace(name) == key {
			f.lines[i] = name + "= " + quoted(t.Said)
			return
		}
	}
	f.lines = slices.Insert(f.lines, end, fmt.Sprintf("%s = %s", key, quoted(t.Said)))
}

// table finds the lines of a table's keys; -1 where there is no such table.
func (f *file) table(name string) (begin, end int) {
	begin = slices.IndexFunc(f.lines, func(l string) bool { return strings.TrimSpace(l) == "["+name+"]" })
	if begin < 0 {
		return -1, -1
	}
	begin++
	for end = begin; end < len(f.lines); end++ {
		if line := strings.TrimSpace(f.lines[end]); line == "" || strings.HasPrefix(line, "[") || strings.HasPrefix(line, "#") {
			break
		}
	}
	return begin, end
}
