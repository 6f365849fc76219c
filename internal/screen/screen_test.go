package screen

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestTelegramTags(t *testing.T) {
	for in, want := range map[string]string{
		"<b>a</b>\n&lt;b&gt;":                 "<b>a</b><br>&lt;b&gt;",
		`<a href="https://x.rs">x</a>`:        `<a rel="noreferrer" target="_blank" href="https://x.rs">x</a>`,
		`<a href="javascript:alert(1)">x</a>`: `<a>x</a>`,
		`<img src=x onerror="alert(1)">`:      `&lt;img src=x onerror=&#34;alert(1)&#34;&gt;`,
		"<script>alert(1)</script>":           "&lt;script&gt;alert(1)&lt;/script&gt;",
		`<b onclick="alert(1)">x</b>`:         "<b>x</b>",
	} {
		if got := string(Telegram(in)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestAnEmailShowsItsPictures(t *testing.T) {
	page := `<img src="cid:qr"><img src="cid:qr.png"><img src="cid:other">`
	got := Email(page, []Picture{{Names: []string{"qr", "qr.png"}, Type: "image/png", Data: []byte("png")}, {Names: []string{""}}})
	want := `<img src="data:image/png;base64,cG5n"><img src="data:image/png;base64,cG5n"><img src="cid:other">`
	if got != want {
		t.Errorf("got %s", got)
	}
}

// FuzzTelegram: whatever a message holds, its page gets no tag with a script, and no handler.
func FuzzTelegram(f *testing.F) {
	for _, seed := range []string{"<b>x</b>", "<script>x</script>", `<a href="javascript:x">`, "<b onclick=x>", "<<b>", "&lt;img&gt;", "<!--x-->", "<a href='https://x' onx=y>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		z := html.NewTokenizer(strings.NewReader(string(Telegram(text))))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			token := z.Token()
			if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
				continue
			}
			if !telegramTags[token.Data] && token.Data != "a" && token.Data != "br" {
				t.Errorf("%q makes <%s>", text, token.Data)
			}
			for _, a := range token.Attr {
				if a.Key != "href" && a.Key != "rel" && a.Key != "target" || a.Key == "href" && !strings.HasPrefix(a.Val, "https://") {
					t.Errorf("%q makes %s=%q", text, a.Key, a.Val)
				}
			}
		}
	})
}
