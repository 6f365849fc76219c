package embedded

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// shim answers two commands instead of miniredis: XINFO GROUPS, whose lag is always the
// stream's length there, and INFO, which knows too few sections.
func shim(m *miniredis.Miniredis) {
	s := &shimmed{m: m, srv: m.Server()}
	s.srv.SetPreHook(s.hook)
}

type shimmed struct {
	m   *miniredis.Miniredis
	srv *server.Server
	own sync.Map // peers of our own inner calls: they pass unchanged
}

func (s *shimmed) hook(c *server.Peer, cmd string, args ...string) bool {
	if _, inner := s.own.Load(c); inner {
		return false
	}
	switch {
	case cmd == "INFO":
		c.WriteBulk(s.info())
	case cmd == "XINFO" && len(args) == 2 && strings.EqualFold(args[0], "GROUPS"):
		s.groups(c, args[1])
	default:
		return false
	}
	return true
}

func (s *shimmed) info() string {
	return "# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\n" +
		"# Clients\r\nconnected_clients:" + strconv.Itoa(s.srv.ClientsLen()) + "\r\n" +
		"# Memory\r\nmaxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:0\r\n# Replication\r\nrole:master\r\n"
}

// groups repeats miniredis' own answer with the lag counted.
func (s *shimmed) groups(c *server.Peer, stream string) {
	reply, err := s.call("XINFO", "GROUPS", stream)
	if err != nil {
		c.WriteError(err.Error())
		return
	}
	entries, _ := s.m.Stream(stream)
	groups, _ := reply.([]any)
	c.WriteLen(len(groups))
	for _, g := range groups {
		writeGroup(c, g.([]any), entries)
	}
}

func writeGroup(c *server.Peer, pairs []any, entries []miniredis.StreamEntry) {
	c.WriteMapLen(len(pairs) / 2)
	last := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		name := text(pairs[i])
		c.WriteBulk(name)
		switch name {
		case "lag":
			c.WriteInt(after(entries, last))
		case "entries-read":
			c.WriteNull()
		case "last-delivered-id":
			last = text(pairs[i+1])
			c.WriteBulk(last)
		default:
			writeValue(c, pairs[i+1])
		}
	}
}

func writeValue(c *server.Peer, v any) {
	switch n := v.(type) {
	case int:
		c.WriteInt(n)
	case int64:
		c.WriteInt(int(n))
	default:
		c.WriteBulk(text(v))
	}
}

// call runs a command inside the server.
func (s *shimmed) call(args ...string) (any, error) {
	var buf bytes.Buffer
	w := bufio.NewWriter(&buf)
	peer := server.NewPeer(w)
	s.own.Store(peer, true)
	defer s.own.Delete(peer)
	s.srv.Dispatch(peer, args)
	if err := w.Flush(); err != nil {
		return nil, err
	}
	return server.ParseReply(bufio.NewReader(&buf))
}

// after counts the entries behind an id.
func after(entries []miniredis.StreamEntry, id string) int {
	n := 0
	for i := len(entries) - 1; i >= 0 && less(id, entries[i].ID); i-- {
		n++
	}
	return n
}

func less(a, b string) bool {
	aMs, aSeq := entryID(a)
	bMs, bSeq := entryID(b)
	return aMs < bMs || aMs == bMs && aSeq < bSeq
}

func entryID(s string) (ms, seq uint64) {
	a, b, _ := strings.Cut(s, "-")
	ms, _ = strconv.ParseUint(a, 10, 64)
	seq, _ = strconv.ParseUint(b, 10, 64)
	return ms, seq
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}
