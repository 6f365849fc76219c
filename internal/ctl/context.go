package ctl

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/similar"
)

// contextFile is $XDG_CONFIG_HOME/notifyctl/contexts.yaml: the platforms that an operator
// works on.
type contextFile struct {
	Current  string                  `yaml:"current,omitempty"`
	Contexts map[string]contextEntry `yaml:"contexts"`
}

// contextEntry says where a platform is. What it leaves out is the configuration's.
type contextEntry struct {
	Config       string            `yaml:"config,omitempty" json:"config,omitempty"`
	Redis        string            `yaml:"redis,omitempty" json:"redis,omitempty"`
	PasswordFile string            `yaml:"password_file,omitempty" json:"password_file,omitempty"`
	Sources      map[string]string `yaml:"sources,omitempty" json:"sources,omitempty"`
	Protected    bool              `yaml:"protected,omitempty" json:"protected,omitempty"`
}

// place is what the configuration is loaded from.
type place struct {
	context   string // empty: none is in use
	file      string
	environ   []string
	protected bool
}

// place finds the context that holds. One that is asked for by name wins over the
// environment's servers; one that was only set by "context use" gives way to them, so that
// a server that is named in front of a command is the one that it works on.
func (s *session) place() (place, error) {
	file, err := s.readContexts()
	if err != nil {
		return place{}, err
	}
	name := cmp.Or(s.flags.context, s.env("NOTIFYCTL_CONTEXT"))
	if name == "" && (s.env("VONDINOTIFY_REDIS_URL") != "" || s.flags.config != "") {
		return place{file: s.flags.config, environ: s.Environ}, nil
	}
	if name = cmp.Or(name, file.Current); name == "" {
		return place{file: s.flags.config, environ: s.Environ}, nil
	}
	entry, err := file.entry(name)
	if err != nil {
		return place{}, err
	}
	return place{name, cmp.Or(s.flags.config, entry.Config), entry.environ(s.Environ), entry.Protected}, nil
}

// environ is the environment with the context's servers instead of its own.
func (e contextEntry) environ(environ []string) []string {
	servers := []string{"REDIS_URL", "REDIS_PASSWORD", "SOURCES"}
	rest := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		name, ours := strings.CutPrefix(strings.TrimSuffix(name, "_FILE"), config.EnvPrefix)
		return ours && slices.Contains(servers, name)
	})
	for name, value := range map[string]string{"REDIS_URL": e.Redis, "REDIS_PASSWORD_FILE": e.PasswordFile, "SOURCES": pairs(e.Sources)} {
		if value != "" {
			rest = append(rest, config.EnvPrefix+name+"="+value)
		}
	}
	return rest
}

func pairs(m map[string]string) string {
	var list []string
	for _, k := range names(m) {
		list = append(list, k+"="+m[k])
	}
	return strings.Join(list, ",")
}

func (f contextFile) entry(name string) (contextEntry, error) {
	e, ok := f.Contexts[name]
	if ok {
		return e, nil
	}
	if near := similar.Nearest(name, names(f.Contexts)); near != "" {
		return e, usagef("no context %q: did you mean %s?", name, near)
	}
	return e, usagef("no context %q: notifyctl context list shows them, notifyctl context add makes one", name)
}

// contextsPath is where the file lies (XDG Base Directory Specification).
func (s *session) contextsPath() string {
	base := s.env("XDG_CONFIG_HOME")
	if base == "" {
		base = filepath.Join(s.env("HOME"), ".config")
	}
	return filepath.Join(base, "notifyctl", "contexts.yaml")
}

func (s *session) readContexts() (contextFile, error) {
	f := contextFile{Contexts: map[string]contextEntry{}}
	path := s.contextsPath()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("contexts: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return f, usagef("%s can't be read: want current, and contexts with config, redis, password_file, sources, protected", path)
	}
	return f, nil
}

// writeContexts replaces the file as a whole: a crash leaves the old one.
func (s *session) writeContexts(f contextFile) error {
	path := s.contextsPath()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("contexts: %w", err)
	}
	b, err := yaml.Marshal(f)
	if err != nil {
		return fmt.Errorf("contexts: %w", err)
	}
	next := path + ".new"
	if err := os.WriteFile(next, b, 0o600); err != nil { // URLs may hold passwords
		return fmt.Errorf("contexts: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("contexts: %w", err)
	}
	return nil
}

// redacted is the entry as a person may see it.
func (e contextEntry) redacted() contextEntry {
	e.Redis = redactPlace(e.Redis)
	sources := map[string]string{}
	for name, url := range e.Sources {
		sources[name] = redactPlace(url)
	}
	e.Sources = sources
	return e
}

func redactPlace(url string) string {
	if url == "" {
		return ""
	}
	return redisconn.Redact(url)
}
