package channels

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
)

// Wire takes down what is said between us and a provider, for people who look for a fault.
// It may be called by several goroutines at once.
type Wire interface {
	// Said takes one line, without its end. Passwords and tokens of a login are hidden
	// already; addresses and words are not.
	Said(by Side, line string)
}

// Side is who says something.
type Side string

// The sides, as they stand before a line.
const (
	Ours   Side = ">"
	Theirs Side = "<"
	Nobody Side = "*" // what happens: a connection, its encryption
)

// Hidden stands for a password or a token.
const Hidden = "***"

// Tell gives a text to w, line by line. A nil w hears nothing.
func Tell(w Wire, by Side, text string) {
	if w == nil {
		return
	}
	for line := range strings.Lines(text) {
		w.Said(by, strings.TrimRight(line, "\r\n"))
	}
}

// Overheard lets w hear what the client says and is told; a nil w changes nothing.
func Overheard(client *http.Client, w Wire) *http.Client {
	if w != nil {
		client.Transport = overheard{client.Transport, w}
	}
	return client
}

// overheard is a transport with somebody on the line.
type overheard struct {
	http.RoundTripper
	wire Wire
}

// CloseIdleConnections lets the transport's connections go.
func (o overheard) CloseIdleConnections() {
	if t, ok := o.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func (o overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(httptrace.WithClientTrace(r.Context(), o.connecting()))
	body, err := whole(&r.Body)
	if err != nil {
		return nil, err
	}
	Tell(o.wire, Ours, r.Method+" "+r.URL.RequestURI()+"\nHost: "+r.URL.Host+"\n"+fields(r.Header)+"\n"+bare(body))
	resp, err := o.RoundTripper.RoundTrip(r)
	if err != nil {
		Tell(o.wire, Nobody, "no answer: "+err.Error())
		return nil, err
	}
	body, err = whole(&resp.Body)
	Tell(o.wire, Theirs, resp.Proto+" "+resp.Status+"\n"+fields(resp.Header)+"\n"+bare(body))
	if err != nil {
		Tell(o.wire, Nobody, "the answer broke off: "+err.Error())
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, broken{err}))
	}
	return resp, nil
}

// connecting tells of the connection.
func (o overheard) connecting() *httptrace.ClientTrace {
	tell := func(err error, format string, args ...any) {
		if err != nil {
			format += ": %v"
			args = append(args, err)
		}
		Tell(o.wire, Nobody, fmt.Sprintf(format, args...))
	}
	return &httptrace.ClientTrace{
		DNSDone:     func(i httptrace.DNSDoneInfo) { tell(i.Err, "looked up: %v", i.Addrs) },
		ConnectDone: func(_, addr string, err error) { tell(err, "connected to %s", addr) },
		TLSHandshakeDone: func(t tls.ConnectionState, err error) {
			tell(err, "%s", Encryption(t))
		},
	}
}

// Encryption says how a connection is encrypted, and for whom.
func Encryption(t tls.ConnectionState) string {
	who := "nobody"
	if len(t.PeerCertificates) > 0 {
		who = fmt.Sprintf("%v, until %s", t.PeerCertificates[0].DNSNames, t.PeerCertificates[0].NotAfter.Format("2006-01-02"))
	}
	return fmt.Sprintf("%s, certificate of %s", tls.VersionName(t.Version), who)
}

// whole reads a body, bounded, and puts it back.
func whole(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	b, err := io.ReadAll(io.LimitReader(*body, maxAnswer))
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(b))
	return b, err
}

// broken is the rest of an answer that broke off.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// fields are a header's lines, in the order of their names.
func fields(h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		value := strings.Join(h[name], ", ")
		if secretField.MatchString(name) {
			value = Hidden
		}
		b.WriteString(name + ": " + value + "\n")
	}
	return b.String()
}

var (
	secretField = regexp.MustCompile(`(?i)authorization|cookie|api-?key|token`)
	// secretValue is a token in a form or in JSON: what a service account logs in with, and
	// what it gets.
	secretValue = regexp.MustCompile(`((?:assertion|access_token|id_token|refresh_token)"?\s*[=:]\s*"?)[^"&\s,}]+`)
)

// bare is a body without tokens of a login.
func bare(body []byte) string { return secretValue.ReplaceAllString(string(body), "${1}"+Hidden) }
