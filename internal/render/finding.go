package render

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is something that is wrong with a set.
type Finding struct {
	File string `json:"file"`           // "locales/ru.toml", "templates/email/layout.html"
	Line int    `json:"line,omitempty"` // 0: the file as a whole
	What string `json:"what"`           // what is wrong, and what would be right
	Mild bool   `json:"mild,omitempty"` // a set with mild findings alone may be used
}

// String writes "file:line: what".
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.What)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}

// Errors are the findings that keep a set from being used.
func Errors(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Mild })
}

// sorted orders findings by place and says each once.
func sorted(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(findings)
}
