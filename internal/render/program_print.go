package render

import (
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// A printer writes a value as the template would.
type printer func(b *strings.Builder, v reflect.Value) error

// printText prints a value of a plain template.
func printText(escapers string) (printer, bool) { return writePlain, escapers == "" }

// printHTML prints a value as those of html/template's escapers would that stand behind it;
// TestProgramsWriteWhatTemplatesDo holds the two against each other. Styles, scripts and
// attributes without quotes are left to the template. So is a value without any: it hasn't
// been looked at.
func printHTML(escapers string) (printer, bool) {
	switch escapers {
	case "htmlescaper":
		return writeHTML, true
	case "attrescaper", "rcdataescaper":
		return writeEscaped, true
	case "urlfilter urlnormalizer attrescaper":
		return writeLink, true
	}
	return nil, false
}

// escapers names what html/template has put behind a value.
func escapers(cmds []*parse.CommandNode) string {
	names := make([]string, len(cmds))
	for i, cmd := range cmds {
		names[i] = strings.TrimPrefix(cmd.String(), "_html_template_")
	}
	return strings.Join(names, " ")
}

func writePlain(b *strings.Builder, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		b.WriteString(v.String())
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	default:
		return strange(v)
	}
	return nil
}

// escapes are html/template's for text and for attributes in quotes.
var escapes = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// writeHTML escapes text, and leaves markup as it is.
func writeHTML(b *strings.Builder, v reflect.Value) error {
	if v.Type() == reflect.TypeFor[template.HTML]() {
		return writePlain(b, v)
	}
	return writeEscaped(b, v)
}

func writeEscaped(b *strings.Builder, v reflect.Value) error {
	if v.Type() != reflect.TypeFor[string]() {
		return strange(v)
	}
	_, err := escapes.WriteString(b, v.String())
	return err
}

// plainLink are the characters that stay in a link as they are.
const plainLink = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:?#&=,;@!$*"

// writeLink writes https links that need no encoding, which nearly all are.
func writeLink(b *strings.Builder, v reflect.Value) error {
	if v.Type() != reflect.TypeFor[string]() || !strings.HasPrefix(v.String(), "https://") || strings.Trim(v.String(), plainLink) != "" {
		return strange(v)
	}
	return writeEscaped(b, v)
}
