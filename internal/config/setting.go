package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/secret"
)

// EnvPrefix begins every variable of ours.
const EnvPrefix = "VONDINOTIFY_"

// Setting is one leaf of the tree.
type Setting struct {
	Key    string // "redis.url"
	Env    string // "VONDINOTIFY_REDIS_URL"; empty where only the file can say it
	Doc    string
	Secret bool
	Live   bool // taken by a running daemon

	value reflect.Value
}

// Settings lists the leaves of c, in the order of the tree.
func Settings(c *Config) []Setting { return leaves(reflect.ValueOf(c).Elem(), "", false) }

func leaves(v reflect.Value, prefix string, live bool) []Setting {
	var list []Setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key := prefix + f.Tag.Get("yaml")
		live := live || f.Tag.Get("live") != ""
		if f.Type.Kind() == reflect.Struct {
			list = append(list, leaves(v.Field(i), key+".", live)...)
			continue
		}
		s := Setting{Key: key, Doc: f.Tag.Get("doc"), Secret: f.Type == reflect.TypeFor[secret.String](), Live: live, value: v.Field(i)}
		if env := f.Tag.Get("env"); env != "" {
			s.Env = EnvPrefix + env
		}
		list = append(list, s)
	}
	return list
}

// String is the value as a person may see it: secrets are ***, the passwords of URLs too.
func (s Setting) String() string {
	switch v := s.value.Interface().(type) {
	case string:
		return redactURL(v)
	case map[string]string:
		return joinMap(v, redactURL)
	case map[string]int:
		return joinMap(v, strconv.Itoa)
	case map[string]Override:
		return strings.Join(slices.Sorted(maps.Keys(v)), ",")
	case map[string]Brand:
		return strings.Join(slices.Sorted(maps.Keys(v)), ",")
	default:
		return fmt.Sprint(v)
	}
}

func joinMap[V any](m map[string]V, show func(V) string) string {
	parts := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, k+"="+show(m[k]))
	}
	return strings.Join(parts, ",")
}

// set reads a value from text; the error says what would be right.
func (s Setting) set(text string) error {
	switch p := s.value.Addr().Interface().(type) {
	case *string:
		*p = text
	case *secret.String:
		*p = secret.String(text)
	case *bool:
		return setBool(p, text)
	case *int:
		return setNumber(p, text, strconv.Atoi, "a whole number")
	case *int64:
		return setNumber(p, text, func(t string) (int64, error) { return strconv.ParseInt(t, 10, 64) }, "a whole number")
	case *float64:
		return setNumber(p, text, func(t string) (float64, error) { return strconv.ParseFloat(t, 64) }, "a number")
	case *time.Duration:
		return setNumber(p, text, time.ParseDuration, "a duration such as 90s or 24h")
	case *map[string]string:
		return setMap(p, text, func(t string) (string, error) { return t, nil }, "listings=redis://host:port/0,wms=redis://…")
	case *map[string]int:
		return setMap(p, text, strconv.Atoi, "email=20,sms=10")
	default:
		return fmt.Errorf("can only be said in the file")
	}
	return nil
}

func setBool(p *bool, text string) error {
	switch strings.ToLower(text) {
	case "on", "true", "yes", "1":
		*p = true
	case "off", "false", "no", "0":
		*p = false
	default:
		return fmt.Errorf("want on or off")
	}
	return nil
}

func setNumber[T any](p *T, text string, parse func(string) (T, error), want string) error {
	n, err := parse(text)
	if err != nil {
		return fmt.Errorf("want %s", want)
	}
	*p = n
	return nil
}

// pairs splits name=value,name=value. A part without a name belongs to the value before it:
// the URL of a Cluster has commas of its own.
func pairs(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if len(list) > 0 && part != "" && !strings.Contains(part, "=") {
			list[len(list)-1] += "," + part
			continue
		}
		list = append(list, part)
	}
	return list
}

// setMap replaces the whole map: a source that the environment doesn't name is not read.
func setMap[V any](p *map[string]V, text string, parse func(string) (V, error), want string) error {
	m := map[string]V{}
	for _, part := range pairs(text) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		k, v, ok := strings.Cut(part, "=")
		val, err := parse(v)
		if !ok || k == "" || err != nil {
			return fmt.Errorf("want %s", want)
		}
		m[k] = val
	}
	*p = m
	return nil
}
