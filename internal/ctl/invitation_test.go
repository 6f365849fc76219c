package ctl

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// bot gives the platform a bot whose updates are asked for.
func (w *stage) bot(ts *testscript.TestScript, _ bool, _ []string) {
	for _, s := range []string{"TELEGRAM_BOT=vondi_bot", "TELEGRAM_UPDATES=poll", "PUBLIC_KEY=0123456789abcdef0123456789abcdef"} {
		w.environ = append(w.environ, "VONDINOTIFY_"+s)
		name, value, _ := strings.Cut(s, "=")
		ts.Setenv("VONDINOTIFY_"+name, value)
	}
}

var startLink = regexp.MustCompile(`https://t\.me/vondi_bot\?start=([A-Za-z0-9_-]{1,64})`)

// start opens a link to the bot and presses Start in a chat: "start stdout 555" takes the
// link that was printed, "start email 555" that of the newest email, "start none 555" none.
func (w *stage) start(ts *testscript.TestScript, _ bool, args []string) {
	text := ""
	switch args[0] {
	case "stdout":
		text = ts.ReadFile("stdout")
	case "email":
		for _, m := range w.outside.Inbox.Messages() {
			if m.Channel == "email" {
				text = m.Text
			}
		}
	}
	said := "/start"
	if m := startLink.FindStringSubmatch(text); m != nil {
		said += " " + m[1]
	} else if args[0] != "none" {
		ts.Fatalf("there is no link in %s", args[0])
	}
	id, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(w.outside.Telegram.Hear(map[string]any{"message": map[string]any{
		"message_id": 1, "date": 1, "text": said,
		"chat": map[string]any{"id": id, "type": "private"}, "from": map[string]any{"id": id, "language_code": "en"},
	}}))
}

// said awaits a Telegram message that holds a text.
func (w *stage) said(ts *testscript.TestScript, _ bool, args []string) {
	for deadline, tick := time.Now().Add(patience), time.Tick(20*time.Millisecond); ; <-tick {
		for _, m := range w.outside.Inbox.Messages() {
			if m.Channel == "telegram" && strings.Contains(m.Text+m.HTML, args[0]) {
				return
			}
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the bot has not said %q", args[0])
		}
	}
}
