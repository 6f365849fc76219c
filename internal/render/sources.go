package render

import (
	"fmt"
	"html"
	"io/fs"
	"path"
	"regexp"

	"github.com/vondi-global/notifications/internal/notify"
)

// sources are the templates as authors write them, by path.
//
//	email/layout.html, layout.txt    every email; blocks that a page may replace
//	email/_*.html, _*.txt            parts that layouts and pages share
//	email/<words>.html, <words>.txt  the page of some words or of a type: its blocks
//	telegram/default.html            every Telegram message; telegram/<words>.html replaces it
//	sms/default.txt                  the same for SMS
//	push/default.txt                 the same for push: the blocks "title" and "body"
type sources struct {
	files map[string]string
}

// defaultFiles are those that every set has to have.
func defaultFiles() []string {
	return []string{"email/layout.html", "email/layout.txt", "telegram/default.html", "sms/default.txt", "push/default.txt"}
}

func loadSources(files fs.FS) (*sources, error) {
	s := &sources{files: map[string]string{}}
	for _, ch := range notify.Channels() {
		if err := s.read(files, string(ch)); err != nil {
			return nil, fmt.Errorf("templates/%s: %w", ch, err)
		}
	}
	for _, file := range defaultFiles() {
		if _, ok := s.files[file]; !ok {
			return nil, fmt.Errorf("templates/%s: found no such file, want the channel's default", file)
		}
	}
	return s, nil
}

// read takes a folder's files. It isn't walked for: in a mounted ConfigMap the folders are
// links, and a walk doesn't follow them.
func (s *sources) read(files fs.FS, folder string) error {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		file := path.Join(folder, e.Name())
		if ext := path.Ext(file); ext != ".html" && ext != ".txt" {
			continue
		}
		src, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		s.files[file] = string(src)
	}
	return nil
}

// sharedText is an action that prints a text of [common] and nothing else.
var sharedText = regexp.MustCompile(`\{\{\$?\.T\.([a-z_]+)\}\}`)

// in writes the language's shared texts into the templates, once, so that no message has to
// look them up and escape them. What the language lacks stays an action.
func (s *sources) in(w *words) map[string]string {
	files := make(map[string]string, len(s.files))
	for file, src := range s.files {
		files[file] = sharedText.ReplaceAllStringFunc(src, func(action string) string {
			said, ok := w.common[sharedText.FindStringSubmatch(action)[1]]
			switch {
			case !ok:
				return action
			case path.Ext(file) == ".html":
				return html.EscapeString(said)
			}
			return said
		})
	}
	return files
}

// shared lists the keys of [common] that any template names.
func (s *sources) shared() map[string]bool {
	keys := map[string]bool{}
	for _, src := range s.files {
		for _, m := range sharedName.FindAllStringSubmatch(src, -1) {
			keys[m[1]] = true
		}
	}
	return keys
}

var sharedName = regexp.MustCompile(`\.T\.([a-z_]+)`)
