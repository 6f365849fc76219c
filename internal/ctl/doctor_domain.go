package ctl

import (
	"context"
	"errors"
	"net"
	"net/mail"
	"strings"
	"time"
)

// dnsTime bounds one question to DNS.
const dnsTime = 2 * time.Second

// domain looks at what DNS says of the From address' domain: without SPF, DKIM and DMARC
// mail lands in spam (RFC 7208, 6376, 7489).
func (d doctor) domain(ctx context.Context) []check {
	const area = "sender's domain"
	name := d.senderDomain()
	if name == "" {
		return nil
	}
	dns := lookup{d.resolver(), area}
	if why := dns.blind(ctx, name); why != "" {
		return []check{{area, why + ": SPF, DKIM and DMARC of " + name + " were not looked at", unknown, ""}}
	}
	checks := []check{dns.text(ctx, "SPF", name, "v=spf1", "a TXT record at "+name+" names who may send: v=spf1 include:… -all")}
	checks = append(checks, dns.text(ctx, "DMARC", "_dmarc."+name, "v=DMARC1", "a TXT record at _dmarc."+name+": v=DMARC1; p=quarantine; rua=…"))
	if d.selector == "" {
		return append(checks, check{area, "DKIM was not looked at: its selector is the relay's", unknown, "say --dkim-selector"})
	}
	at := d.selector + "._domainkey." + name
	return append(checks, dns.text(ctx, "DKIM", at, "p=", "the relay's public key belongs into a TXT record at "+at))
}

// senderDomain is that of the first relay's From address.
func (d doctor) senderDomain() string {
	cfg, err := emailConfig(firstWord(d.s.cfg.Email.URL.Reveal()))
	if err != nil {
		return ""
	}
	from := cfg.From
	if a, err := mail.ParseAddress(from); err == nil {
		from = a.Address
	}
	_, domain, _ := strings.Cut(from, "@")
	return domain
}

func (d doctor) resolver() *net.Resolver {
	if d.nameserver == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, d.nameserver)
	}}
}

// lookup asks DNS for text records.
type lookup struct {
	resolver *net.Resolver
	area     string
}

// blind says why nothing can be learnt of a domain: DNS gives no answer, or none that a
// domain which sends mail could have, because what answers here doesn't reach outside.
func (l lookup) blind(ctx context.Context, name string) string {
	ctx, cancel := context.WithTimeout(ctx, dnsTime)
	defer cancel()
	_, txt := l.resolver.LookupTXT(ctx, name)
	_, mx := l.resolver.LookupMX(ctx, name)
	_, host := l.resolver.LookupHost(ctx, name)
	switch {
	case txt == nil || mx == nil || host == nil:
		return ""
	case missing(txt) && missing(mx) && missing(host):
		return "DNS, as it answers here, knows nothing of the domain"
	}
	return "DNS does not answer"
}

func missing(err error) bool {
	no, ok := errors.AsType[*net.DNSError](err)
	return ok && no.IsNotFound
}

func (l lookup) text(ctx context.Context, what, name, mark, help string) check {
	ctx, cancel := context.WithTimeout(ctx, dnsTime)
	defer cancel()
	records, err := l.resolver.LookupTXT(ctx, name)
	if err != nil && !missing(err) {
		return check{l.area, "DNS does not answer for " + what + " of " + name, unknown, ""}
	}
	n := 0
	for _, r := range records {
		if strings.Contains(r, mark) {
			n++
		}
	}
	switch {
	case n == 0:
		return check{l.area, "no " + what + " record at " + name, wrong, help}
	case n > 1 && what != "DKIM":
		return check{l.area, plural(n, what+" record") + " at " + name + ": receivers then take none", wrong, "leave one"}
	}
	return check{l.area, what + " at " + name, fine, ""}
}
