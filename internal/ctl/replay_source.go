package ctl

import (
	"context"
	"slices"
	"strings"
)

// sourceOf is the source that has a stream, under the name by which the daemon reads it:
// that name is part of an event's identity where its producer gives it none.
func (s *session) sourceOf(ctx context.Context, name, stream string) (*origin, error) {
	if name == "" {
		return s.holder(ctx, stream, "")
	}
	list, err := s.sources(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if slices.Contains(o.names, name) {
			return o, o.err
		}
	}
	return nil, usagef("no source %q: want one of %s", name, strings.Join(names(s.cfg.Sources), ", "))
}
