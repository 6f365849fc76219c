// Package render makes words of a delivery: templates + locales + payload → [notify.Message].
//
// A [Set] is everything that authors own, loaded and compiled as a whole: the words of
// locales/*.toml and the shapes of templates/. A [Renderer] holds the current set and takes
// another one by [Renderer.Swap], between two messages. [Lint] says what is wrong with a set
// before anybody gets a message of it, and [Watcher] lets in only sets without errors.
//
// What happens to a delivery:
//
//	the payload's fields → written for the reader (fields.go, money.go, dates.go): cleaned,
//	cut at a grapheme, in their language, zone and channel
//	the words → of one language, whole: a message with a gap falls back as a whole (voice.go)
//	the shape → the channel's layout, with the page of the words where they have one (pages.go)
//
// Data of events is hostile. It enters as text only: templates escape it, one-line places
// get one line, and nothing of it is ever parsed as a template, a header or markup.
package render
