package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vondi-global/notifications/internal/secret"
)

// Load reads the configuration: defaults, then file (none if empty), then environ
// ("KEY=value", as os.Environ has it), then flags ("log.level=debug"). The error holds every
// problem at once.
func Load(file string, environ []string, flags ...string) (Config, error) {
	c := Default()
	var problems []error
	if file != "" {
		problems = append(problems, c.readFile(file)...)
	}
	problems = append(problems, c.readEnv(environ)...)
	problems = append(problems, c.readFlags(flags)...)
	if c.Telemetry.Endpoint == "" {
		c.Telemetry.Endpoint = variable(environ, "OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	if len(problems) == 0 {
		problems = c.validate()
	}
	if c.Consumer == "" {
		c.Consumer, _ = os.Hostname()
	}
	return c, errors.Join(problems...)
}

func (c *Config) readFile(file string) []error {
	b, err := os.ReadFile(file)
	if err != nil {
		return []error{fmt.Errorf("configuration file: %w", err)}
	}
	// A map in the file replaces the default's: without this, YAML would merge into it.
	var keys map[string]any
	if yaml.Unmarshal(b, &keys) == nil && keys["sources"] != nil {
		c.Sources = nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return yamlProblems(file, err)
	}
	return nil
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type .*$`)
	yamlQuoted  = regexp.MustCompile("`[^`]*`")
)

// yamlProblems turns the parser's errors into "file:line: what". What it quotes of the
// file may be a secret and is left out.
func yamlProblems(file string, err error) []error {
	lines := []string{err.Error()}
	if te, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines = te.Errors
	}
	problems := make([]error, len(lines))
	for i, l := range lines {
		where, what := file, l
		if m := yamlLine.FindStringSubmatch(l); m != nil {
			where, what = file+":"+m[1], m[2]
		}
		if m := yamlUnknown.FindStringSubmatch(what); m != nil {
			what = fmt.Sprintf("unknown key %s%s", m[1], didYouMean(m[1], yamlNames()))
		}
		problems[i] = fmt.Errorf("%s: %s", where, yamlQuoted.ReplaceAllString(what, "the value"))
	}
	return problems
}

func yamlNames() []string {
	var names []string
	c := Default()
	for _, s := range Settings(&c) {
		names = append(names, strings.Split(s.Key, ".")...)
	}
	return names
}

func (c *Config) readEnv(environ []string) []error {
	byEnv := map[string]Setting{}
	for _, s := range Settings(c) {
		if s.Env != "" {
			byEnv[s.Env] = s
		}
	}
	var problems []error
	for _, kv := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, EnvPrefix) {
			continue
		}
		if err := readVariable(byEnv, name, value); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}

// readFlags takes no secrets: everybody on the machine sees a process's arguments.
func (c *Config) readFlags(flags []string) []error {
	byKey := map[string]Setting{}
	for _, s := range Settings(c) {
		byKey[s.Key] = s
	}
	var problems []error
	for _, f := range flags {
		key, value, _ := strings.Cut(f, "=")
		s, ok := byKey[key]
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("--set %s: no such setting%s", key, didYouMean(key, slices.Collect(maps.Keys(byKey)))))
		case s.Secret:
			problems = append(problems, fmt.Errorf("--set %s: a secret comes from %s, or from the file that %s_FILE names", key, s.Env, s.Env))
		default:
			if err := s.set(value); err != nil {
				problems = append(problems, s.problem("--set "+key, value, err.Error()))
			}
		}
	}
	return problems
}

// variable is a variable of the environment that isn't ours.
func variable(environ []string, name string) string {
	for _, kv := range environ {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

func readVariable(byEnv map[string]Setting, name, value string) error {
	s, ok := byEnv[name]
	if !ok {
		if s, ok = byEnv[strings.TrimSuffix(name, "_FILE")]; ok && s.fromFile() {
			b, err := os.ReadFile(value)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := s.set(strings.TrimSpace(string(b))); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}
		names := make([]string, 0, len(byEnv))
		for n := range byEnv {
			names = append(names, n)
		}
		return fmt.Errorf("%s: no such setting%s", name, didYouMean(name, names))
	}
	if err := s.set(value); err != nil {
		return s.problem(name, value, err.Error())
	}
	return nil
}

// fromFile says whether the value may come from a file: secrets, and the sources, whose URLs
// hold passwords.
func (s Setting) fromFile() bool { return s.Secret || s.Key == "sources" }

// problem names the place, the value (secrets hidden) and what would be right.
func (s Setting) problem(where, value, want string) error {
	if s.Secret {
		value = secret.String(value).String()
	}
	return fmt.Errorf("%s=%s: %s", where, redactURL(value), want)
}
