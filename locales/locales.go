// Package locales holds the words of every message, one file a language, named by its exact
// tag: "sr-Latn.toml", never "sr.toml". English is the source that the others are held
// against. A mounted directory with the same names replaces them.
package locales

import "embed"

// Files are the locales that are built in.
//
//go:embed *.toml
var Files embed.FS
