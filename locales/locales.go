// Package locales holds the words of every message, one file a language, named by its exact
// tag: "sr-Latn.toml", never "sr.toml". English is the source that the others are held
// against. A mounted directory with the same names replaces them.
package locales

import "embed"

// Files are the locales that are built in, with the lock that says of which English each
// translation was made.
//
//go:embed *.toml source.lock
var Files embed.FS
