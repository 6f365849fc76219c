package simulators_test

import (
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/simulators"
)

func TestTelegramText(t *testing.T) {
	for in, want := range map[string]struct{ text, complaint string }{
		`<b>Kod</b> 4711 &amp; &lt;x&gt; &#34;q&#34; &#x27;`: {text: `Kod 4711 & <x> "q" '`},
		`<a href="https://vondi.rs/?a=1&amp;b=2">prati</a>`:  {text: "prati"},
		`<span class="tg-spoiler">tajna</span>`:              {text: "tajna"},
		`a &nbsp; b`:                                         {text: "a &nbsp; b"}, // not one of Telegram's: shown as it stands
		`<b>x<i>y</i></b>`:                                   {text: "xy"},
		`<b>x<i>y</b></i>`:                                   {complaint: `expected "</i>", found "</b>"`},
		`<p>x</p>`:                                           {complaint: `Unsupported start tag "p"`},
		`<br/>`:                                              {complaint: `Unsupported start tag "br/"`},
		`<b>x`:                                               {complaint: "Can't find end tag"},
		`x</b>`:                                              {complaint: "Unexpected end tag"},
		`5 < 6`:                                              {complaint: "Unclosed start tag"},
		`<span>x</span>`:                                     {complaint: `must have class "tg-spoiler"`},
	} {
		text, complaint := simulators.TelegramText(in)
		if want.complaint == "" && (text != want.text || complaint != "") || !strings.Contains(complaint, want.complaint) {
			t.Errorf("%s: %q, %q", in, text, complaint)
		}
	}
}

func TestUTF16Len(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "šđ": 2, "😀": 2, "е": 1, "\xff": 1} {
		if got := simulators.UTF16Len(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}
