// Package browsertest opens the pages that people look at in a real browser: the preview of
// templates and the inbox of dev mode, served by the real programs. Its tests need chromium
// and run by "make test-browser":
//
//	go test -tags browser ./internal/browsertest
//	go test -tags browser ./internal/browsertest -screenshots   # write docs/screenshots anew
package browsertest
