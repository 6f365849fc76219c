package screen

import (
	"encoding/base64"
	"html"
	"strings"
)

// Picture is an attachment that an email may show.
type Picture struct {
	Names []string // the HTML calls it cid:<one of these>
	Type  string   // MIME type
	Data  []byte
}

// Email puts the pictures that an email's HTML names into it, as mail programs do.
func Email(page string, pictures []Picture) string {
	for _, p := range pictures {
		data := "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
		for _, name := range p.Names {
			if name != "" {
				page = strings.ReplaceAll(page, `"cid:`+html.EscapeString(name)+`"`, `"`+data+`"`)
			}
		}
	}
	return page
}
