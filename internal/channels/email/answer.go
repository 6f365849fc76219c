package email

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// errBusy says that all connections were in use until the context ended.
var errBusy = errors.New("no free connection to the relay")

// How long to wait where the relay doesn't say.
const (
	waitRate     = time.Minute
	waitGreylist = 5 * time.Minute // what greylisting asks for at least
	waitFull     = 2 * time.Hour   // a full mailbox
)

// answer is a refusal taken apart: "550-5.1.1 <…>: user unknown".
type answer struct {
	stage    string
	code     int
	enhanced string // RFC 3463: "5.1.1"; empty if the relay gives none
	text     string
}

var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

func newAnswer(stage string, e *textproto.Error) answer {
	a := answer{stage: stage, code: e.Code, text: e.Msg}
	if a.enhanced = enhancedCode.FindString(e.Msg); a.enhanced != "" {
		a.text = strings.TrimSpace(e.Msg[len(a.enhanced):])
	}
	return a
}

func (a answer) String() string {
	return strings.TrimSpace(strconv.Itoa(a.code) + " " + a.enhanced)
}

var (
	wordsOfRate    = regexp.MustCompile(`(?i)\brate\b|throttl|too many|too fast|limit exceeded|exceeded.{0,40}(limit|rate)|maximum message count`)
	wordsOfRelay   = regexp.MustCompile(`(?i)relay(ing)? (access )?(denied|not permitted)|not permitted to relay|(address|domain|sender) (is )?not verified|not owned by`)
	wordsOfPolicy  = regexp.MustCompile(`(?i)spam|block(ed|list)|blacklist|policy|reputation|dmarc|spf\b|dkim`)
	wordsOfFull    = regexp.MustCompile(`(?i)quota|mailbox.{0,20}full|over ?quota`)
	wordsOfSize    = regexp.MustCompile(`(?i)\bmessage\b.{0,20}(size|length)|message.{0,10} too (large|big|long)`)
	wordsOfWaiting = regexp.MustCompile(`(?i)(?:in|after|for)\s+(\d{1,5})\s*(s|sec|second|m|min|minute|h|hour)s?\b`)
)

// fault is the table of docs/decisions: what a reply means, and how long to wait at least.
func (a answer) fault() (notify.Fault, time.Duration) {
	switch {
	case slices.Contains([]int{530, 534, 535, 538}, a.code), a.is("5.7.8", "5.7.9", "5.7.11"):
		return notify.Misconfigured, 0
	case a.is("4.7.28", "5.7.28"), a.code < 500 && wordsOfRate.MatchString(a.text):
		return notify.Throttled, a.wait(waitRate)
	case a.is("4.2.2", "5.2.2"), a.code == 552 && !a.tooLarge(), a.code/100 == 4 && wordsOfFull.MatchString(a.text):
		return notify.Temporary, a.wait(waitFull)
	case a.code/100 == 4 && (strings.HasPrefix(a.enhanced, "4.7.") || strings.Contains(strings.ToLower(a.text), "greylist")):
		return notify.Temporary, a.wait(waitGreylist)
	case a.code/100 == 4, a.outOfStep():
		return notify.Temporary, a.wait(0)
	case wordsOfRelay.MatchString(a.text), a.is("5.1.7", "5.1.8"):
		return notify.Misconfigured, 0
	case a.dead():
		return notify.Unreachable, 0
	}
	return notify.Rejected, 0
}

// tooLarge: 552 is both for a full mailbox and for a message that is too large.
func (a answer) tooLarge() bool { return a.is("5.3.4", "5.2.3") || wordsOfSize.MatchString(a.text) }

func (a answer) is(codes ...string) bool { return slices.Contains(codes, a.enhanced) }

// outOfStep: our commands and the relay's state differ. A new connection mends that. At
// RCPT, 501 and the like speak of the address.
func (a answer) outOfStep() bool { return a.code/10 == 50 && a.stage != "RCPT" }

// dead: the mailbox or its domain doesn't exist. A policy's refusal (5.7.x, or its words)
// never says that of the person, whatever the stage.
func (a answer) dead() bool {
	if strings.HasPrefix(a.enhanced, "5.7.") {
		return false
	}
	if a.is("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1") {
		return true
	}
	return a.stage == "RCPT" && slices.Contains([]int{501, 550, 551, 553}, a.code) && !wordsOfPolicy.MatchString(a.text)
}

// wait is what the relay asks for in words ("try again in 300 seconds"), else least.
func (a answer) wait(least time.Duration) time.Duration {
	m := wordsOfWaiting.FindStringSubmatch(a.text)
	if m == nil {
		return least
	}
	n, _ := strconv.Atoi(m[1])
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[m[2][0]|0x20]
	return min(time.Duration(n)*unit, 24*time.Hour)
}

// refused turns a failed transaction into a fault.
func (s *Sender) refused(f *failure, hide []string) *notify.SendError {
	r, ok := f.reply()
	if !ok {
		return channels.Lost(s.cfg.Name, f.err, f.uncertain, hide...)
	}
	a := newAnswer(f.stage, r)
	fault, wait := a.fault()
	e := channels.Refused(s.cfg.Name, fault, a.String(), a.text, hide...)
	e.RetryAfter = wait
	return e
}

// unconnected turns a failed connection into a fault. A certificate, a login or a missing
// extension is ours to mend; everything else may pass.
func (s *Sender) unconnected(err error, hide []string) *notify.SendError {
	if r, ok := errors.AsType[*textproto.Error](err); ok {
		f := &failure{stage: "CONNECT", err: r}
		e := s.refused(f, hide)
		if e.Fault == notify.Rejected && r.Code != 554 { // 554 in the greeting: no service now
			e.Fault = notify.Misconfigured
		} else if e.Fault == notify.Rejected {
			e.Fault = notify.Temporary
		}
		return e
	}
	e := channels.Lost(s.cfg.Name, err, false, hide...)
	if setup(err) {
		e.Fault = notify.Misconfigured
	}
	return e
}

func setup(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok { // the file of the token
		return true
	}
	for _, known := range []error{
		mail.ErrPlainAuthNotSupported, mail.ErrLoginAuthNotSupported, mail.ErrCramMD5AuthNotSupported, mail.ErrXOauth2AuthNotSupported,
		mail.ErrSCRAMSHA1AuthNotSupported, mail.ErrSCRAMSHA256AuthNotSupported, mail.ErrNoSupportedAuthDiscovered,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	// The library has no error values for these two.
	return strings.Contains(err.Error(), "does not support STARTTLS") || strings.Contains(err.Error(), "does not support SMTP AUTH")
}
