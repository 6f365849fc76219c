// Package templates holds the shapes of messages, a folder a channel:
//
//	email/layout.html, layout.txt   every email, with blocks that a page may replace
//	email/_*.html, _*.txt           parts that layout and pages share
//	email/<words>.html, .txt        the page of some words or of a type
//	telegram/, sms/, push/          default.*, and <words>.* where a type deserves its own
//
// The words themselves stand in locales/. A mounted directory with the same files replaces
// these.
package templates

import "embed"

// Files are the templates that are built in. The underscored parts have to be named: embed
// leaves them out of a folder.
//
//go:embed email/* telegram/* sms/* push/*
var Files embed.FS
