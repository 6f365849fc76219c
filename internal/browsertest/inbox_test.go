//go:build browser

package browsertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vondi-global/notifications/internal/redistest"
)

// inbox serves dev mode on a Redis of its own.
func inbox(t *testing.T) (top, redis string) {
	redis = redistest.Start(t).URL()
	return serve(t, "notifyd", "dev", "--addr", "127.0.0.1:0", "--redis", redis, "--pace", "10ms"), redis
}

func TestDevInbox(t *testing.T) {
	top, redis := inbox(t)
	p := start(t).open(t, top)
	for _, channel := range []string{"email", "telegram", "sms", "push"} {
		p.visit(top + "?channel=" + channel)
		p.await(`document.querySelectorAll(".card[data-channel=` + channel + `]").length > 0`)
		if n := p.eval(`document.querySelectorAll(".card:not([data-channel=` + channel + `])").length`); n != 0.0 {
			t.Errorf("%s: %v cards of other channels", channel, n)
		}
	}

	// Pictures that come with an email are shown in it. The frame has an origin of its own, so
	// its source is looked at.
	p.visit(top + "?channel=email&event=pvz.parcel.arrived")
	p.await(`document.querySelectorAll("iframe").length > 0`)
	p.await(`fetch(document.querySelector("iframe").src).then((r) => r.text()).then((t) => t.includes('src="data:image/png;base64,') && !t.includes("cid:"))`)

	// What is sent while one looks comes in by itself, if it passes the filter.
	p.visit(top + "?channel=push&event=listing.approved")
	p.await(`document.querySelector("#live").classList.contains("on")`)
	p.eval(`window.before = document.querySelectorAll(".card").length`)
	publish(t, redis, "listing.approved", "--sample")
	p.await(`document.querySelectorAll(".card.fresh").length > 0 && document.querySelectorAll(".card").length > before`)

	// The list is emptied.
	p.visit(top + "?channel=sms")
	p.click("#clear")
	p.await(`document.querySelectorAll(".card").length === 0 && !!document.querySelector("#empty")`)
}

func publish(t *testing.T, redis string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "notifyctl"), append([]string{"publish"}, args...)...)
	cmd.Env = append(os.Environ(), "VONDINOTIFY_REDIS_URL="+redis, "VONDINOTIFY_SOURCES=dev="+redis, "XDG_CONFIG_HOME="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
