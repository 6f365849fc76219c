//go:build browser

package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium, spoken to by the DevTools protocol over a pair of pipes:
// JSON messages, each ended by a zero byte (--remote-debugging-pipe).
type browser struct {
	to   io.Writer
	done chan struct{} // the reader's end

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
}

type call struct {
	ID      int    `json:"id"`
	Session string `json:"sessionId,omitempty"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
}

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// start runs a browser for a test.
func start(t *testing.T) *browser {
	t.Helper()
	path, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	toBrowser, to, err1 := os.Pipe()
	from, fromBrowser, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--force-device-scale-factor=1", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = errors.Join(toBrowser.Close(), fromBrowser.Close()) // the browser has its own
	b := &browser{to: to, done: make(chan struct{}), waiting: map[int]chan reply{}}
	go b.read(from)
	t.Cleanup(func() {
		_ = b.call("", "Browser.close", nil, nil)
		_ = cmd.Wait()
		<-b.done
		_ = errors.Join(to.Close(), from.Close())
	})
	return b
}

// chromium finds the browser by the names that it has.
func chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no chromium in PATH: BROWSER=1 scripts/install-tools installs it")
}

// read hands replies to those who wait for them. It ends with the browser.
func (b *browser) read(from io.Reader) {
	defer close(b.done)
	in := bufio.NewReader(from)
	for {
		message, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(bytes.TrimRight(message, "\x00"), &r) != nil || r.ID == 0 {
			continue // an event
		}
		b.mu.Lock()
		if ch := b.waiting[r.ID]; ch != nil {
			ch <- r
		}
		b.mu.Unlock()
	}
}

// patience is how long a browser on a busy machine may take for anything.
const patience = 30 * time.Second

// call sends a command and waits for its result.
func (b *browser) call(session, method string, params, result any) error {
	b.mu.Lock()
	b.last++
	id, ch := b.last, make(chan reply, 1)
	b.waiting[id] = ch
	message, err := json.Marshal(call{id, session, method, params})
	if err == nil {
		_, err = b.to.Write(append(message, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case r := <-ch:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-b.done:
		return fmt.Errorf("%s: the browser has ended", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer in %s", method, patience)
	}
}
