// Package proxies knows the reverse proxies that stand before a server. What a request says
// of its sender in a header is believed only if it comes from one of them.
package proxies

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Set is networks from which proxies speak.
type Set []netip.Prefix

// Parse reads networks and addresses: "10.0.0.0/8, 192.0.2.7". Nothing is no proxy.
func Parse(text string) (Set, error) {
	var s Set
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		if a, err := netip.ParseAddr(part); err == nil {
			s = append(s, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q: want a network such as 10.0.0.0/8, or an address", part)
		}
		s = append(s, p.Masked())
	}
	return s, nil
}

// Sent says whether a request comes straight from a proxy.
func (s Set) Sent(r *http.Request) bool {
	peer, ok := address(r.RemoteAddr)
	return ok && s.has(peer)
}

// Client is who asks: the peer, or, where that is a proxy, whom the proxies name in
// X-Forwarded-For. Read from the right: what stands left of the first stranger is his own
// word.
func (s Set) Client(r *http.Request) string {
	client, ok := address(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !s.has(client) {
			break
		}
		before, ok := address(strings.TrimSpace(hop))
		if !ok {
			break
		}
		client = before
	}
	return client.String()
}

func (s Set) has(a netip.Addr) bool {
	return slices.ContainsFunc(s, func(p netip.Prefix) bool { return p.Contains(a) })
}

// address reads an address, with a port or without. IPv4 within IPv6 is IPv4.
func address(text string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(text)
	return a.Unmap().WithZone(""), err == nil
}
